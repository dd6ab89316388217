package io.perennial.report;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a backtest replayed, and how, in words for its page.
 *
 * @param pipeline name of the pipeline
 * @param id name of the backtest
 * @param base what every arm began with, as part of a sentence: "41,000 events up to 2011-06-18"
 * @param metric name of the metric that is told: {@code ndcg@20}
 * @param parameters of each arm, in the order in which arms are told
 * @param choice how they were chosen, a sentence; empty: they stand in the pipeline file
 * @param knobs names of the arms that differ from the reference in one setting, increasing, by what
 *     was set
 */
public record BacktestSubject(
    String pipeline,
    String id,
    String base,
    String metric,
    Map<String, String> parameters,
    Optional<String> choice,
    Map<String, List<String>> knobs) {
  /** Without arms that differ in one setting. */
  public BacktestSubject(
      String pipeline,
      String id,
      String base,
      String metric,
      Map<String, String> parameters,
      Optional<String> choice) {
    this(pipeline, id, base, metric, parameters, choice, Map.of());
  }

  public BacktestSubject {
    knobs = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(knobs));
    parameters = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
  }
}
