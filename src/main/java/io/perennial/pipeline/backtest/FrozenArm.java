package io.perennial.pipeline.backtest;

import io.perennial.model.Scorer;
import io.perennial.model.als.AlsHyperparameters;
import io.perennial.model.als.AlsModel;
import io.perennial.model.history.DecayPolicy;
import java.util.Optional;

/** The model of the base, never updated. */
final class FrozenArm implements Arm {
  private final String name;
  private final AlsHyperparameters parameters;
  private final FirstModels first;
  private AlsModel model;

  FrozenArm(String name, AlsHyperparameters parameters, FirstModels first) {
    this.name = name;
    this.parameters = parameters;
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
    return Audience.reads(parameters);
  }

  @Override
  public void begin(ReplayedNight base) {
    model = first.of(parameters, base);
  }

  @Override
  public Scorer scorer(Audience audience) {
    return audience.served(model, parameters);
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
