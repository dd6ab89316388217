package io.perennial.model.blend;

import io.perennial.model.FactorRows;
import io.perennial.model.history.ItemStatistics;
import java.io.Serializable;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;

/**
 * The features of items that are the same for every user, as of an instant. Broadcast to executors:
 * serializable, immutable.
 */
public final class ItemTraits implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Features of {@link BlendFeature} that stand here: those from RECENT to NEWNESS. */
  static final int TRAITS = BlendFeature.SHARED - BlendFeature.RECENT.ordinal();

  private static final double NEW_FOR = Duration.ofDays(14).toMillis();

  private final int items;

  /** The items whose traits stand here, increasing; null: all up to a number. */
  private final int[] named;

  private final float[] traits;

  private ItemTraits(int items, int[] named, float[] traits) {
    this.items = items;
    this.named = named;
    this.traits = traits;
  }

  /**
   * Of items up to an index, exclusive.
   *
   * @param statistics items as of now
   */
  public static ItemTraits of(int items, ItemStatistics statistics, Instant now) {
    float[] traits = new float[Math.multiplyExact(items, TRAITS)];
    for (int item = 0; item < items; item++) {
      fill(statistics, item, now.toEpochMilli(), traits, item * TRAITS);
    }
    return new ItemTraits(items, null, traits);
  }

  /**
   * Of some items under their own indices: 24 bytes each, whatever their indices are.
   *
   * @param sortedItems strictly increasing; others have no traits
   * @param statistics items as of now
   */
  static ItemTraits among(int[] sortedItems, ItemStatistics statistics, Instant now) {
    int items = sortedItems.length;
    boolean all = items == 0 || sortedItems[items - 1] == items - 1;
    return new ItemTraits(
        items, all ? null : sortedItems, ofSome(sortedItems, statistics, now).traits);
  }

  /**
   * Of some items, which are then named by their place among these.
   *
   * @param statistics items as of now
   */
  static ItemTraits ofSome(int[] some, ItemStatistics statistics, Instant now) {
    float[] traits = new float[Math.multiplyExact(some.length, TRAITS)];
    for (int n = 0; n < some.length; n++) {
      fill(statistics, some[n], now.toEpochMilli(), traits, n * TRAITS);
    }
    return new ItemTraits(some.length, null, traits);
  }

  private static void fill(
      ItemStatistics statistics, int item, long millis, float[] traits, int at) {
    boolean known = item < statistics.capacity() && statistics.eventCounts()[item] > 0;
    double users = known ? Math.max(1, statistics.userCounts()[item]) : 0;
    traits[at] = log(0.5 + (known ? statistics.recentAt(item, millis) : 0));
    traits[at + 1] = log(0.5 + (known ? statistics.slowAt(item, millis) : 0));
    traits[at + 2] = log(1 + users);
    traits[at + 3] = known ? log((1 + statistics.eventCounts()[item]) / (1 + users)) : 0;
    traits[at + 4] =
        known
            ? (float) Math.exp(-Math.max(0, millis - statistics.firstTimes()[item]) / NEW_FOR)
            : 0;
  }

  private static float log(double value) {
    return (float) Math.log(value);
  }

  /** A feature of an item, by its number; 0 for items that came later, or have none here. */
  float of(int feature, int item) {
    int at = named == null ? item : Arrays.binarySearch(named, item);
    return at >= 0 && at < items
        ? traits[at * TRAITS + feature - BlendFeature.RECENT.ordinal()]
        : 0;
  }

  /** What every item gets from the features that stand here, in the order of the items. */
  public float[] terms(BlendWeights weights) {
    float[] terms = new float[items];
    for (int item = 0; item < items; item++) {
      terms[item] = term(weights, traits, item * TRAITS);
    }
    return terms;
  }

  /**
   * The same of items up to an index, exclusive, without their traits: 4 bytes an item.
   *
   * @param statistics items as of now
   */
  static float[] terms(BlendWeights weights, int items, ItemStatistics statistics, Instant now) {
    float[] terms = new float[items];
    float[] own = new float[TRAITS];
    for (int item = 0; item < items; item++) {
      fill(statistics, item, now.toEpochMilli(), own, 0);
      terms[item] = term(weights, own, 0);
    }
    return terms;
  }

  private static float term(BlendWeights weights, float[] traits, int at) {
    int first = BlendFeature.RECENT.ordinal();
    double sum = 0;
    for (int t = 0; t < TRAITS; t++) {
      sum += weights.mean()[first + t] * traits[at + t];
    }
    return (float) sum;
  }

  /** Item vectors of length 1; those of length 0 stay. */
  public static FactorRows directions(FactorRows items) {
    int rank = items.rank();
    float[] values = items.values().clone();
    for (int n = 0; n < items.size(); n++) {
      double square = 0;
      for (int c = n * rank; c < (n + 1) * rank; c++) {
        square += (double) values[c] * values[c];
      }
      float scale = square > 0 ? (float) (1 / Math.sqrt(square)) : 0;
      for (int c = n * rank; c < (n + 1) * rank; c++) {
        values[c] *= scale;
      }
    }
    return new FactorRows(rank, items.indices(), values, items.eventCounts());
  }
}
