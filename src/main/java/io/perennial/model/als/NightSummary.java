package io.perennial.model.als;

import java.io.Serializable;
import java.util.Arrays;

/**
 * What the driver must know of a distributed night.
 *
 * @param users touched users
 * @param newUsers those without a row in the teacher
 * @param events all events
 * @param pairs all pairs
 * @param values sum of their values
 * @param items touched items, increasing
 * @param itemEvents events of each
 */
record NightSummary(
    long users,
    long newUsers,
    double events,
    long pairs,
    double values,
    int[] items,
    double[] itemEvents)
    implements Serializable {
  static final NightSummary NOTHING = new NightSummary(0, 0, 0, 0, 0, new int[0], new double[0]);

  static NightSummary of(UserBlock block) {
    Pairs night = block.night();
    int[] items = NightPairs.items(night);
    double[] events = new double[items.length];
    double all = 0;
    for (int p = 0; p < night.size(); p++) {
      events[Arrays.binarySearch(items, night.items()[p])] += night.events()[p];
      all += night.events()[p];
    }
    TouchedRows users = block.equations().entities();
    return new NightSummary(
        users.size(),
        users.newcomers(),
        all,
        night.size(),
        NightPairs.sumOfValues(night),
        items,
        events);
  }

  NightSummary plus(NightSummary other) {
    int[] merged = new int[items.length + other.items.length];
    double[] sums = new double[merged.length];
    int a = 0;
    int b = 0;
    int n = 0;
    while (a < items.length || b < other.items.length) {
      boolean left = b == other.items.length || (a < items.length && items[a] <= other.items[b]);
      boolean right = a == items.length || (b < other.items.length && other.items[b] <= items[a]);
      merged[n] = left ? items[a] : other.items[b];
      if (left) {
        sums[n] += itemEvents[a++];
      }
      if (right) {
        sums[n] += other.itemEvents[b++];
      }
      n++;
    }
    return new NightSummary(
        users + other.users,
        newUsers + other.newUsers,
        events + other.events,
        pairs + other.pairs,
        values + other.values,
        Arrays.copyOf(merged, n),
        Arrays.copyOf(sums, n));
  }
}
