package io.perennial.model.scoring;

import io.perennial.model.FactorRows;

/**
 * A piece of a catalogue in tiles of {@link TileScorer#TILE} items. A dot product is the same to
 * the last bit whatever the tile and the block of users.
 */
public final class TiledItems {
  private final PackedTiles tiles;

  /**
   * @param rows of the piece
   */
  public TiledItems(FactorRows rows) {
    this.tiles = new PackedTiles(rows.values(), rows.size(), rows.rank(), TileScorer.TILE);
  }

  /**
   * Dot products of some users with the items of a tile.
   *
   * @param first position of the tile's first item, a multiple of {@link TileScorer#TILE}
   * @param users row-major, of which {@code count} rows from row {@code from} on are taken
   * @param out row-major {@code count × items of the tile}
   */
  public void scores(int first, float[] users, int from, int count, float[] out) {
    tiles.multiply(first / TileScorer.TILE, users, from, count, out);
  }
}
