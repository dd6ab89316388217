package io.perennial.pipeline.backtest;

import io.perennial.config.BacktestArm;
import io.perennial.config.BacktestDefinition;
import io.perennial.distillation.DistillationOptions;
import io.perennial.model.als.AlsHyperparameters;
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

  /** The settings to try, increasing. */
  public List<Variant> variants(BacktestDefinition backtest) {
    BacktestDefinition.Arm now = backtest.arm(BacktestArm.OURS_MODEL);
    AlsHyperparameters model = now.model();
    return switch (this) {
      case BETA ->
          DoubleStream.of(FACTORS)
              .map(factor -> rounded(factor * now.distillation().beta()))
              .mapToObj(
                  beta -> variant(number(beta), now, model, now.distillation().withBeta(beta)))
              .toList();
      case HALF_LIFE ->
          DoubleStream.of(SPANS)
              .mapToObj(span -> scaled(model.decay().halfLife().orElse(FOR_NONE), span))
              .map(
                  halfLife ->
                      variant(
                          days(halfLife),
                          now,
                          model.with(
                              new DecayPolicy(Optional.of(halfLife), model.decay().aggregate())),
                          now.distillation()))
              .toList();
      case REG_PARAM ->
          DoubleStream.of(FACTORS)
              .map(factor -> rounded(factor * model.regParam()))
              .mapToObj(
                  regParam ->
                      variant(
                          number(regParam), now, model.withRegParam(regParam), now.distillation()))
              .toList();
      case REBUILD ->
          IntStream.of(NIGHTS)
              .mapToObj(nights -> new Variant(name("every " + nights), now, OptionalInt.of(nights)))
              .toList();
    };
  }

  private String name(String setting) {
    return BacktestArm.OURS_MODEL.label() + ", " + label + " " + setting;
  }

  private Variant variant(
      String setting,
      BacktestDefinition.Arm now,
      AlsHyperparameters model,
      DistillationOptions distillation) {
    return new Variant(
        name(setting),
        new BacktestDefinition.Arm(model, distillation, now.neighbours()),
        OptionalInt.empty());
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
