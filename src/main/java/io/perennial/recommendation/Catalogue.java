package io.perennial.recommendation;

import io.perennial.model.FactorRows;
import io.perennial.model.history.ItemStatistics;
import io.perennial.registry.ModelRegistry;
import io.perennial.registry.ModelVersion;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.apache.spark.sql.Row;

/**
 * The items of a version, in memory.
 *
 * @param rows every item row, whose dot product with a user's row is the score
 * @param names natural id by dense index; null for items that came after the version
 * @param recommendable dense indices of the items that may be recommended, increasing
 * @param popular those of them that occurred, most popular first: by events that fade with {@link
 *     ItemStatistics#RECENT_HALF_LIFE} as of the end of what the version learnt
 * @param popularity their faded numbers of events
 */
record Catalogue(
    FactorRows rows, String[] names, int[] recommendable, int[] popular, float[] popularity) {

  /**
   * @throws NothingRecommendableException where the rules leave nothing
   */
  static Catalogue of(
      ModelRegistry registry,
      ModelVersion version,
      FactorRows rows,
      ItemRules rules,
      ItemDirectory directory) {
    String[] names = new String[rows.capacity()];
    for (Row row : registry.ids(version.pipeline(), "item").collectAsList()) {
      int index = row.getInt(1);
      if (index < names.length && rows.position(index) >= 0) {
        names[index] = row.getString(0);
      }
    }
    int[] recommendable =
        IntStream.of(rows.indices())
            .filter(item -> names[item] != null)
            .filter(item -> rules.permits(names[item]))
            .filter(item -> !directory.unavailable().contains(names[item]))
            .toArray();
    if (recommendable.length == 0) {
      throw new NothingRecommendableException(
          "Cannot recommend anything: of the "
              + rows.size()
              + " items of version "
              + version.version()
              + " of "
              + version.pipeline()
              + " none is allowed, not denied, and available now. Look at --allow and --deny (or"
              + " recommendation.allow and deny in the pipeline file), and at the dates of"
              + " items.table.");
    }
    ItemStatistics statistics = registry.itemStatistics(version);
    long at = version.slice().to().eventTime().toEpochMilli();
    Integer[] order =
        IntStream.of(recommendable)
            .filter(item -> item < statistics.capacity() && statistics.eventCounts()[item] > 0)
            .boxed()
            .toArray(Integer[]::new);
    double[] scores = new double[names.length];
    for (int item : order) {
      scores[item] = statistics.recentAt(item, at);
    }
    Arrays.sort(
        order,
        (a, b) ->
            scores[a] == scores[b] ? Integer.compare(a, b) : Double.compare(scores[b], scores[a]));
    int[] popular = new int[order.length];
    float[] popularity = new float[order.length];
    for (int n = 0; n < order.length; n++) {
      popular[n] = order[n];
      popularity[n] = (float) scores[order[n]];
    }
    return new Catalogue(rows, names, recommendable, popular, popularity);
  }
}
