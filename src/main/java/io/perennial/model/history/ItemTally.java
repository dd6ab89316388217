package io.perennial.model.history;

import java.io.Serializable;
import java.util.Arrays;

/**
 * What some events add to the statistics of their items, as of each item's last event among them;
 * adds up over blocks of users. 40 bytes an item.
 *
 * @param items dense indices, increasing
 * @param events that count, each as much as its behaviour weighs
 * @param recent events, fading by {@link ItemStatistics#RECENT_HALF_LIFE}
 * @param slow events, fading by {@link ItemStatistics#SLOW_HALF_LIFE}
 * @param users who had not had the item before
 * @param first first event, epoch milliseconds
 * @param last last event, to which counts have faded
 */
record ItemTally(
    int[] items,
    float[] events,
    double[] recent,
    double[] slow,
    int[] users,
    long[] first,
    long[] last)
    implements Serializable {
  static final ItemTally NOTHING = ofItems(new int[0]);

  private static ItemTally ofItems(int[] items) {
    int n = items.length;
    return new ItemTally(
        items, new float[n], new double[n], new double[n], new int[n], new long[n], new long[n]);
  }

  /** Of one block of users. */
  static ItemTally of(TouchedUsers block, DecayPolicy.Aggregate aggregate) {
    PairEvents night = block.night();
    ItemTally tally = ofItems(Arrays.stream(night.items()).sorted().distinct().toArray());
    Arrays.fill(tally.first, Long.MAX_VALUE);
    Arrays.fill(tally.last, Long.MIN_VALUE);
    for (int n = 0; n < night.items().length; n++) {
      int at = Arrays.binarySearch(tally.items, night.items()[n]);
      tally.last[at] = Math.max(tally.last[at], night.times()[n]);
    }
    double weight = 0;
    for (int n = 0; n < night.items().length; n++) {
      int at = Arrays.binarySearch(tally.items, night.items()[n]);
      weight = Math.max(weight, night.weights()[n]);
      if (ItemStatisticsBuilder.isNewPair(night, n)
          && !ItemStatisticsBuilder.had(block.before(), night.users()[n], night.items()[n])) {
        tally.users[at]++;
      }
      if (ItemStatisticsBuilder.endsEvent(night, n, aggregate)) {
        long age = tally.last[at] - night.times()[n];
        tally.events[at] += (float) weight;
        tally.recent[at] += weight * ItemStatistics.fade(age, ItemStatistics.RECENT_HALF_LIFE);
        tally.slow[at] += weight * ItemStatistics.fade(age, ItemStatistics.SLOW_HALF_LIFE);
        tally.first[at] = Math.min(tally.first[at], night.times()[n]);
        weight = 0;
      }
    }
    return tally;
  }

  ItemTally plus(ItemTally other) {
    int[] both = new int[items.length + other.items.length];
    System.arraycopy(items, 0, both, 0, items.length);
    System.arraycopy(other.items, 0, both, items.length, other.items.length);
    ItemTally sum = ofItems(Arrays.stream(both).sorted().distinct().toArray());
    Arrays.fill(sum.first, Long.MAX_VALUE);
    Arrays.fill(sum.last, Long.MIN_VALUE);
    addTo(sum);
    other.addTo(sum);
    return sum;
  }

  private void addTo(ItemTally sum) {
    int at = 0;
    for (int n = 0; n < items.length; n++) {
      while (sum.items[at] != items[n]) {
        at++;
      }
      long until = Math.max(sum.last[at], last[n]);
      boolean empty = sum.last[at] == Long.MIN_VALUE;
      double oldRecent =
          empty ? 0 : ItemStatistics.fade(until - sum.last[at], ItemStatistics.RECENT_HALF_LIFE);
      double oldSlow =
          empty ? 0 : ItemStatistics.fade(until - sum.last[at], ItemStatistics.SLOW_HALF_LIFE);
      long age = until - last[n];
      sum.recent[at] =
          sum.recent[at] * oldRecent
              + recent[n] * ItemStatistics.fade(age, ItemStatistics.RECENT_HALF_LIFE);
      sum.slow[at] =
          sum.slow[at] * oldSlow
              + slow[n] * ItemStatistics.fade(age, ItemStatistics.SLOW_HALF_LIFE);
      sum.events[at] += events[n];
      sum.users[at] += users[n];
      sum.first[at] = Math.min(sum.first[at], first[n]);
      sum.last[at] = until;
    }
  }

  /** The statistics of every item, after these events. */
  ItemStatistics onTopOf(ItemStatistics parent) {
    int capacity = items.length == 0 ? 0 : items[items.length - 1] + 1;
    ItemStatistics all = parent.grown(Math.max(capacity, parent.capacity()));
    for (int n = 0; n < items.length; n++) {
      int item = items[n];
      boolean known = item < parent.capacity() && parent.eventCounts()[item] > 0;
      boolean unseen = !known && all.lastTimes()[item] == 0;
      long until = unseen ? last[n] : Math.max(all.lastTimes()[item], last[n]);
      long age = until - last[n];
      all.recentCounts()[item] =
          (float)
              ((known ? parent.recentAt(item, until) : 0)
                  + recent[n] * ItemStatistics.fade(age, ItemStatistics.RECENT_HALF_LIFE));
      all.slowCounts()[item] =
          (float)
              ((known ? parent.slowAt(item, until) : 0)
                  + slow[n] * ItemStatistics.fade(age, ItemStatistics.SLOW_HALF_LIFE));
      all.firstTimes()[item] = known ? Math.min(all.firstTimes()[item], first[n]) : first[n];
      all.eventCounts()[item] += events[n];
      all.userCounts()[item] += users[n];
      all.lastTimes()[item] = until;
    }
    return all;
  }
}
