package io.perennial.evaluation;

import java.time.LocalDate;
import java.util.Map;

/**
 * The shape of a night's new events (late rows left out), to be compared with earlier nights'.
 *
 * @param night last day of the slice, in the pipeline's zone
 * @param days number of distinct days in the slice
 * @param figures name to value, for example rows, users, items, rows_per_user, top_user_share,
 *     top_item_share, item_divergence
 */
public record InputProfile(LocalDate night, int days, Map<String, Double> figures) {
  public InputProfile {
    figures = Map.copyOf(figures);
  }
}
