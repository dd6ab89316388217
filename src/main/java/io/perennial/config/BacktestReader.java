package io.perennial.config;

import io.perennial.evaluation.baseline.NeighbourOptions;
import io.perennial.model.FamilyOptions;
import io.perennial.model.history.DecayPolicy;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Reads the section {@code backtest}: every arm begins with what the pipeline itself says, changed
 * by what makes it that arm, changed by its own keys. Variants begin with what {@code ours-model}
 * has.
 */
final class BacktestReader {
  private BacktestReader() {}

  static BacktestDefinition read(YamlSection section, FamilyOptions<?, ?> learner) {
    Optional<LocalDate> from = day(section, "baseFrom");
    Optional<LocalDate> to = day(section, "baseTo");
    YamlSection arms = section.section("arms");
    Map<BacktestArm, BacktestDefinition.Arm> read = new EnumMap<>(BacktestArm.class);
    for (BacktestArm arm : BacktestArm.values()) {
      BacktestDefinition.Arm usual = usual(arm, learner);
      boolean given = arm.keys() != BacktestArm.Keys.NONE && arms.has(arm.label());
      read.put(arm, given ? changed(arms.section(arm.label()), arm, usual) : usual);
    }
    BacktestDefinition.Arm ours = read.get(BacktestArm.OURS_MODEL);
    YamlSection named = section.section("variants");
    Map<String, BacktestDefinition.Arm> variants = new LinkedHashMap<>();
    for (String name : named.keys()) {
      variants.put(name, changed(named.section(name), BacktestArm.OURS_MODEL, ours));
    }
    return section
        .build(() -> new BacktestDefinition(from, to, read, variants))
        .orElseGet(
            () -> new BacktestDefinition(Optional.empty(), Optional.empty(), read, Map.of()));
  }

  private static Optional<LocalDate> day(YamlSection section, String key) {
    Optional<String> text = section.text(key);
    try {
      return text.map(LocalDate::parse);
    } catch (DateTimeException e) {
      section.problem(key, "must be a date such as 2011-06-18, got '" + text.get() + "'.");
      return Optional.empty();
    }
  }

  /**
   * A family that cannot learn as an arm does is left as it is; the arm is refused when asked for.
   */
  private static BacktestDefinition.Arm usual(BacktestArm arm, FamilyOptions<?, ?> learner) {
    FamilyOptions<?, ?> own =
        switch (arm) {
          case FULL_RETRAIN -> learner.fading(alike(learner)).orElse(learner);
          case MLLIB_FULL_RETRAIN -> learner.asInMllib().orElse(learner);
          case FINE_TUNE -> learner.untaught();
          default -> learner;
        };
    return new BacktestDefinition.Arm(own, NeighbourOptions.DEFAULT);
  }

  private static DecayPolicy alike(FamilyOptions<?, ?> learner) {
    return new DecayPolicy(Optional.empty(), learner.decay().aggregate());
  }

  private static BacktestDefinition.Arm changed(
      YamlSection section, BacktestArm arm, BacktestDefinition.Arm usual) {
    FamilyOptions<?, ?> learner = usual.learner();
    return switch (arm.keys()) {
      case NONE -> usual;
      case MODEL -> usual.with(FamilyReader.model(section, learner));
      case MODEL_AND_DISTILLATION ->
          usual.with(FamilyReader.modelAndDistillation(section, learner));
      case NEIGHBOURS -> usual.with(RecordBinder.bind(section, usual.neighbours()));
    };
  }
}
