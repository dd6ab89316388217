package io.perennial.cli;

import io.perennial.evaluation.Measurement;
import io.perennial.evaluation.Metric;
import io.perennial.evaluation.Segment;
import io.perennial.evaluation.Subject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Figures of a night as rows: all of them as in {@code model_metrics}, or the few that people ask
 * for.
 */
final class MetricRows {
  /** Columns of {@link #summary}. */
  static final List<String> COLUMNS =
      List.of(
          "window",
          "segment",
          "metric",
          "k",
          Subject.CANDIDATE,
          Subject.PARENT,
          Subject.POPULARITY,
          Subject.FREQUENCY,
          "users");

  private static final Set<Metric> TOLD = Set.of(Metric.NDCG, Metric.RMSE);
  private static final Set<Segment> GROUPS =
      Set.of(Segment.ALL, Segment.RETURNING, Segment.NEW, Segment.REPEAT, Segment.FIRST_TIME);

  private MetricRows() {}

  /** Every figure, with the columns of {@code model_metrics}. */
  static List<Map<String, Object>> all(List<Measurement> measurements) {
    List<Map<String, Object>> rows = new ArrayList<>();
    for (Measurement measurement : measurements) {
      Map<String, Object> row = key(measurement);
      row.put("subject", measurement.subject());
      row.put("value", measurement.estimate().value());
      row.put("low", measurement.estimate().low());
      row.put("high", measurement.estimate().high());
      row.put("users", measurement.estimate().users());
      rows.add(row);
    }
    return rows;
  }

  /** NDCG (or RMSE) by group of users, the subjects side by side; frozen windows left out. */
  static List<Map<String, Object>> summary(List<Measurement> measurements) {
    Map<Map<String, Object>, Map<String, Object>> rows = new LinkedHashMap<>();
    for (Measurement measurement : measurements) {
      if (TOLD.contains(measurement.metric())
          && GROUPS.contains(measurement.segment())
          && !measurement.window().startsWith("frozen")
          && measurement.estimate().users() > 0) {
        Map<String, Object> key = key(measurement);
        Map<String, Object> row = rows.computeIfAbsent(key, LinkedHashMap::new);
        row.put(measurement.subject(), measurement.estimate().value());
        row.put("users", measurement.estimate().users());
      }
    }
    return List.copyOf(rows.values());
  }

  private static Map<String, Object> key(Measurement measurement) {
    Map<String, Object> key = new LinkedHashMap<>();
    key.put("window", measurement.window());
    key.put("segment", measurement.segment().label());
    key.put("metric", measurement.metric().label());
    key.put("k", measurement.k().isPresent() ? measurement.k().getAsInt() : null);
    return key;
  }
}
