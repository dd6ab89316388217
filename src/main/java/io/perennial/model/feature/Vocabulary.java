package io.perennial.model.feature;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * The categories, or tags, of a column that have an input of their own, and whether all others
 * share one.
 *
 * @param keys increasing
 * @param others whether there were others to learn from when this was made: otherwise an unknown
 *     category says nothing
 */
record Vocabulary(long[] keys, boolean others) implements Serializable {
  /**
   * The most frequent categories, of equally frequent ones those with the lowest keys.
   *
   * @param counts entities of each category
   * @param most at most so many have an input of their own
   * @param rare categories of fewer entities have none
   */
  static Vocabulary of(Map<Long, Integer> counts, int most, int rare) {
    List<Long> frequent = new ArrayList<>();
    counts.forEach(
        (key, count) -> {
          if (count >= rare) {
            frequent.add(key);
          }
        });
    frequent.sort(
        (a, b) -> {
          int c = Integer.compare(counts.get(b), counts.get(a));
          return c != 0 ? c : Long.compare(a, b);
        });
    long[] keys = frequent.stream().limit(most).mapToLong(Long::longValue).sorted().toArray();
    return new Vocabulary(keys, counts.size() > keys.length);
  }

  /** Number of inputs. */
  int columns() {
    return keys.length + (others ? 1 : 0);
  }

  /** Input of a category; negative where it says nothing. */
  int column(long key) {
    if (key == RawFeatures.MISSING) {
      return -1;
    }
    int at = Arrays.binarySearch(keys, key);
    return at >= 0 ? at : others ? keys.length : -1;
  }
}
