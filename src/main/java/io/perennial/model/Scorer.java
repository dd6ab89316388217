package io.perennial.model;

import java.io.Serializable;

/**
 * Scores the whole catalogue for users whose rows it holds. Broadcast to executors: serializable,
 * immutable, used by many threads at once.
 */
public interface Scorer extends Serializable {
  /** Columns of a row of scores: item indices run from 0 to this, exclusive. */
  int itemCount();

  boolean knowsUser(int user);

  boolean knowsItem(int item);

  /**
   * Fills {@code out} row by row, {@code users.length × itemCount()}. An unknown item scores {@link
   * Float#NaN}; so does every item for an unknown user.
   */
  void score(int[] users, float[] out);
}
