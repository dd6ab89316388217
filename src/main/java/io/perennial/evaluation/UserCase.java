package io.perennial.evaluation;

import io.perennial.model.history.Past;
import java.io.Serializable;
import java.util.Objects;

/**
 * One user's test events in a window, with what he had done before it.
 *
 * @param user dense index
 * @param items distinct items of his events in the window, increasing; may hold items that no model
 *     knows: they are misses
 * @param values value of his last event with each item
 * @param past what he had done before the window, as of its begin; nothing for a new user
 */
public record UserCase(int user, int[] items, float[] values, Past past) implements Serializable {
  public UserCase {
    Objects.requireNonNull(past, "past");
  }

  /** Items he had before the window, increasing. */
  public int[] seenItems() {
    return past.items();
  }

  /** He had done nothing before the window. */
  public boolean isNewUser() {
    return past.size() == 0;
  }
}
