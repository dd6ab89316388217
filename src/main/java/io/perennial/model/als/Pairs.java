package io.perennial.model.als;

import io.perennial.model.history.InteractionHistory;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;

/**
 * Distinct (user, item) with what is known of them, in parallel arrays, sorted by user, then item.
 *
 * @param users dense indices
 * @param items dense indices
 * @param counts number of events, each as much as its behaviour weighs, faded to the instant of
 *     training; for ratings, what is left of the last one
 * @param values implicit feedback: sum of the events' values, faded likewise; ratings: the last
 *     value
 * @param events number of events, not faded
 */
record Pairs(int[] users, int[] items, float[] counts, float[] values, float[] events)
    implements Serializable {
  Pairs {
    if (items.length != users.length
        || counts.length != users.length
        || values.length != users.length
        || events.length != users.length) {
      throw new IllegalArgumentException("The arrays of pairs do not fit together");
    }
  }

  int size() {
    return users.length;
  }

  /** All pairs of some pieces, sorted; no pair may be in two pieces. */
  static Pairs concatenated(List<Pairs> pieces) {
    int size = Math.toIntExact(pieces.stream().mapToLong(Pairs::size).sum());
    Pairs all =
        new Pairs(new int[size], new int[size], new float[size], new float[size], new float[size]);
    int at = 0;
    for (Pairs piece : pieces) {
      int n = piece.size();
      System.arraycopy(piece.users, 0, all.users, at, n);
      System.arraycopy(piece.items, 0, all.items, at, n);
      System.arraycopy(piece.counts, 0, all.counts, at, n);
      System.arraycopy(piece.values, 0, all.values, at, n);
      System.arraycopy(piece.events, 0, all.events, at, n);
      at += n;
    }
    return all.reordered(PairOrder.of(all.users, all.items));
  }

  /** The pairs at some positions, in their order. */
  Pairs reordered(int[] order) {
    Pairs sorted =
        new Pairs(
            new int[order.length],
            new int[order.length],
            new float[order.length],
            new float[order.length],
            new float[order.length]);
    for (int n = 0; n < order.length; n++) {
      sorted.copy(n, this, order[n]);
    }
    return sorted;
  }

  private void copy(int to, Pairs source, int from) {
    users[to] = source.users[from];
    items[to] = source.items[from];
    counts[to] = source.counts[from];
    values[to] = source.values[from];
    events[to] = source.events[from];
  }

  /** The users, each once, increasing. */
  int[] distinctUsers() {
    return distinct(users);
  }

  /** The values of a sorted array, each once. */
  static int[] distinct(int[] sorted) {
    int[] once = new int[sorted.length];
    int n = 0;
    for (int p = 0; p < sorted.length; p++) {
      if (p == 0 || sorted[p] != sorted[p - 1]) {
        once[n++] = sorted[p];
      }
    }
    return Arrays.copyOf(once, n);
  }

  /**
   * These pairs together with what the same users did before; users without a pair here are left
   * out, and so are items of the history from {@code itemLimit} on. Counts of the history fade to
   * {@code now}; of ratings the newest stays.
   *
   * @param itemLimit one past the highest item that has a row
   * @param now epoch milliseconds
   */
  Pairs after(
      InteractionHistory history, int itemLimit, PairWeighting weighting, Fading fading, long now) {
    int room = size();
    for (int user : distinctUsers()) {
      int h = history.position(user);
      room += h < 0 ? 0 : history.offsets()[h + 1] - history.offsets()[h];
    }
    Pairs merged =
        new Pairs(new int[room], new int[room], new float[room], new float[room], new float[room]);
    int n = 0;
    int p = 0;
    while (p < size()) {
      int user = users[p];
      int h = history.position(user);
      int q = h < 0 ? 0 : history.offsets()[h];
      int end = h < 0 ? 0 : history.offsets()[h + 1];
      while (end > q && history.items()[end - 1] >= itemLimit) {
        end--;
      }
      while (q < end || (p < size() && users[p] == user)) {
        boolean tonight = p < size() && users[p] == user;
        boolean before = q < end && (!tonight || history.items()[q] <= items[p]);
        boolean both = before && tonight && history.items()[q] == items[p];
        if (tonight && (both || !before)) {
          merged.copy(n, this, p);
          p++;
        }
        if (before) {
          double fade = fading.after(now - history.lastTimes()[q]);
          float count = (float) (weighting.isRating() ? fade : history.counts()[q] * fade);
          float value = weighting.historic(count, history.values()[q]);
          merged.users[n] = user;
          merged.items[n] = history.items()[q];
          if (weighting.isRating()) {
            merged.counts[n] = both ? merged.counts[n] : count;
            merged.values[n] = both ? merged.values[n] : value;
          } else {
            merged.counts[n] += count;
            merged.values[n] += value;
          }
          q++;
        }
        n++;
      }
    }
    return merged.first(n);
  }

  private Pairs first(int n) {
    return n == size()
        ? this
        : new Pairs(
            Arrays.copyOf(users, n),
            Arrays.copyOf(items, n),
            Arrays.copyOf(counts, n),
            Arrays.copyOf(values, n),
            Arrays.copyOf(events, n));
  }
}
