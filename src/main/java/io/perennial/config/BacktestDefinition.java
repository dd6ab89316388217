package io.perennial.config;

import io.perennial.distillation.DistillationOptions;
import io.perennial.evaluation.baseline.NeighbourOptions;
import io.perennial.model.als.AlsHyperparameters;
import java.time.LocalDate;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * What a replay of history needs besides its dates: the section {@code backtest} of a pipeline
 * file. It decides nothing that a night learns.
 *
 * @param baseFrom first day of the events that every arm begins with; empty: the first there is
 * @param baseTo their last day; the days between it and the first reported night are learnt night
 *     by night, but not reported; empty: the day before the first reported night
 * @param arms parameters of every arm
 */
public record BacktestDefinition(
    Optional<LocalDate> baseFrom, Optional<LocalDate> baseTo, Map<BacktestArm, Arm> arms) {
  /**
   * Parameters of one arm; each arm reads what concerns it.
   *
   * @param model of the arms that factorise
   * @param distillation of the arms that have a teacher
   * @param neighbours of item-knn
   */
  public record Arm(
      AlsHyperparameters model, DistillationOptions distillation, NeighbourOptions neighbours) {
    public Arm {
      Objects.requireNonNull(model, "model");
      Objects.requireNonNull(distillation, "distillation");
      Objects.requireNonNull(neighbours, "neighbours");
    }
  }

  public BacktestDefinition {
    if (baseFrom.isPresent() && baseTo.isPresent() && baseTo.get().isBefore(baseFrom.get())) {
      throw new IllegalArgumentException(
          "backtest.baseTo must not lie before baseFrom, got "
              + baseTo.get()
              + " and "
              + baseFrom.get());
    }
    arms = new EnumMap<>(arms);
    for (BacktestArm arm : BacktestArm.values()) {
      if (!arms.containsKey(arm)) {
        throw new IllegalArgumentException("No parameters of the arm " + arm.label());
      }
    }
    arms = java.util.Collections.unmodifiableMap(arms);
  }

  /** Parameters of an arm. */
  public Arm arm(BacktestArm arm) {
    return arms.get(arm);
  }

  /** The parameters that concern an arm, in words; empty where it has none. */
  public String describe(BacktestArm arm) {
    Map<String, String> text =
        switch (arm.keys()) {
          case NONE -> Map.of();
          case MODEL -> new CanonicalForm().with("model", arm(arm).model()).text();
          case MODEL_AND_DISTILLATION ->
              new CanonicalForm()
                  .with("model", arm(arm).model())
                  .with("distillation", arm(arm).distillation())
                  .text();
          case NEIGHBOURS -> new CanonicalForm().with("item-knn", arm(arm).neighbours()).text();
        };
    return text.entrySet().stream()
        .map(entry -> entry.getKey().replaceFirst("^[a-z-]+\\.", "") + " " + entry.getValue())
        .collect(java.util.stream.Collectors.joining(", "));
  }
}
