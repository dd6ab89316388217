package io.perennial.model.embedding.rounds;

import java.io.Serializable;
import java.util.Arrays;

/**
 * How many events each item has.
 *
 * @param items indices, increasing
 * @param counts events of each
 * @param values sum of weight times value over all events
 * @param weights sum of weights over all events
 */
public record ItemCounts(int[] items, double[] counts, double values, double weights)
    implements Serializable {
  /** Of no events. */
  public static final ItemCounts NONE = new ItemCounts(new int[0], new double[0], 0, 0);

  /** Of some events. */
  public static ItemCounts of(EventRows events) {
    int[] items = EventRows.distinct(events.items());
    double[] counts = new double[items.length];
    double values = 0;
    double weights = 0;
    for (int n = 0; n < events.size(); n++) {
      counts[Arrays.binarySearch(items, events.items()[n])]++;
      values += (double) events.weights()[n] * events.values()[n];
      weights += events.weights()[n];
    }
    return new ItemCounts(items, counts, values, weights);
  }

  /** Of both together. */
  public ItemCounts plus(ItemCounts other) {
    int[] both = Arrays.copyOf(items, items.length + other.items.length);
    System.arraycopy(other.items, 0, both, items.length, other.items.length);
    int[] merged = EventRows.distinct(both);
    double[] sums = new double[merged.length];
    add(sums, merged);
    other.add(sums, merged);
    return new ItemCounts(merged, sums, values + other.values, weights + other.weights);
  }

  private void add(double[] sums, int[] merged) {
    for (int n = 0; n < items.length; n++) {
      sums[Arrays.binarySearch(merged, items[n])] += counts[n];
    }
  }

  /** Mean value of an event; 0 of none. */
  public double meanValue() {
    return weights > 0 ? values / weights : 0;
  }

  /** Number of events. */
  public long events() {
    double sum = 0;
    for (double count : counts) {
      sum += count;
    }
    return Math.round(sum);
  }
}
