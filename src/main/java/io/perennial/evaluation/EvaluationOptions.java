package io.perennial.evaluation;

import java.util.List;
import java.util.Optional;

/**
 * What is measured, and how.
 *
 * @param primaryMetric what gates and curves look at; default ndcg (rmse for explicit feedback)
 * @param primaryK its cut-off; default 20
 * @param cutOffs every k that ranking metrics are reported at
 * @param maximalUsers users of a window that are measured at most, a deterministic sample by hash;
 *     default 20,000
 * @param replicates of the bootstrap; default 400
 * @param frozenWindows how many frozen windows of earlier nights a candidate is measured on;
 *     default 6
 * @param frozenUsers users kept of each frozen window; default 500
 * @param liked ratings only: one at or above it is liked, and predictions are counted as a
 *     classifier's too; default none
 * @param behaviour event type whose events users are tested on, one of those under {@code
 *     behaviours}; default that of the greatest weight
 */
public record EvaluationOptions(
    Metric primaryMetric,
    int primaryK,
    List<Integer> cutOffs,
    int maximalUsers,
    int replicates,
    int frozenWindows,
    int frozenUsers,
    Optional<Double> liked,
    Optional<String> behaviour) {
  public static final EvaluationOptions DEFAULT =
      new EvaluationOptions(
          Metric.NDCG, 20, List.of(10, 20), 20_000, 400, 6, 500, Optional.empty());

  /** Tested on the main behaviour. */
  public EvaluationOptions(
      Metric primaryMetric,
      int primaryK,
      List<Integer> cutOffs,
      int maximalUsers,
      int replicates,
      int frozenWindows,
      int frozenUsers,
      Optional<Double> liked) {
    this(
        primaryMetric,
        primaryK,
        cutOffs,
        maximalUsers,
        replicates,
        frozenWindows,
        frozenUsers,
        liked,
        Optional.empty());
  }

  public EvaluationOptions {
    cutOffs = List.copyOf(cutOffs);
    if (primaryMetric.hasCutOff() && !cutOffs.contains(primaryK)) {
      throw new IllegalArgumentException(
          "evaluation.cutOffs must contain the primary k " + primaryK + ", got " + cutOffs);
    }
    if (cutOffs.stream().anyMatch(k -> k < 1 || k > 10_000)) {
      throw new IllegalArgumentException(
          "evaluation.cutOffs must lie between 1 and 10000, got " + cutOffs);
    }
    if (maximalUsers < 1 || replicates < 50 || frozenWindows < 0 || frozenUsers < 1) {
      throw new IllegalArgumentException(
          "evaluation: maximalUsers and frozenUsers must be positive, replicates at least 50,"
              + " frozenWindows not negative");
    }
  }
}
