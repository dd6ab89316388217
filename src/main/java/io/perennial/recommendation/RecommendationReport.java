package io.perennial.recommendation;

import io.perennial.registry.RecommendationBatch.Scope;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a batch did, or would do.
 *
 * @param pipeline its name
 * @param version that recommends
 * @param scope whose rows were renewed
 * @param kind how it ended
 * @param users how many users were renewed; of a dry run, those that the version knows
 * @param buckets user buckets of the table
 * @param taken buckets taken over from a run that died
 * @param items items that may be recommended
 * @param sources users in the table by source
 * @param sentence for people
 */
public record RecommendationReport(
    String pipeline,
    long version,
    Scope scope,
    Kind kind,
    long users,
    int buckets,
    int taken,
    int items,
    Map<Recommendation.Source, Long> sources,
    String sentence) {
  /** How a batch ended. */
  public enum Kind {
    /** The table holds new rows. */
    WRITTEN,
    /** The table holds them already. */
    NOTHING_TO_DO,
    /** Nothing was written because nothing should be. */
    DRY_RUN
  }

  public RecommendationReport {
    sources = Collections.unmodifiableSortedMap(new TreeMap<>(sources));
  }
}
