package io.perennial.evaluation;

import java.io.Serializable;

/**
 * One user's test events in a window, with what he had done before it.
 *
 * @param user dense index
 * @param items distinct items of his events in the window, increasing; may hold items that no model
 *     knows: they are misses
 * @param values value of his last event with each item
 * @param seenItems items he had before the window, increasing; empty for a new user
 * @param seenCounts decayed counts of them, as of the window's begin
 */
public record UserCase(int user, int[] items, float[] values, int[] seenItems, float[] seenCounts)
    implements Serializable {
  /** He had done nothing before the window. */
  public boolean isNewUser() {
    return seenItems.length == 0;
  }
}
