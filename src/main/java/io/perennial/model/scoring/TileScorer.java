package io.perennial.model.scoring;

import io.perennial.model.FactorRows;
import java.io.Serializable;

/**
 * Scores some users, who are named by their number, for items on executors. Broadcast: immutable,
 * used by many threads at once. The score of a pair is the same to the last bit whatever the piece,
 * the tile and the block of users, so that scores from different tasks can be compared.
 */
public interface TileScorer extends Serializable {
  /** Most users that are scored at once. */
  int USERS = TopItems.USERS;

  /** Most items that are scored at once. */
  int TILE = TopItems.TILE;

  /** A piece of the catalogue, made ready. */
  interface Piece {
    /**
     * Scores of some users for the items of a tile.
     *
     * @param first position of the tile's first item in the piece, a multiple of {@link #TILE}
     * @param from number of the first user
     * @param count number of users, at most {@link #USERS}
     * @param out row-major {@code count × min(TILE, size of the piece - first)}
     */
    void scores(int first, int from, int count, float[] out);
  }

  /**
   * Makes a piece ready; for one thread.
   *
   * @param piece some item rows
   */
  Piece of(FactorRows piece);
}
