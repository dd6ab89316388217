package io.perennial.pipeline.backtest;

import io.perennial.config.BacktestArm;
import io.perennial.config.BacktestDefinition;
import io.perennial.config.PipelineDefinition;
import io.perennial.evaluation.Comparison;
import io.perennial.evaluation.Metric;
import io.perennial.evaluation.Segment;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Chooses each arm's parameters on a window of nights, by successive halving (Jamieson and
 * Talwalkar 2016): all candidates are replayed side by side; after a quarter and after half of the
 * nights the better half of each arm's stays. Every arm has the same number of candidates and
 * nights.
 */
final class Tuning {
  private static final double[] HALVINGS = {0.25, 0.5};

  /** A candidate, with what it scored so far. */
  private static final class Candidate {
    private final BacktestArm kind;
    private final BacktestDefinition.Arm parameters;
    private final Arm arm;
    private double sum;
    private int nights;

    Candidate(BacktestArm kind, BacktestDefinition.Arm parameters, Arm arm) {
      this.kind = kind;
      this.parameters = parameters;
      this.arm = arm;
    }

    double mean() {
      return nights == 0 ? Double.NaN : sum / nights;
    }
  }

  private final PipelineDefinition pipeline;
  private final List<Candidate> candidates = new ArrayList<>();
  private final int nights;
  private int scored;

  /**
   * @param count candidates of each arm that has something to tune
   * @param nights of the window
   */
  Tuning(PipelineDefinition pipeline, BacktestRequest request, int count, int nights, Clock clock) {
    this.pipeline = pipeline;
    this.nights = nights;
    FirstModels first = new FirstModels();
    Stopwatch watch = new Stopwatch(clock);
    for (BacktestArm kind : request.arms()) {
      List<BacktestDefinition.Arm> drawn =
          SearchSpace.candidates(kind, pipeline.backtest().arm(kind), count, pipeline.seed());
      for (int n = 0; drawn.size() > 1 && n < drawn.size(); n++) {
        String name = kind.label() + "#" + n;
        candidates.add(
            new Candidate(
                kind,
                drawn.get(n),
                Arms.arm(kind, name, drawn.get(n), pipeline, request.every(), first, watch)));
      }
    }
  }

  /** The candidates that are still replayed. */
  List<Arm> arms() {
    return candidates.stream().map(c -> c.arm).toList();
  }

  /** Takes the scores of a night; says which candidates are replayed no longer. */
  List<Arm> scored(Comparison comparison) {
    Metric metric = pipeline.evaluation().primaryMetric();
    int k = metric.hasCutOff() ? pipeline.evaluation().primaryK() : 0;
    for (Candidate candidate : candidates) {
      comparison
          .estimate(candidate.arm.name(), Segment.ALL, metric, k)
          .filter(e -> Double.isFinite(e.value()))
          .ifPresent(
              e -> {
                candidate.sum += e.value();
                candidate.nights++;
              });
    }
    scored++;
    List<Arm> leaving = new ArrayList<>();
    for (double share : HALVINGS) {
      if (scored == Math.max(1, (int) Math.ceil(share * nights)) && scored < nights) {
        leaving.addAll(halve());
      }
    }
    return leaving;
  }

  private List<Arm> halve() {
    List<Arm> leaving = new ArrayList<>();
    ranked()
        .forEach(
            (kind, best) -> {
              for (Candidate worse : best.subList((best.size() + 1) / 2, best.size())) {
                leaving.add(worse.arm);
                candidates.remove(worse);
              }
            });
    return leaving;
  }

  /** Candidates of each arm, the best first; of equal ones the one that was drawn first. */
  private Map<BacktestArm, List<Candidate>> ranked() {
    Map<BacktestArm, List<Candidate>> ranked = new EnumMap<>(BacktestArm.class);
    candidates.forEach(c -> ranked.computeIfAbsent(c.kind, kind -> new ArrayList<>()).add(c));
    boolean less = pipeline.evaluation().primaryMetric().lessIsBetter();
    Comparator<Candidate> order =
        Comparator.comparingDouble(
            c -> Double.isFinite(c.mean()) ? (less ? c.mean() : -c.mean()) : Double.MAX_VALUE);
    ranked.values().forEach(list -> list.sort(order));
    return ranked;
  }

  /** The best of each arm, with its mean over the nights. */
  Map<BacktestArm, Chosen> chosen() {
    Map<BacktestArm, Chosen> chosen = new HashMap<>();
    ranked()
        .forEach(
            (kind, best) ->
                chosen.put(kind, new Chosen(best.get(0).parameters, best.get(0).mean())));
    return chosen;
  }

  /** Parameters that were chosen, and their mean score on the window. */
  record Chosen(BacktestDefinition.Arm parameters, double mean) {}
}
