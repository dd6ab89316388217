package io.perennial.recommendation;

import io.perennial.model.FactorRows;
import io.perennial.model.history.ItemStatistics;
import io.perennial.registry.ModelRegistry;
import io.perennial.registry.ModelVersion;
import java.util.BitSet;
import java.util.stream.IntStream;
import org.apache.spark.sql.Row;

/**
 * The items of a version that are ranked, in memory.
 *
 * @param rows item rows, whose dot product with a user's row is the score
 * @param recommendable dense indices of the items that may be recommended, increasing
 * @param names their natural ids
 * @param popular those of them that occurred, most popular first: by events that fade with {@link
 *     ItemStatistics#RECENT_HALF_LIFE} as of the end of what the version learnt
 * @param popularity their faded numbers of events
 */
record Catalogue(
    FactorRows rows, int[] recommendable, String[] names, int[] popular, float[] popularity) {

  /**
   * @param rows of every item, or of those that are held
   * @param some whether the version has more items than these
   * @param barred items that may not be recommended now, by dense index
   * @throws NothingRecommendableException where the rules leave nothing
   */
  static Catalogue of(
      ModelRegistry registry,
      ModelVersion version,
      FactorRows rows,
      boolean some,
      ItemRules rules,
      BitSet barred,
      ItemStatistics statistics) {
    String[] all = names(registry, version.pipeline(), rows, some);
    int[] permitted =
        IntStream.range(0, rows.size())
            .filter(n -> all[n] != null)
            .filter(n -> rules.permits(all[n]))
            .filter(n -> !barred.get(rows.indices()[n]))
            .toArray();
    if (permitted.length == 0) {
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
    int[] recommendable = IntStream.of(permitted).map(n -> rows.indices()[n]).toArray();
    String[] names = IntStream.of(permitted).mapToObj(n -> all[n]).toArray(String[]::new);
    long at = version.slice().to().eventTime().toEpochMilli();
    double[] scores = new double[recommendable.length];
    for (int n = 0; n < scores.length; n++) {
      int item = recommendable[n];
      scores[n] = item < statistics.capacity() ? statistics.recentAt(item, at) : 0;
    }
    int[] order =
        IntStream.range(0, recommendable.length)
            .filter(n -> recommendable[n] < statistics.capacity())
            .filter(n -> statistics.eventCounts()[recommendable[n]] > 0)
            .boxed()
            .sorted((a, b) -> Double.compare(scores[b], scores[a])) // equal ones keep their order
            .mapToInt(Integer::intValue)
            .toArray();
    int[] popular = new int[order.length];
    float[] popularity = new float[order.length];
    for (int n = 0; n < order.length; n++) {
      popular[n] = recommendable[order[n]];
      popularity[n] = (float) scores[order[n]];
    }
    return new Catalogue(rows, recommendable, names, popular, popularity);
  }

  /** Natural id of each row; null where the registry has none. */
  private static String[] names(
      ModelRegistry registry, String pipeline, FactorRows rows, boolean some) {
    String[] names = new String[rows.size()];
    if (some) {
      registry
          .naturalIds(pipeline, "item", rows.indices())
          .forEach((index, name) -> names[rows.position(index)] = name);
      return names;
    }
    for (Row row : registry.ids(pipeline, "item").collectAsList()) {
      int at = rows.position(row.getInt(1));
      if (at >= 0) {
        names[at] = row.getString(0);
      }
    }
    return names;
  }
}
