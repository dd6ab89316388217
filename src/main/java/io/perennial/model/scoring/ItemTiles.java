package io.perennial.model.scoring;

import io.perennial.model.kernel.Kernel;

/** Items in tiles, laid out for matrix products with blocks of users. */
interface ItemTiles {
  /**
   * Lays items out for the fastest product that this JVM has: its own vector instructions, which
   * need no copy of the scores and no threads of their own, or those of a BLAS library.
   *
   * @param items row-major {@code count × rank}, copied
   * @param width items of a tile
   */
  static ItemTiles of(float[] items, int count, int rank, int width) {
    return Kernel.active().isVectorised()
        ? new PackedTiles(items, count, rank, width)
        : new BlasTiles(items, count, rank, width);
  }

  /**
   * Scores of some users for the items of a tile; a block of users begins with tile 0.
   *
   * @param users row-major, of which {@code count} rows from row {@code from} on are taken
   * @param out row-major {@code count × width of the tile}
   */
  void multiply(int tile, float[] users, int from, int count, float[] out);
}
