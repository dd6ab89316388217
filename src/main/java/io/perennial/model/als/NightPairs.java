package io.perennial.model.als;

import java.util.Arrays;

/** Views of tonight's pairs by user and by item. */
final class NightPairs {
  private NightPairs() {}

  /**
   * The pairs by item, each item's in the order of users.
   *
   * @param night sorted by user, then item; {@code others} of the block are positions in {@link
   *     Pairs#distinctUsers()}
   */
  static EntityBlock byItem(Pairs night, TouchedRows items, PairWeighting weighting) {
    int[] order = PairOrder.of(night.items(), night.users());
    int[] positions = positions(night.users());
    int[] keys = new int[order.length];
    int[] others = new int[order.length];
    float[] counts = new float[order.length];
    float[] values = new float[order.length];
    for (int n = 0; n < order.length; n++) {
      keys[n] = night.items()[order[n]];
      others[n] = positions[order[n]];
      counts[n] = night.counts()[order[n]];
      values[n] = night.values()[order[n]];
    }
    return EntityBlock.of(items, keys, others, counts, values, weighting);
  }

  /** Of ratings, what their mean is made of. */
  static double sumOfValues(Pairs night) {
    double sum = 0;
    for (float value : night.values()) {
      sum += value;
    }
    return sum;
  }

  /** For each value of a sorted array, how many smaller distinct values it holds. */
  private static int[] positions(int[] sorted) {
    int[] positions = new int[sorted.length];
    for (int p = 1; p < sorted.length; p++) {
      positions[p] = positions[p - 1] + (sorted[p] == sorted[p - 1] ? 0 : 1);
    }
    return positions;
  }

  /** The distinct items, increasing. */
  static int[] items(Pairs night) {
    int[] sorted = night.items().clone();
    Arrays.sort(sorted);
    return Pairs.distinct(sorted);
  }

  /** Events of each of these entities; {@code keys} may come in any order. */
  static float[] events(int[] entities, int[] keys, float[] events) {
    double[] sums = new double[entities.length];
    for (int p = 0; p < keys.length; p++) {
      sums[Arrays.binarySearch(entities, keys[p])] += events[p];
    }
    float[] narrow = new float[entities.length];
    for (int n = 0; n < narrow.length; n++) {
      narrow[n] = (float) sums[n];
    }
    return narrow;
  }
}
