package io.perennial.model.embedding.rounds;

import java.io.Serializable;

/**
 * The newest events, which a training does not learn but measures itself on.
 *
 * @param from epoch milliseconds of the first of them
 * @param items by item row, whether it has older events: of others nothing is learnt, so they tell
 *     nothing
 */
public record HeldBack(long from, boolean[] items) implements Serializable {
  /** Everything is learnt. */
  public static final HeldBack NOTHING = new HeldBack(Long.MAX_VALUE, new boolean[0]);

  /** Whether an event of this time is held back. */
  public boolean holds(long time) {
    return time >= from;
  }
}
