package io.perennial.model.scoring;

import io.perennial.model.kernel.Kernel;

/** Items in tiles on the heap, a column for each, multiplied by the kernel of this JVM. */
final class PackedTiles implements ItemTiles {
  private final int rank;
  private final int width;
  private final int count;
  private final float[][] tiles;

  /**
   * @param items row-major {@code count × rank}, copied
   * @param width items of a tile
   */
  PackedTiles(float[] items, int count, int rank, int width) {
    this.rank = rank;
    this.width = width;
    this.count = count;
    this.tiles = new float[(count + width - 1) / width][];
    for (int t = 0; t < tiles.length; t++) {
      int own = width(t);
      int padded = Kernel.stride(own);
      tiles[t] = new float[rank * padded];
      for (int n = 0; n < own; n++) {
        for (int c = 0; c < rank; c++) {
          tiles[t][c * padded + n] = items[(t * width + n) * rank + c];
        }
      }
    }
  }

  private int width(int tile) {
    return Math.min(width, count - tile * width);
  }

  @Override
  public void multiply(int tile, float[] users, int from, int count, float[] out) {
    Kernel.active().products(users, from * rank, count, rank, tiles[tile], width(tile), out);
  }
}
