package io.perennial.pipeline.backtest;

import io.perennial.PerennialException;
import io.perennial.config.BacktestArm;
import io.perennial.config.BacktestDefinition;
import io.perennial.config.PipelineDefinition;
import io.perennial.evaluation.Comparison;
import io.perennial.evaluation.Estimate;
import io.perennial.evaluation.Metric;
import io.perennial.evaluation.Segment;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.commons.math3.stat.descriptive.SummaryStatistics;

/**
 * Chooses each arm's parameters on a window of nights, by successive halving (Jamieson and
 * Talwalkar 2016): all candidates are replayed side by side; after a quarter and after half of the
 * nights the better half of each arm's stays. Every arm has the same number of candidates and
 * nights.
 *
 * <p>What the pipeline file says is a candidate too, and stays to the end: another is chosen only
 * where it is better by more than {@value #STANDARD_ERRORS} standard errors of the mean difference
 * over the nights that both were scored on. Otherwise a short window would choose by its noise. A
 * candidate that cannot learn, because its training diverges, leaves at once.
 */
final class Tuning {
  private static final double[] HALVINGS = {0.25, 0.5};
  private static final double STANDARD_ERRORS = 2;

  /** A candidate, with what it scored so far. */
  private static final class Candidate {
    private final BacktestArm kind;
    private final BacktestDefinition.Arm parameters;
    private final TriedArm arm;
    private final Origin origin;

    /** By night, from the first; NaN where there was nothing to score. */
    private final List<Double> scores = new ArrayList<>();

    Candidate(BacktestArm kind, BacktestDefinition.Arm parameters, TriedArm arm, Origin origin) {
      this.kind = kind;
      this.parameters = parameters;
      this.arm = arm;
      this.origin = origin;
    }

    double mean() {
      return scores.stream()
          .mapToDouble(Double::doubleValue)
          .filter(Double::isFinite)
          .average()
          .orElse(Double.NaN);
    }

    /** By how many standard errors this one is above another. */
    double above(Candidate other) {
      SummaryStatistics differences = new SummaryStatistics();
      for (int night = 0; night < scores.size(); night++) {
        double difference = scores.get(night) - other.scores.get(night);
        if (Double.isFinite(difference)) {
          differences.addValue(difference);
        }
      }
      double error = differences.getStandardDeviation() / Math.sqrt(differences.getN());
      return differences.getMean() / error;
    }
  }

  /** Where a candidate comes from. */
  private enum Origin {
    FILE,
    DRAWN
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
                new TriedArm(
                    Arms.arm(kind, name, drawn.get(n), pipeline, request.every(), first, watch)),
                n == 0 ? Origin.FILE : Origin.DRAWN));
      }
    }
  }

  /** The candidates that are still replayed. */
  List<Arm> arms() {
    return candidates.stream().<Arm>map(c -> c.arm).toList();
  }

  /**
   * Leaves out the candidates that could not learn, and says which.
   *
   * @throws PerennialException the failure of an arm's last candidate: then there is nothing to
   *     choose from
   */
  List<Arm> failed() {
    List<Arm> leaving = new ArrayList<>();
    for (Candidate candidate : List.copyOf(candidates)) {
      candidate
          .arm
          .failure()
          .ifPresent(
              failure -> {
                candidates.remove(candidate);
                leaving.add(candidate.arm);
                if (candidates.stream().noneMatch(c -> c.kind == candidate.kind)) {
                  throw failure;
                }
              });
    }
    return leaving;
  }

  /** Takes the scores of a night; says which candidates are replayed no longer. */
  List<Arm> scored(Comparison comparison) {
    Metric metric = pipeline.evaluation().primaryMetric();
    int k = metric.hasCutOff() ? pipeline.evaluation().primaryK() : 0;
    for (Candidate candidate : candidates) {
      candidate.scores.add(
          comparison
              .estimate(candidate.arm.name(), Segment.ALL, metric, k)
              .map(Estimate::value)
              .orElse(Double.NaN));
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
                if (worse.origin == Origin.DRAWN) {
                  leaving.add(worse.arm);
                  candidates.remove(worse);
                }
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

  /** What is chosen for each arm, with its mean over the nights. */
  Map<BacktestArm, Chosen> chosen() {
    Map<BacktestArm, Chosen> chosen = new HashMap<>();
    ranked()
        .forEach(
            (kind, best) -> {
              Candidate winner = winner(best);
              chosen.put(kind, new Chosen(winner.parameters, winner.mean()));
            });
    return chosen;
  }

  private Candidate winner(List<Candidate> best) {
    Candidate first = best.get(0);
    Optional<Candidate> file = best.stream().filter(c -> c.origin == Origin.FILE).findFirst();
    if (file.isEmpty()) {
      return first;
    }
    boolean less = pipeline.evaluation().primaryMetric().lessIsBetter();
    double above = less ? file.get().above(first) : first.above(file.get());
    return above > STANDARD_ERRORS ? first : file.get();
  }

  /** Parameters that were chosen, and their mean score on the window. */
  record Chosen(BacktestDefinition.Arm parameters, double mean) {}
}
