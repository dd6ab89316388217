package io.perennial.pipeline.backtest;

import io.perennial.model.Model;
import io.perennial.model.ModelFamily;
import io.perennial.model.Scorer;
import io.perennial.model.history.DecayPolicy;
import java.util.Optional;

/** The model of the base, never updated. */
final class FrozenArm<M extends Model> implements Arm {
  private final String name;
  private final ModelFamily<M> family;
  private final FirstModels first;
  private M model;

  FrozenArm(String name, ModelFamily<M> family, FirstModels first) {
    this.name = name;
    this.family = family;
    this.first = first;
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
    return Audience.reads(family);
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
    return model.scorer(audience.users());
  }

  @Override
  public Learnt learn(ReplayedNight night) {
    return Learnt.NOTHING;
  }
}
