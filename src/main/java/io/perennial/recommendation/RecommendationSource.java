package io.perennial.recommendation;

import io.perennial.event.EventSource;
import io.perennial.model.ModelFamily;
import io.perennial.model.blend.RankedBy;
import java.util.Objects;
import java.util.Optional;

/**
 * What a pipeline says that recommending needs.
 *
 * @param pipeline its name
 * @param events the table that its nights read
 * @param family model family, with the hyper-parameters of the pipeline
 * @param rankedBy by what items are ranked
 * @param items table with titles and dates
 */
public record RecommendationSource(
    String pipeline,
    EventSource events,
    ModelFamily<?> family,
    RankedBy rankedBy,
    Optional<ItemTable> items) {
  public RecommendationSource {
    Objects.requireNonNull(pipeline, "pipeline");
    Objects.requireNonNull(events, "events");
    Objects.requireNonNull(family, "family");
    Objects.requireNonNull(items, "items");
  }
}
