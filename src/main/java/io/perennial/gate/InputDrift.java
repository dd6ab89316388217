package io.perennial.gate;

import io.perennial.evaluation.InputProfile;
import io.perennial.evaluation.ProfileFigure;
import java.time.DayOfWeek;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Compares the shape of tonight's input with recent nights', figure by figure.
 *
 * <p>What is usual: the median of the last 14 nights after weekday effects are taken out, plus the
 * effect of tonight's weekday. A weekday's effect is its median less the median of all, shrunk by n
 * / (n + 2) for n nights of that weekday. How much a figure varies: 1.4826 times the median
 * absolute deviation of all recent nights after weekday effects, never below a floor, and more
 * where nights are few. Figures that multiply are compared by their logarithms.
 */
final class InputDrift {
  private static final int LEVEL_NIGHTS = 14;
  private static final double MEDIAN_DEVIATION_TO_SIGMA = 1.4826;
  private static final int SHARES_NEED = 20;

  private enum Scale {
    RATIO,
    DIFFERENCE
  }

  private enum Direction {
    LOSS,
    GAIN
  }

  /**
   * One side of one figure.
   *
   * @param tolerance on the figure's scale: a logarithm for ratios
   * @param deviations robust z beyond which it is unusual, at sensitivity 1
   * @param spreadFloor least standard deviation assumed
   * @param alwaysTolerated value up to which nothing is refused
   */
  private record Rule(
      String figure,
      Direction direction,
      Scale scale,
      double tolerance,
      double deviations,
      double spreadFloor,
      double alwaysTolerated) {}

  private record Usual(double level, double spread) {}

  private final DriftOptions options;
  private final List<Rule> rules;

  InputDrift(DriftOptions options) {
    this.options = options;
    double lift = Math.log(options.repeatLiftChange());
    this.rules =
        List.of(
            loss(ProfileFigure.ROWS, options.rowsLoss(), 3, 0.1),
            gain(ProfileFigure.ROWS, options.rowsGain(), 4, 0.1, 0),
            loss(ProfileFigure.USERS, options.rowsLoss(), 3, 0.1),
            gain(ProfileFigure.USERS, options.rowsGain(), 4, 0.1, 0),
            loss(ProfileFigure.ROWS_PER_USER, options.rowsPerUserLoss(), 2, 0.1),
            gain(ProfileFigure.ROWS_PER_USER, options.rowsPerUserGain(), 4, 0.1, 0),
            loss(ProfileFigure.HOURS, options.hoursLoss(), 2.25, 0.08),
            gain(
                ProfileFigure.TOP_USER_SHARE,
                options.userShareGain(),
                3,
                0.2,
                options.userShareFloor()),
            gain(
                ProfileFigure.TOP_ITEM_SHARE,
                options.itemShareGain(),
                4,
                0.2,
                options.itemShareFloor()),
            increase(ProfileFigure.ITEM_DIVERGENCE, options.itemDivergence()),
            increase(ProfileFigure.NEW_ITEM_SHARE, options.newItemShare()),
            new Rule(ProfileFigure.REPEAT_LIFT, Direction.LOSS, Scale.RATIO, lift, 2.5, 0.1, -1),
            new Rule(ProfileFigure.REPEAT_LIFT, Direction.GAIN, Scale.RATIO, lift, 2.5, 0.1, -1));
  }

  private static Rule loss(String figure, double share, double deviations, double floor) {
    return new Rule(
        figure, Direction.LOSS, Scale.RATIO, -Math.log(1 - share), deviations, floor, -1);
  }

  private static Rule gain(
      String figure, double factor, double deviations, double floor, double alwaysTolerated) {
    return new Rule(
        figure, Direction.GAIN, Scale.RATIO, Math.log(factor), deviations, floor, alwaysTolerated);
  }

  private static Rule increase(String figure, double difference) {
    return new Rule(figure, Direction.GAIN, Scale.DIFFERENCE, difference, 4, 0.02, -1);
  }

  /** One finding for each figure, in a fixed order. */
  List<Finding> judge(InputProfile tonight, List<InputProfile> recentNights) {
    List<InputProfile> recent =
        recentNights.subList(0, Math.min(recentNights.size(), options.recentNights()));
    List<Finding> findings = new ArrayList<>();
    List<String> figures = rules.stream().map(Rule::figure).distinct().toList();
    for (String figure : figures) {
      List<Rule> ofFigure = rules.stream().filter(r -> r.figure.equals(figure)).toList();
      findings.add(judge(figure, ofFigure, tonight, recent));
    }
    return findings;
  }

  private Finding judge(
      String figure, List<Rule> ofFigure, InputProfile tonight, List<InputProfile> recent) {
    String name = "drift." + figure;
    Double measured = tonight.figures().get(figure);
    if (measured == null) {
      return new Finding(
          name,
          "not applied",
          "not measured",
          Finding.Outcome.SKIPPED,
          "Tonight's input has no figure '" + figure + "', so it was not compared.");
    }
    if (!Double.isFinite(measured)) {
      return new Finding(
          name,
          "a finite number",
          String.valueOf(measured),
          Finding.Outcome.FAILED,
          "The figure '" + figure + "' of tonight's input is no number; look at the events.");
    }
    List<InputProfile> known =
        recent.stream()
            .filter(p -> Double.isFinite(p.figures().getOrDefault(figure, Double.NaN)))
            .toList();
    if (known.size() < options.minimalNights()) {
      return judgeAlone(name, figure, measured, tonight, known.size());
    }
    Finding passed = null;
    for (Rule rule : ofFigure) {
      Usual usual = usual(rule, known, tonight);
      Finding finding = compare(name, rule, measured, usual, known.size());
      if (finding.outcome() == Finding.Outcome.FAILED) {
        return finding;
      }
      passed = passed == null ? finding : merged(passed, finding);
    }
    return passed;
  }

  private static Finding merged(Finding a, Finding b) {
    return new Finding(
        a.rule(), a.threshold() + ", " + b.threshold(), a.measured(), a.outcome(), a.detail());
  }

  /** Too few nights to compare with: only one user's or one item's share is judged. */
  private Finding judgeAlone(
      String name, String figure, double measured, InputProfile tonight, int nights) {
    String of =
        switch (figure) {
          case ProfileFigure.TOP_USER_SHARE -> ProfileFigure.USERS;
          case ProfileFigure.TOP_ITEM_SHARE -> ProfileFigure.ITEMS;
          default -> "";
        };
    if (tonight.figures().getOrDefault(of, 0.0) >= SHARES_NEED) {
      boolean failed = measured > options.maximalShare();
      return new Finding(
          name,
          "at most " + number(options.maximalShare()),
          number(measured),
          failed ? Finding.Outcome.FAILED : Finding.Outcome.PASSED,
          (failed
                  ? "One "
                      + (of.equals(ProfileFigure.USERS) ? "user" : "item")
                      + " makes up most of tonight's events; "
                  : "")
              + nights
              + " recent nights are too few to compare with, so the absolute limit applies.");
    }
    return new Finding(
        name,
        "needs " + options.minimalNights() + " recent nights",
        number(measured),
        Finding.Outcome.SKIPPED,
        "Only " + nights + " recent nights to compare '" + figure + "' with.");
  }

  private Finding compare(String name, Rule rule, double measured, Usual usual, int nights) {
    double value = scaled(rule.scale, measured);
    double sign = rule.direction == Direction.GAIN ? 1 : -1;
    double distance = sign * (value - usual.level);
    double z = distance / usual.spread;
    double limit = rule.deviations / options.sensitivity();
    boolean failed = distance > rule.tolerance && z > limit && measured > rule.alwaysTolerated;
    double bound =
        unscaled(rule.scale, usual.level + sign * Math.max(rule.tolerance, limit * usual.spread));
    double usually = unscaled(rule.scale, usual.level);
    String side = rule.direction == Direction.GAIN ? "at most " : "at least ";
    double threshold = sign > 0 ? Math.max(bound, rule.alwaysTolerated) : bound;
    String detail =
        failed
            ? String.format(
                Locale.ROOT,
                "Tonight's %s is %s where %s is usual (%.1f robust deviations over %d nights):"
                    + " %s",
                rule.figure.replace('_', ' '),
                number(measured),
                number(usually),
                z,
                nights,
                advice(rule))
            : String.format(
                Locale.ROOT,
                "Usual is %s over %d nights; tonight lies within what they vary.",
                number(usually),
                nights);
    return new Finding(
        name,
        side + number(threshold),
        number(measured),
        failed ? Finding.Outcome.FAILED : Finding.Outcome.PASSED,
        detail);
  }

  private static String advice(Rule rule) {
    boolean more = rule.direction == Direction.GAIN;
    return switch (rule.figure) {
      case ProfileFigure.ROWS, ProfileFigure.USERS, ProfileFigure.ROWS_PER_USER ->
          more
              ? "look for events that were delivered twice."
              : "look for events that are missing from the delivery.";
      case ProfileFigure.HOURS -> "part of the day seems to be missing from the delivery.";
      case ProfileFigure.TOP_USER_SHARE -> "one user may be a robot or a test account.";
      case ProfileFigure.TOP_ITEM_SHARE -> "one item may have been pushed, or its id is wrong.";
      case ProfileFigure.ITEM_DIVERGENCE, ProfileFigure.NEW_ITEM_SHARE ->
          "the items are not those that usually occur; look for a change of item ids.";
      default ->
          "items no longer fit their users as they did; look for shuffled or joined columns.";
    };
  }

  private Usual usual(Rule rule, List<InputProfile> known, InputProfile tonight) {
    double[] values = new double[known.size()];
    for (int n = 0; n < values.length; n++) {
      values[n] = scaled(rule.scale, known.get(n).figures().get(rule.figure));
    }
    double middle = median(values);
    Map<DayOfWeek, Double> effects = weekdayEffects(known, values, middle);
    double[] adjusted = new double[values.length];
    for (int n = 0; n < values.length; n++) {
      adjusted[n] = values[n] - weekday(known.get(n)).map(effects::get).orElse(0.0);
    }
    double level = median(Arrays.copyOf(adjusted, Math.min(LEVEL_NIGHTS, adjusted.length)));
    level += weekday(tonight).map(day -> effects.getOrDefault(day, 0.0)).orElse(0.0);
    double all = median(adjusted);
    double[] deviations = new double[adjusted.length];
    for (int n = 0; n < adjusted.length; n++) {
      deviations[n] = Math.abs(adjusted[n] - all);
    }
    double spread =
        Math.max(rule.spreadFloor, MEDIAN_DEVIATION_TO_SIGMA * median(deviations))
            * (1 + 2.0 / adjusted.length);
    return new Usual(level, spread);
  }

  private static Map<DayOfWeek, Double> weekdayEffects(
      List<InputProfile> known, double[] values, double middle) {
    Map<DayOfWeek, Double> effects = new EnumMap<>(DayOfWeek.class);
    for (DayOfWeek day : DayOfWeek.values()) {
      double[] ofDay = new double[values.length];
      int count = 0;
      for (int n = 0; n < values.length; n++) {
        if (weekday(known.get(n)).filter(day::equals).isPresent()) {
          ofDay[count++] = values[n];
        }
      }
      if (count > 0) {
        double effect = median(Arrays.copyOf(ofDay, count)) - middle;
        effects.put(day, effect * count / (count + 2.0));
      }
    }
    return effects;
  }

  /** Only nights of one day have a weekday. */
  private static Optional<DayOfWeek> weekday(InputProfile profile) {
    return profile.days() == 1 ? Optional.of(profile.night().getDayOfWeek()) : Optional.empty();
  }

  private static double scaled(Scale scale, double value) {
    return scale == Scale.RATIO ? Math.log(Math.max(value, 1e-6)) : value;
  }

  private static double unscaled(Scale scale, double value) {
    return scale == Scale.RATIO ? Math.exp(value) : value;
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int n = sorted.length;
    return n % 2 == 1 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
  }

  private static String number(double value) {
    return Math.abs(value) >= 100
        ? String.format(Locale.ROOT, "%.0f", value)
        : String.format(Locale.ROOT, "%.3f", value);
  }
}
