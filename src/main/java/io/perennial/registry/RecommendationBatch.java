package io.perennial.registry;

import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * One writing of a pipeline's recommendations.
 *
 * @param pipeline name of the pipeline
 * @param batch digest of everything that was asked for: what a run that died is taken up by
 * @param content digest of the version, the options, the items and the events read: two batches of
 *     all users with the same content are the same rows
 * @param version that recommends
 * @param scope whose rows were renewed
 * @param buckets number of user buckets, at least 1
 * @param users how many users were renewed
 * @param options what was asked for, for people
 * @param at when it was published
 */
public record RecommendationBatch(
    String pipeline,
    String batch,
    String content,
    long version,
    Scope scope,
    int buckets,
    long users,
    Map<String, String> options,
    Instant at) {
  /** Whose rows a batch renews. */
  public enum Scope {
    /** Everybody's. */
    ALL,
    /** Those of users that changed since the batch before. */
    TOUCHED;

    /** As in tables. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }

    static Scope of(String label) {
      return valueOf(label.toUpperCase(Locale.ROOT));
    }
  }

  public RecommendationBatch {
    Objects.requireNonNull(pipeline, "pipeline");
    Objects.requireNonNull(batch, "batch");
    Objects.requireNonNull(content, "content");
    Objects.requireNonNull(scope, "scope");
    Objects.requireNonNull(at, "at");
    options = Map.copyOf(options);
    if (buckets < 1) {
      throw new IllegalArgumentException("buckets must be 1 or more, got " + buckets);
    }
  }

  /** The same batch with the number of users that it renewed. */
  public RecommendationBatch renewing(long renewed) {
    return new RecommendationBatch(
        pipeline, batch, content, version, scope, buckets, renewed, options, at);
  }
}
