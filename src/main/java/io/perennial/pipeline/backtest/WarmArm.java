package io.perennial.pipeline.backtest;

import io.perennial.distillation.DistillationOptions;
import io.perennial.distillation.DistillationOptions.Update;
import io.perennial.model.FactorRows;
import io.perennial.model.Scorer;
import io.perennial.model.als.AlsHyperparameters;
import io.perennial.model.als.AlsModel;
import io.perennial.model.als.AlsTrainer;
import io.perennial.model.history.DecayPolicy;
import java.util.Optional;
import java.util.OptionalInt;

/** A factor model that learns each night's events on top of the model before. */
final class WarmArm implements Arm {
  private final String name;
  private final AlsHyperparameters parameters;
  private final DistillationOptions distillation;
  private final OptionalInt rebuildEvery;
  private final FirstModels first;
  private final Stopwatch watch;
  private AlsModel model;

  WarmArm(
      String name,
      AlsHyperparameters parameters,
      DistillationOptions distillation,
      FirstModels first,
      Stopwatch watch) {
    this(name, parameters, distillation, OptionalInt.empty(), first, watch);
  }

  /**
   * @param rebuildEvery nights after which it begins anew from all events; empty: never
   */
  WarmArm(
      String name,
      AlsHyperparameters parameters,
      DistillationOptions distillation,
      OptionalInt rebuildEvery,
      FirstModels first,
      Stopwatch watch) {
    this.name = name;
    this.parameters = parameters;
    this.distillation = distillation;
    this.rebuildEvery = rebuildEvery;
    this.first = first;
    this.watch = watch;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Memory memory() {
    return Memory.EVERY_NIGHT;
  }

  @Override
  public Retention retention() {
    return Retention.MEASURED;
  }

  @Override
  public Optional<DecayPolicy> reads() {
    return distillation.users() == Update.EXACT
        ? Optional.of(parameters.decay())
        : Audience.reads(parameters);
  }

  @Override
  public void begin(ReplayedNight base) {
    model = first.of(parameters, distillation, base);
  }

  @Override
  public Scorer scorer(Audience audience) {
    return audience.served(model, parameters);
  }

  @Override
  public Scorer remembered(Audience audience) {
    return audience.remembered(model, parameters);
  }

  /** Item vectors of the model as it is. */
  FactorRows items() {
    return model.items();
  }

  @Override
  public Learnt learn(ReplayedNight night) {
    if (rebuildEvery.isPresent() && night.number() % rebuildEvery.getAsInt() == 0) {
      var task = night.<AlsModel>scratch();
      model = watch.run(() -> new AlsTrainer(parameters, distillation).train(task));
      return new Learnt(watch.seconds(), night.rowsSoFar());
    }
    model =
        watch.run(
            () ->
                new AlsTrainer(parameters, distillation)
                    .train(night.warm(model, parameters.decay())));
    return new Learnt(watch.seconds(), night.rows());
  }
}
