package io.perennial.recommendation;

import io.perennial.registry.RecommendationBatch.Scope;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * What is asked of a recommender.
 *
 * @param version that recommends; empty: the champion
 * @param options how
 * @param rules which items
 * @param scope whose rows a batch renews
 * @param now instant at which items must be available
 */
public record RecommendationRequest(
    Optional<Long> version,
    RecommendationOptions options,
    ItemRules rules,
    Scope scope,
    Instant now) {
  public RecommendationRequest {
    Objects.requireNonNull(version, "version");
    Objects.requireNonNull(options, "options");
    Objects.requireNonNull(rules, "rules");
    Objects.requireNonNull(scope, "scope");
    Objects.requireNonNull(now, "now");
  }
}
