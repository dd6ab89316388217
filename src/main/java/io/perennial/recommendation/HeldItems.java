package io.perennial.recommendation;

import io.perennial.model.history.ItemStatistics;
import io.perennial.registry.ModelRegistry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Set;

/**
 * Which items are held where a version has too many of them: those that may be recommended before
 * those that may not, and the popular before the others. An item that is not held is recommended to
 * nobody, and says nothing of the users who had it.
 */
final class HeldItems {
  private HeldItems() {}

  /**
   * The dense indices of the items to hold, increasing. In the driver 8 bytes an item and two bits.
   *
   * @param barred items that may not be recommended now, by dense index
   * @param capacity one past the highest index of an item
   * @param statistics items as of the version; popular is what was taken lately as of {@code now}
   * @param most number of items
   */
  static int[] of(
      ModelRegistry registry,
      String pipeline,
      ItemRules rules,
      BitSet barred,
      int capacity,
      ItemStatistics statistics,
      Instant now,
      int most) {
    BitSet permitted = new BitSet();
    if (rules.allow().isPresent()) {
      permitted.or(indices(registry, pipeline, rules.allow().get()));
    } else {
      permitted.set(0, capacity);
    }
    permitted.andNot(indices(registry, pipeline, rules.deny()));
    permitted.andNot(barred);
    permitted.clear(capacity, Math.max(capacity, permitted.length())); // of later nights
    return of(permitted, capacity, statistics, now, most);
  }

  private static BitSet indices(ModelRegistry registry, String pipeline, Set<String> items) {
    BitSet indices = new BitSet();
    List<String> names = new ArrayList<>(items);
    registry.indices(pipeline, "item", names).values().forEach(indices::set);
    return indices;
  }

  /** Of equally popular items the newer. */
  static int[] of(
      BitSet permitted, int capacity, ItemStatistics statistics, Instant now, int most) {
    BitSet held = new BitSet();
    BitSet others = new BitSet();
    others.set(0, capacity);
    others.andNot(permitted);
    long at = now.toEpochMilli();
    hold(held, permitted, statistics, at, most);
    hold(held, others, statistics, at, most - held.cardinality());
    return held.stream().toArray();
  }

  private static void hold(
      BitSet held, BitSet among, ItemStatistics statistics, long at, int room) {
    int count = among.cardinality();
    if (count <= room) {
      held.or(among);
      return;
    }
    if (room == 0) {
      return;
    }
    float[] recent = new float[count];
    int n = 0;
    for (int item = among.nextSetBit(0); item >= 0; item = among.nextSetBit(item + 1)) {
      recent[n++] = recent(statistics, item, at);
    }
    Arrays.sort(recent);
    float threshold = recent[count - room];
    int above = 0;
    for (int k = count - room; k < count; k++) {
      above += recent[k] > threshold ? 1 : 0;
    }
    int ties = room - above;
    for (int item = among.length() - 1; item >= 0; item = among.previousSetBit(item - 1)) {
      float own = recent(statistics, item, at);
      if (own > threshold || (own == threshold && ties-- > 0)) {
        held.set(item);
      }
    }
  }

  private static float recent(ItemStatistics statistics, int item, long at) {
    return item < statistics.capacity() ? (float) statistics.recentAt(item, at) : 0;
  }
}
