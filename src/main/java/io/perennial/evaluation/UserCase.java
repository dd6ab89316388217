package io.perennial.evaluation;

import io.perennial.model.history.Past;
import java.io.Serializable;
import java.time.Duration;
import java.util.Objects;

/**
 * One user's test events in a window, with what he had done before it.
 *
 * @param user dense index
 * @param items distinct items of his events in the window, increasing; may hold items that no model
 *     knows: they are misses
 * @param values value of his last event with each item
 * @param past what he had done before the window, as of its begin, of whichever behaviour; nothing
 *     for a new user
 */
public record UserCase(int user, int[] items, float[] values, Past past) implements Serializable {
  private static final long DAY_MILLIS = Duration.ofDays(1).toMillis();

  public UserCase {
    Objects.requireNonNull(past, "past");
  }

  /** Items he had before the window, increasing. */
  public int[] seenItems() {
    return past.items();
  }

  /** He was there on one day before the window: nothing twice, all of it within 24 hours. */
  public boolean isOnSecondNight() {
    if (past.size() == 0) {
      return false;
    }
    long first = Long.MAX_VALUE;
    long last = Long.MIN_VALUE;
    for (int n = 0; n < past.size(); n++) {
      if (past.events()[n] > 1) {
        return false;
      }
      first = Math.min(first, past.lastTimes()[n]);
      last = Math.max(last, past.lastTimes()[n]);
    }
    return last - first < DAY_MILLIS;
  }

  /** He had done nothing before the window. */
  public boolean isNewUser() {
    return past.size() == 0;
  }
}
