package io.perennial.report;

import io.perennial.evaluation.Metric;
import io.perennial.registry.BacktestRow;
import io.perennial.report.ForgettingMatrix.Direction;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a backtest showed, worked out from its rows. A figure over nights is the mean of nightly
 * means over users; nights without a user of the segment are left out. The interval of a difference
 * is a paired bootstrap over nights and, within each night, over users: in every replicate the same
 * nights and the same users are drawn for both arms.
 */
public final class BacktestFigures {
  /** Segments that are told, in order. */
  public static final List<String> SEGMENTS =
      List.of("all", "returning", "first_time", "repeat", "new", "second_night");

  /** The arm that others are compared with, where it was replayed. */
  private static final String REFERENCE = "ours-model";

  private static final int REPLICATES = 1000;

  /**
   * An arm in a segment.
   *
   * @param nights that have a figure
   * @param mean over them
   * @param thirds mean over the first, the middle and the last third of all nights; NaN where none
   *     has a figure
   * @param difference how much better than the reference, relative: below 0 is worse, for errors
   *     too; NaN for the reference itself
   * @param low lower bound of its 95 % interval
   * @param high upper bound
   * @param trainSeconds mean over all nights
   */
  public record ArmFigure(
      String arm,
      String segment,
      int nights,
      double mean,
      List<Double> thirds,
      double difference,
      double low,
      double high,
      double trainSeconds) {}

  private final List<String> arms;
  private final List<BacktestRow> rows;
  private final Metric metric;
  private final long seed;
  private final List<LocalDate> nights;
  private final Map<String, Map<LocalDate, BacktestRow>> series = new LinkedHashMap<>();

  /**
   * @param rows of one metric and cut-off, and what gates said
   * @param arms in the order in which they are told
   * @param seed of the bootstrap
   */
  public BacktestFigures(List<BacktestRow> rows, List<String> arms, Metric metric, long seed) {
    this.arms = List.copyOf(arms);
    this.rows = List.copyOf(rows);
    this.metric = Objects.requireNonNull(metric, "metric");
    this.seed = seed;
    TreeSet<LocalDate> days = new TreeSet<>();
    for (BacktestRow row : rows) {
      if (row.window().equals(BacktestRow.PREQUENTIAL)) {
        days.add(row.night());
        series
            .computeIfAbsent(key(row.arm(), row.segment()), name -> new TreeMap<>())
            .put(row.night(), row);
      }
    }
    this.nights = List.copyOf(days);
  }

  private static String key(String arm, String segment) {
    return arm + "/" + segment;
  }

  /** Arms, in the order given. */
  public List<String> arms() {
    return arms;
  }

  /** Nights, in order. */
  public List<LocalDate> nights() {
    return nights;
  }

  /** The arm that others are compared with. */
  public String reference() {
    return arms.contains(REFERENCE) ? REFERENCE : arms.get(0);
  }

  /** Every arm in every segment that has users. */
  public List<ArmFigure> figures() {
    List<ArmFigure> figures = new ArrayList<>();
    for (String segment : SEGMENTS) {
      for (String arm : arms) {
        if (series.containsKey(key(arm, segment))) {
          figures.add(figure(arm, segment));
        }
      }
    }
    return figures;
  }

  /** An arm in a segment; NaN where nothing was measured. */
  public ArmFigure figure(String arm, String segment) {
    List<Double> curve = curve(arm, segment);
    List<Double> thirds = new ArrayList<>();
    for (int third = 0; third < 3; third++) {
      int from = third * curve.size() / 3;
      thirds.add(mean(curve.subList(from, (third + 1) * curve.size() / 3)));
    }
    RelativeGain difference = difference(arm, segment);
    return new ArmFigure(
        arm,
        segment,
        (int) curve.stream().filter(Double::isFinite).count(),
        mean(curve),
        thirds,
        difference.value(),
        difference.low(),
        difference.high(),
        mean(seconds(arm)));
  }

  private static double mean(List<Double> values) {
    return values.stream()
        .filter(Double::isFinite)
        .mapToDouble(Double::doubleValue)
        .average()
        .orElse(Double.NaN);
  }

  /** One value a night; NaN where there was no user. */
  List<Double> curve(String arm, String segment) {
    Map<LocalDate, BacktestRow> measured = series.getOrDefault(key(arm, segment), Map.of());
    return nights.stream()
        .map(measured::get)
        .map(row -> row == null || row.users() == 0 ? Double.NaN : row.value())
        .toList();
  }

  /** Seconds of training, one value a night. */
  List<Double> seconds(String arm) {
    Map<LocalDate, BacktestRow> measured = series.getOrDefault(key(arm, "all"), Map.of());
    return nights.stream()
        .map(measured::get)
        .map(row -> row == null ? Double.NaN : row.trainSeconds())
        .toList();
  }

  private RelativeGain difference(String arm, String segment) {
    if (arm.equals(reference())) {
      return new RelativeGain(Double.NaN, Double.NaN, Double.NaN);
    }
    Map<LocalDate, BacktestRow> ours = series.getOrDefault(key(reference(), segment), Map.of());
    Map<LocalDate, BacktestRow> theirs = series.getOrDefault(key(arm, segment), Map.of());
    List<BacktestRow[]> pairs = new ArrayList<>();
    for (LocalDate night : nights) {
      BacktestRow one = theirs.get(night);
      BacktestRow other = ours.get(night);
      boolean both = one != null && other != null && one.users() > 0 && other.users() > 0;
      if (both && Double.isFinite(one.value()) && Double.isFinite(other.value())) {
        pairs.add(new BacktestRow[] {one, other});
      }
    }
    double armSum = 0;
    double oursSum = 0;
    for (BacktestRow[] pair : pairs) {
      armSum += pair[0].value();
      oursSum += pair[1].value();
    }
    double[] armSums = new double[pairs.isEmpty() ? 0 : REPLICATES];
    double[] oursSums = new double[armSums.length];
    Random random = new Random(seed);
    for (int r = 0; r < armSums.length; r++) {
      for (int n = 0; n < pairs.size(); n++) {
        BacktestRow[] pair = pairs.get(random.nextInt(pairs.size()));
        int kept = Math.min(pair[0].replicates().length, pair[1].replicates().length);
        int replicate = kept == 0 ? 0 : random.nextInt(kept);
        double one = kept == 0 ? pair[0].value() : pair[0].replicates()[replicate];
        double other = kept == 0 ? pair[1].value() : pair[1].replicates()[replicate];
        // A replicate that drew nobody of a small night says nothing of either arm.
        if (Double.isFinite(one) && Double.isFinite(other)) {
          armSums[r] += one;
          oursSums[r] += other;
        }
      }
    }
    RelativeGain gain = RelativeGain.of(armSum, oursSum, armSums, oursSums);
    return metric.lessIsBetter()
        ? new RelativeGain(-gain.value(), -gain.high(), -gain.low())
        : gain;
  }

  /** What the arm's models kept of early nights; empty of figures for arms without a model. */
  ForgettingMatrix forgetting(String arm) {
    ForgettingMatrix matrix =
        new ForgettingMatrix(
            metric.lessIsBetter() ? Direction.LESS_IS_BETTER : Direction.MORE_IS_BETTER);
    for (BacktestRow row : rows) {
      if (row.window().startsWith(BacktestRow.FROZEN) && row.arm().equals(arm)) {
        matrix.put(row.night().toEpochDay(), row.windowDay().toEpochDay(), row.value());
      }
      if (row.window().startsWith(BacktestRow.UNLEARNT)) {
        long window = row.windowDay().toEpochDay();
        if (row.arm().equals(arm)) {
          matrix.putUnlearnt(window, row.value());
        } else if (row.arm().equals("popularity")) {
          matrix.putUntrained(window, row.value());
        }
      }
    }
    return matrix;
  }

  /** What gates said, of every arm that has one. */
  public List<GateFigures> gates() {
    return GateFigures.of(rows, arms);
  }

  /** Arms whose retention was measured. */
  List<String> models() {
    return arms.stream().filter(arm -> !forgetting(arm).versions().isEmpty()).toList();
  }
}
