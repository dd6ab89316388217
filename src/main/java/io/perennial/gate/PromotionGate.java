package io.perennial.gate;

import io.perennial.evaluation.Comparison;
import io.perennial.evaluation.Estimate;
import io.perennial.evaluation.EvaluationOptions;
import io.perennial.evaluation.Evidence;
import io.perennial.evaluation.Metric;
import io.perennial.evaluation.Segment;
import io.perennial.evaluation.Subject;
import io.perennial.model.Feedback;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Decides whether a candidate replaces the champion: a pure function of what was measured.
 *
 * <p>A loss is only held against a candidate when it is larger than the tolerance <em>and</em>
 * shown: the upper bound of the paired 95 % bootstrap interval lies below zero. So a harmless night
 * is refused by chance in at most one of forty, whatever the number of users, and the power grows
 * with the evidence. Where tonight's window holds too few users, earlier nights' evidence is added;
 * still, a candidate is refused on account of the pool only if it lost tonight too, or else one bad
 * week would block the nights that mend it. A loss that even tonight's few users show beyond the
 * tolerance (upper bound below it) needs no pool.
 */
public final class PromotionGate {
  /** Users from which a bootstrap interval of one window alone is believed. */
  private static final int INTERVAL_USERS = 20;

  /**
   * A model has learnt its frozen windows, and what it knows of them by heart fades as it learns
   * more. On honest nights that loss is up to three times the share of the new events.
   */
  private static final double NOVELTY_WEIGHT = 2;

  private PromotionGate() {}

  /**
   * Judges a candidate: the first subject of the comparisons.
   *
   * @throws InvalidGateException if the named baseline or a metric of {@code minimum} was not
   *     measured
   */
  public static GateDecision decide(
      GateInput input, GateOptions options, EvaluationOptions evaluation, Feedback feedback) {
    List<Finding> findings = new ArrayList<>();
    new TreeMap<>(options.minimum())
        .forEach(
            (label, bound) ->
                findings.add(minimum(input, options, evaluation, feedback, label, bound)));
    boolean firstRun = !input.validation().subjects().contains(Subject.PARENT);
    findings.add(firstRun ? noParent("maximal_regression") : regression(input, options));
    options.baseline().ifPresent(name -> findings.add(gain(input, options, name)));
    findings.add(firstRun ? noParent("maximal_forgetting") : forgetting(input, options));
    options
        .drift()
        .ifPresent(
            drift -> {
              if (firstRun) {
                findings.add(noParent("drift"));
              } else if (input.tonight().isEmpty()) {
                findings.add(
                    skipped("drift", "no new events", "Tonight's slice holds late events only."));
              } else {
                findings.addAll(new InputDrift(drift).judge(input.tonight().get(), input.recent()));
              }
            });
    boolean rejected = findings.stream().anyMatch(f -> f.outcome() == Finding.Outcome.FAILED);
    return rejected ? new GateDecision.Rejected(findings) : new GateDecision.Promoted(findings);
  }

  private static Finding minimum(
      GateInput input,
      GateOptions options,
      EvaluationOptions evaluation,
      Feedback feedback,
      String label,
      double bound) {
    Metric metric =
        Arrays.stream(Metric.values())
            .filter(m -> m.label().equals(label))
            .findFirst()
            .orElseThrow(
                () ->
                    new InvalidGateException(
                        "Cannot judge gate.minimum."
                            + label
                            + ": there is no such metric. Known are "
                            + Arrays.stream(Metric.values())
                                .map(Metric::label)
                                .collect(Collectors.joining(", "))
                            + "."));
    String candidate = input.validation().subjects().get(0);
    int k = metric.hasCutOff() ? evaluation.primaryK() : 0;
    Estimate estimate =
        input
            .validation()
            .estimate(candidate, Segment.ALL, metric, k)
            .orElseThrow(
                () ->
                    new InvalidGateException(
                        "Cannot judge gate.minimum."
                            + label
                            + ": it is not measured for "
                            + feedback.name().toLowerCase(Locale.ROOT)
                            + " feedback with evaluation.primaryMetric "
                            + evaluation.primaryMetric().label()
                            + ". Remove the key or name a metric that is measured."));
    double value = metric.lessIsBetter() ? -estimate.value() : estimate.value();
    double high = metric.lessIsBetter() ? -estimate.low() : estimate.high();
    double floor = metric.lessIsBetter() ? -bound : bound;
    String threshold = (metric.lessIsBetter() ? "at most " : "at least ") + number(bound);
    String measured = number(estimate.value()) + " over " + estimate.users() + " users";
    return floor(
        "minimum." + label,
        threshold,
        measured,
        new Against(value, high, floor, estimate.users()),
        options,
        "The candidate's " + label + " on the validation window");
  }

  private static Finding gain(GateInput input, GateOptions options, String baseline) {
    Evidence tonight =
        input
            .validation()
            .against(baseline, Segment.ALL)
            .orElseThrow(() -> unknownBaseline(input.validation(), baseline));
    Evidence judged =
        tonight.gain().value() < options.minimalGain()
            ? pooled(tonight, earlier(input, tonight, baseline), options)
            : tonight;
    Evidence.Gain gain = judged.gain();
    return floor(
        "minimal_gain",
        "at least " + percent(options.minimalGain()) + " over " + baseline,
        describe(gain, judged),
        new Against(gain.value(), gain.high(), options.minimalGain(), judged.users()),
        options,
        "The candidate's gain over " + baseline);
  }

  private record Against(double value, double high, double floor, long users) {}

  /** A floor: with few users it is only held against a candidate when the interval shows it. */
  private static Finding floor(
      String rule,
      String threshold,
      String measured,
      Against against,
      GateOptions options,
      String subject) {
    if (against.users == 0) {
      return little(rule, threshold, measured, options);
    }
    if (against.value >= against.floor) {
      return new Finding(
          rule, threshold, measured, Finding.Outcome.PASSED, subject + " is high enough.");
    }
    boolean unclear =
        !Double.isNaN(against.value)
            && (against.high >= against.floor || against.users < INTERVAL_USERS);
    if (unclear && against.users < options.minimalUsers()) {
      return little(rule, threshold, measured, options);
    }
    return new Finding(
        rule,
        threshold,
        measured,
        Finding.Outcome.FAILED,
        Double.isNaN(against.value)
            ? subject + " is no number; look at the candidate's factors and at the events."
            : subject
                + " is too low: it serves users worse than it must. The champion stays; look at"
                + " tonight's events first.");
  }

  private static Finding regression(GateInput input, GateOptions options) {
    String rule = "maximal_regression";
    String threshold = "no shown loss above " + percent(options.maximalRegression());
    Evidence tonight = againstParent(input.validation());
    Evidence.Gain own = tonight.gain();
    double tolerance = options.maximalRegression();
    if (tonight.users() > 0 && Double.isNaN(own.value())) {
      return notANumber(rule, threshold, tonight);
    }
    boolean shownTonight = tonight.users() >= INTERVAL_USERS && own.high() < -tolerance;
    if (shownTonight) {
      return new Finding(
          rule,
          threshold,
          describe(own, tonight),
          Finding.Outcome.FAILED,
          "On tonight's validation window the candidate is clearly worse than its parent; the"
              + " champion stays.");
    }
    Evidence pooled = pooled(tonight, earlier(input, tonight, Subject.PARENT), options);
    if (pooled.users() < options.minimalUsers() || pooled.users() == 0) {
      return little(rule, threshold, describe(pooled.gain(), pooled), options);
    }
    Evidence.Gain gain = pooled.gain();
    if (Double.isNaN(gain.value())) {
      return notANumber(rule, threshold, pooled);
    }
    boolean failed = gain.value() < -tolerance && gain.high() < 0 && own.value() < 0;
    return new Finding(
        rule,
        threshold,
        describe(gain, pooled),
        failed ? Finding.Outcome.FAILED : Finding.Outcome.PASSED,
        failed
            ? "The update makes the model worse than its parent, and the evidence shows it; the"
                + " champion stays and the events wait for the next night."
            : "No loss against the parent beyond the tolerance is shown.");
  }

  private static Finding forgetting(GateInput input, GateOptions options) {
    String rule = "maximal_forgetting";
    double tolerance = options.maximalForgetting() + NOVELTY_WEIGHT * input.novelty();
    String threshold = "no shown loss above " + percent(tolerance);
    List<Evidence> windows =
        input.frozen().stream()
            .map(PromotionGate::againstParent)
            .filter(e -> e.users() > 0)
            .toList();
    if (windows.isEmpty()) {
      return skipped(rule, threshold, "There are no frozen windows of earlier nights yet.");
    }
    Evidence all = Evidence.pool(windows);
    Evidence.Gain gain = all.gain();
    if (Double.isNaN(gain.value())) {
      return notANumber(rule, threshold, all);
    }
    boolean failed = gain.value() < -tolerance && gain.high() < 0;
    String measured = describe(gain, all) + " in " + windows.size() + " frozen windows";
    return new Finding(
        rule,
        threshold,
        measured,
        failed ? Finding.Outcome.FAILED : Finding.Outcome.PASSED,
        failed
            ? "The candidate forgot what its parent knew on earlier nights; tonight's events"
                + " contradict them. Look for poisoned events before anything else."
            : "What earlier nights taught is kept.");
  }

  private static Evidence againstParent(Comparison comparison) {
    return comparison
        .against(Subject.PARENT, Segment.ALL)
        .orElseThrow(
            () ->
                new InvalidGateException(
                    "Cannot judge window "
                        + comparison.window()
                        + ": candidate and parent were not compared on it."));
  }

  /** Earlier evidence of the same kind: against the baseline, or newer against older version. */
  private static List<Evidence> earlier(GateInput input, Evidence tonight, String against) {
    boolean versions = against.equals(Subject.PARENT);
    return input.earlier().stream()
        .filter(
            e ->
                versions
                    ? e.older().equals(Subject.PREVIOUS) || e.older().equals(Subject.PARENT)
                    : e.older().equals(against))
        .filter(e -> e.segment() == tonight.segment())
        .filter(e -> e.metric() == tonight.metric() && e.k() == tonight.k())
        .filter(e -> e.weights().length == tonight.weights().length)
        .filter(e -> Double.isFinite(e.newerSum()) && Double.isFinite(e.olderSum()))
        .toList();
  }

  private static Evidence pooled(Evidence tonight, List<Evidence> earlier, GateOptions options) {
    List<Evidence> taken = new ArrayList<>(List.of(tonight));
    long users = tonight.users();
    for (Evidence night : earlier) {
      if (users >= options.minimalUsers() || taken.size() > options.pooledNights()) {
        break;
      }
      taken.add(night);
      users += night.users();
    }
    return taken.size() == 1 ? tonight : Evidence.pool(taken);
  }

  private static InvalidGateException unknownBaseline(Comparison validation, String baseline) {
    String known =
        validation.subjects().stream().skip(1).sorted().collect(Collectors.joining(", "));
    return new InvalidGateException(
        "Cannot compare with baseline '"
            + baseline
            + "': it was not measured. Set gate.baseline to one of: "
            + known
            + ".");
  }

  private static Finding little(
      String rule, String threshold, String measured, GateOptions options) {
    boolean reject = options.onLittleEvidence() == GateOptions.LittleEvidence.REJECT;
    return new Finding(
        rule,
        threshold,
        measured,
        reject ? Finding.Outcome.FAILED : Finding.Outcome.SKIPPED,
        "Too few users to tell (gate.minimalUsers is "
            + options.minimalUsers()
            + "); gate.onLittleEvidence says "
            + options.onLittleEvidence().name().toLowerCase(Locale.ROOT)
            + ".");
  }

  private static Finding noParent(String rule) {
    return skipped(rule, "needs a parent", "The first version has no parent to compare with.");
  }

  private static Finding skipped(String rule, String threshold, String detail) {
    return new Finding(rule, threshold, "not measured", Finding.Outcome.SKIPPED, detail);
  }

  private static Finding notANumber(String rule, String threshold, Evidence evidence) {
    return new Finding(
        rule,
        threshold,
        "NaN over " + evidence.users() + " users",
        Finding.Outcome.FAILED,
        "The comparison with the parent gave no number; look at the candidate's factors.");
  }

  private static String describe(Evidence.Gain gain, Evidence evidence) {
    return percent(gain.value())
        + " ("
        + percent(gain.low())
        + " to "
        + percent(gain.high())
        + ") over "
        + evidence.users()
        + " users";
  }

  private static String percent(double share) {
    return Double.isFinite(share)
        ? String.format(Locale.ROOT, "%+.1f %%", 100 * share)
        : String.valueOf(share);
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.4f", value);
  }
}
