package io.perennial.model.history;

import java.io.Serializable;
import java.util.Arrays;
import java.util.Objects;

/**
 * What one user had done before an instant; the arrays run in parallel.
 *
 * @param items dense indices, increasing
 * @param counts decayed numbers of events, as of the instant
 * @param events numbers of events, which never fade
 * @param lastTimes epoch milliseconds of the last event with each item
 */
public record Past(int[] items, float[] counts, int[] events, long[] lastTimes)
    implements Serializable {
  /** Of somebody who had done nothing. */
  public static final Past NONE = new Past(new int[0], new float[0], new int[0], new long[0]);

  public Past {
    Objects.requireNonNull(items, "items");
    if (counts.length != items.length
        || events.length != items.length
        || lastTimes.length != items.length) {
      throw new IllegalArgumentException("The arrays of a past do not fit together");
    }
  }

  /**
   * The past of one of the users of a history; of nobody where he is not in it.
   *
   * @param now epoch milliseconds to which counts are faded
   */
  public static Past of(InteractionHistory history, int user, DecayPolicy decay, long now) {
    int at = history.position(user);
    if (at < 0) {
      return NONE;
    }
    int from = history.offsets()[at];
    int to = history.offsets()[at + 1];
    float[] counts = Arrays.copyOfRange(history.counts(), from, to);
    for (int n = 0; n < counts.length; n++) {
      counts[n] = (float) (counts[n] * decay.fade(now - history.lastTimes()[from + n]));
    }
    return new Past(
        Arrays.copyOfRange(history.items(), from, to),
        counts,
        Arrays.copyOfRange(history.events(), from, to),
        Arrays.copyOfRange(history.lastTimes(), from, to));
  }

  /** Number of distinct items. */
  public int size() {
    return items.length;
  }

  /** Where an item stands in {@link #items()}, or a negative number. */
  public int position(int item) {
    return Arrays.binarySearch(items, item);
  }
}
