package io.perennial.pipeline.backtest;

import io.perennial.model.FactorRows;
import io.perennial.model.Model;
import io.perennial.model.ModelFamily;
import io.perennial.model.Scorer;
import io.perennial.model.history.DecayPolicy;
import java.util.Optional;
import java.util.OptionalInt;

/** A model that learns each night's events on top of the model before. */
final class WarmArm<M extends Model> implements Arm {
  private final String name;
  private final ModelFamily<M> family;
  private final OptionalInt rebuildEvery;
  private final FirstModels first;
  private final Stopwatch watch;
  private M model;

  WarmArm(String name, ModelFamily<M> family, FirstModels first, Stopwatch watch) {
    this(name, family, OptionalInt.empty(), first, watch);
  }

  /**
   * @param rebuildEvery nights after which it begins anew from all events; empty: never
   */
  WarmArm(
      String name,
      ModelFamily<M> family,
      OptionalInt rebuildEvery,
      FirstModels first,
      Stopwatch watch) {
    this.name = name;
    this.family = family;
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
    return family.historyUses().isEmpty() ? Optional.empty() : Optional.of(family.decay());
  }

  @Override
  public void begin(ReplayedNight base) {
    model = first.of(family, base);
  }

  @Override
  public Scorer scorer(Audience audience) {
    return audience.served(model, family);
  }

  @Override
  public Scorer remembered(Audience audience) {
    return audience.remembered(model, family);
  }

  /** Item vectors of the model as it is. */
  FactorRows items() {
    return model.items();
  }

  @Override
  public Learnt learn(ReplayedNight night) {
    if (rebuildEvery.isPresent() && night.number() % rebuildEvery.getAsInt() == 0) {
      var task = night.<M>scratch();
      model = watch.run(() -> family.trainer().train(task));
      return new Learnt(watch.seconds(), night.rowsSoFar());
    }
    model = watch.run(() -> family.trainer().train(night.warm(model, family.decay())));
    return new Learnt(watch.seconds(), night.rows());
  }
}
