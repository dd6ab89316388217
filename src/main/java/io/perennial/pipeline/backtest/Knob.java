package io.perennial.pipeline.backtest;

import io.perennial.config.BacktestArm;
import io.perennial.config.BacktestDefinition;
import io.perennial.model.Dial;
import io.perennial.model.FamilyOptions;
import io.perennial.model.history.DecayPolicy;
import java.math.BigDecimal;
import java.math.MathContext;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * What sets retention against recency. A backtest may turn each in turn, from the parameters of
 * {@code ours-model}, so that its page draws what the turning trades.
 */
public enum Knob {
  /** Weight of the teacher: 0.1, 0.3, 3 and 10 times. */
  BETA("beta"),
  /**
   * Half-life of events: a quarter, half, twice and four times, of 120 days where there is none.
   */
  HALF_LIFE("halfLife"),
  /** Regularisation: 0.1, 0.3, 3 and 10 times. */
  REG_PARAM("regParam"),
  /** From scratch on all events every 7, 14 and 30 nights. */
  REBUILD("rebuild");

  private static final double[] FACTORS = {0.1, 0.3, 3, 10};
  private static final double[] SPANS = {0.25, 0.5, 2, 4};
  private static final int[] NIGHTS = {7, 14, 30};
  private static final Duration FOR_NONE = Duration.ofDays(120);

  private final String label;

  Knob(String label) {
    this.label = label;
  }

  /**
   * The arm {@code ours-model} with one thing changed.
   *
   * @param name as in tables: {@code ours-model, beta 0.03}
   * @param rebuildEvery nights after which it begins anew from all events; empty: never
   */
  public record Variant(String name, BacktestDefinition.Arm parameters, OptionalInt rebuildEvery) {}

  /** As on the command line. */
  public String label() {
    return label;
  }

  /** The knob of a label, if there is one. */
  public static Optional<Knob> of(String label) {
    return Arrays.stream(values()).filter(knob -> knob.label.equals(label)).findFirst();
  }

  /**
   * The settings to try, increasing.
   *
   * @throws ImpossibleBacktestException where the pipeline's model family has no such knob
   */
  public List<Variant> variants(BacktestDefinition backtest) {
    BacktestDefinition.Arm now = backtest.arm(BacktestArm.OURS_MODEL);
    return switch (this) {
      case BETA -> turned(now, now.learner().teacherWeight(), "weight of a teacher");
      case HALF_LIFE -> halfLives(now);
      case REG_PARAM -> turned(now, now.learner().regularisation(), "regularisation");
      case REBUILD ->
          IntStream.of(NIGHTS)
              .mapToObj(nights -> new Variant(name("every " + nights), now, OptionalInt.of(nights)))
              .toList();
    };
  }

  private List<Variant> turned(
      BacktestDefinition.Arm now, Optional<Dial<FamilyOptions<?, ?>>> dial, String what) {
    Dial<FamilyOptions<?, ?>> turned = dial.orElseThrow(() -> none(now, what));
    return DoubleStream.of(FACTORS)
        .map(factor -> rounded(factor * turned.value()))
        .mapToObj(value -> variant(number(value), now, turned.at().apply(value)))
        .toList();
  }

  private List<Variant> halfLives(BacktestDefinition.Arm now) {
    DecayPolicy decay = now.learner().decay();
    return DoubleStream.of(SPANS)
        .mapToObj(span -> scaled(decay.halfLife().orElse(FOR_NONE), span))
        .map(
            halfLife ->
                variant(
                    days(halfLife),
                    now,
                    now.learner()
                        .fading(new DecayPolicy(Optional.of(halfLife), decay.aggregate()))
                        .orElseThrow(() -> none(now, "half-life of events"))))
        .toList();
  }

  private ImpossibleBacktestException none(BacktestDefinition.Arm now, String what) {
    return new ImpossibleBacktestException(
        "Cannot turn the knob "
            + label
            + ": the model family "
            + now.learner().name()
            + " has no "
            + what
            + " to turn. Leave it out of --knobs.");
  }

  private String name(String setting) {
    return BacktestArm.OURS_MODEL.label() + ", " + label + " " + setting;
  }

  private Variant variant(String setting, BacktestDefinition.Arm now, FamilyOptions<?, ?> learner) {
    return new Variant(name(setting), now.with(learner), OptionalInt.empty());
  }

  private static Duration scaled(Duration duration, double factor) {
    return Duration.ofMinutes((long) (duration.toMinutes() * factor));
  }

  private static String days(Duration duration) {
    return number(rounded(duration.toMinutes() / (24.0 * 60))) + "d";
  }

  private static double rounded(double value) {
    return new BigDecimal(value).round(new MathContext(3)).doubleValue();
  }

  private static String number(double value) {
    return new BigDecimal(String.valueOf(value)).stripTrailingZeros().toPlainString();
  }
}
