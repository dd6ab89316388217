package io.perennial.pipeline.backtest;

import io.perennial.evaluation.Comparison;
import io.perennial.evaluation.EvaluationOptions;
import io.perennial.evaluation.Evidence;
import io.perennial.evaluation.Measurement;
import io.perennial.evaluation.Metric;
import io.perennial.evaluation.Segment;
import io.perennial.pipeline.backtest.Arm.Learnt;
import io.perennial.registry.BacktestRow;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/** What was measured in one night, on its way into the table. */
final class NightFigures {
  private record Figure(String window, Measurement measurement, float[] replicates) {}

  private final LocalDate night;
  private final long events;
  private final List<Figure> figures = new ArrayList<>();
  private String sentence = "";

  NightFigures(LocalDate night, long events) {
    this.night = night;
    this.events = events;
  }

  /** Takes every figure of the night itself, with the replicates of the primary metric. */
  void add(String window, Comparison comparison, EvaluationOptions options) {
    for (Measurement m : comparison.measurements()) {
      boolean primary = isPrimary(m, options);
      figures.add(new Figure(window, m, primary ? replicates(comparison, m) : new float[0]));
    }
    sentence = sentence(comparison, options);
  }

  /** Takes the primary metric over all users. */
  void addPrimary(String window, Comparison comparison, EvaluationOptions options) {
    for (Measurement m : comparison.measurements()) {
      if (isPrimary(m, options) && m.segment() == Segment.ALL) {
        figures.add(new Figure(window, m, new float[0]));
      }
    }
  }

  private static boolean isPrimary(Measurement m, EvaluationOptions options) {
    Metric metric = options.primaryMetric();
    return m.metric() == metric && m.k().orElse(0) == (metric.hasCutOff() ? options.primaryK() : 0);
  }

  /** The mean of a subject in each replicate, from any pair of subjects that it is part of. */
  private static float[] replicates(Comparison comparison, Measurement m) {
    for (Evidence e : comparison.evidence()) {
      boolean newer = e.newer().equals(m.subject());
      if (e.segment() == m.segment() && (newer || e.older().equals(m.subject()))) {
        double[] sums = newer ? e.newerSums() : e.olderSums();
        float[] means = new float[sums.length];
        for (int r = 0; r < means.length; r++) {
          double mean = e.weights()[r] > 0 ? sums[r] / e.weights()[r] : Double.NaN;
          means[r] = (float) (m.metric() == Metric.RMSE ? Math.sqrt(mean) : mean);
        }
        return means;
      }
    }
    return new float[0];
  }

  private String sentence(Comparison comparison, EvaluationOptions options) {
    Metric metric = options.primaryMetric();
    int k = metric.hasCutOff() ? options.primaryK() : 0;
    String values =
        comparison.subjects().stream()
            .map(
                arm ->
                    comparison
                        .estimate(arm, Segment.ALL, metric, k)
                        .map(e -> String.format(Locale.ROOT, "%s %.3f", arm, e.value()))
                        .orElse(arm + " –"))
            .collect(Collectors.joining(", "));
    return night
        + ": "
        + events
        + " events, "
        + comparison.totalUsers()
        + " users; "
        + metric.label()
        + (k > 0 ? "@" + k : "")
        + " "
        + values
        + ".";
  }

  /** For people: the primary metric of every arm over all users, and what gates did not promote. */
  String sentence(Map<String, Learnt> took) {
    StringBuilder told = new StringBuilder(sentence);
    took.forEach(
        (arm, learnt) ->
            learnt
                .verdict()
                .filter(verdict -> !verdict.equals(Verdict.promoted(0)))
                .ifPresent(
                    v -> told.append(" ").append(arm).append(": ").append(v.words()).append(".")));
    return told.toString();
  }

  /** As rows of the table; an arm that learnt nothing took no time. */
  List<BacktestRow> rows(Map<String, Learnt> took) {
    List<BacktestRow> rows = new ArrayList<>(figures.size());
    for (Figure figure : figures) {
      Measurement m = figure.measurement;
      Learnt learnt = took.getOrDefault(m.subject(), Learnt.NOTHING);
      rows.add(
          new BacktestRow(
              night,
              m.subject(),
              figure.window,
              m.segment().label(),
              m.metric().label(),
              m.k(),
              m.estimate().value(),
              m.estimate().users(),
              learnt.seconds(),
              learnt.rows(),
              events,
              figure.replicates));
    }
    took.forEach(
        (arm, learnt) -> learnt.verdict().ifPresent(v -> rows.addAll(judged(arm, learnt, v))));
    return rows;
  }

  private List<BacktestRow> judged(String arm, Learnt learnt, Verdict verdict) {
    List<BacktestRow> rows = new ArrayList<>();
    rows.add(judged(arm, learnt, BacktestRow.ALL, verdict.outcome().label(), 1));
    verdict
        .rules()
        .forEach(rule -> rows.add(judged(arm, learnt, rule, verdict.outcome().label(), 1)));
    if (verdict.setAside() > 0) {
      rows.add(judged(arm, learnt, BacktestRow.ALL, BacktestRow.SET_ASIDE, verdict.setAside()));
    }
    return rows;
  }

  private BacktestRow judged(String arm, Learnt learnt, String segment, String metric, int value) {
    return new BacktestRow(
        night,
        arm,
        BacktestRow.GATE,
        segment,
        metric,
        OptionalInt.empty(),
        value,
        0,
        learnt.seconds(),
        learnt.rows(),
        events,
        new float[0]);
  }
}
