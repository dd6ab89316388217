package io.perennial.config;

import io.perennial.distillation.DistillationOptions;
import io.perennial.evaluation.baseline.NeighbourOptions;
import io.perennial.model.als.AlsHyperparameters;
import io.perennial.model.history.DecayPolicy;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * Reads the section {@code backtest}: every arm begins with what the pipeline itself says, changed
 * by what makes it that arm, changed by its own keys.
 */
final class BacktestReader {
  private BacktestReader() {}

  static BacktestDefinition read(
      YamlSection section, AlsHyperparameters model, DistillationOptions distillation) {
    Optional<LocalDate> from = day(section, "baseFrom");
    Optional<LocalDate> to = day(section, "baseTo");
    YamlSection arms = section.section("arms");
    Map<BacktestArm, BacktestDefinition.Arm> read = new EnumMap<>(BacktestArm.class);
    for (BacktestArm arm : BacktestArm.values()) {
      BacktestDefinition.Arm usual = usual(arm, model, distillation);
      boolean given = arm.keys() != BacktestArm.Keys.NONE && arms.has(arm.label());
      read.put(arm, given ? changed(arms.section(arm.label()), arm, usual) : usual);
    }
    return section
        .build(() -> new BacktestDefinition(from, to, read))
        .orElseGet(() -> new BacktestDefinition(Optional.empty(), Optional.empty(), read));
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

  private static BacktestDefinition.Arm usual(
      BacktestArm arm, AlsHyperparameters model, DistillationOptions distillation) {
    DecayPolicy alike = new DecayPolicy(Optional.empty(), model.decay().aggregate());
    AlsHyperparameters parameters =
        switch (arm) {
          case FULL_RETRAIN -> model.with(alike);
          case MLLIB_FULL_RETRAIN -> stock(model, alike);
          default -> model;
        };
    return new BacktestDefinition.Arm(
        parameters,
        arm == BacktestArm.FINE_TUNE ? DistillationOptions.NONE : distillation,
        NeighbourOptions.DEFAULT);
  }

  private static BacktestDefinition.Arm changed(
      YamlSection section, BacktestArm arm, BacktestDefinition.Arm usual) {
    return switch (arm.keys()) {
      case NONE -> usual;
      case MODEL ->
          new BacktestDefinition.Arm(
              RecordBinder.bind(section, usual.model()), usual.distillation(), usual.neighbours());
      case MODEL_AND_DISTILLATION ->
          new BacktestDefinition.Arm(
              RecordBinder.bind(section, usual.model()),
              RecordBinder.bind(section.section("distillation"), usual.distillation()),
              usual.neighbours());
      case NEIGHBOURS ->
          new BacktestDefinition.Arm(
              usual.model(), usual.distillation(), RecordBinder.bind(section, usual.neighbours()));
    };
  }

  /** MLlib's defaults with the pipeline's rank, sweeps and kind of feedback. */
  private static AlsHyperparameters stock(AlsHyperparameters model, DecayPolicy decay) {
    AlsHyperparameters mllib = AlsHyperparameters.mllib();
    return new AlsHyperparameters(
        model.rank(),
        model.maxIter(),
        mllib.nightlySweeps(),
        mllib.regParam(),
        mllib.regScaling(),
        model.implicitPrefs(),
        mllib.alpha(),
        mllib.confidence(),
        mllib.unobservedWeight(),
        decay,
        mllib.numBlocks(),
        mllib.solver(),
        mllib.initialScale());
  }
}
