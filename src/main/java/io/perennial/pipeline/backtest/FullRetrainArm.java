package io.perennial.pipeline.backtest;

import io.perennial.distillation.DistillationOptions;
import io.perennial.model.Scorer;
import io.perennial.model.als.AlsHyperparameters;
import io.perennial.model.als.AlsModel;
import io.perennial.model.als.AlsTrainer;
import io.perennial.model.history.DecayPolicy;
import java.util.Optional;

/** Our solver from scratch, every night, on all events so far. */
final class FullRetrainArm implements Arm {
  private final String name;
  private final AlsHyperparameters parameters;
  private final Stopwatch watch;
  private AlsModel model;

  FullRetrainArm(String name, AlsHyperparameters parameters, Stopwatch watch) {
    this.name = name;
    this.parameters = parameters;
    this.watch = watch;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Memory memory() {
    return Memory.LAST_NIGHT;
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
    learn(base);
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
    var task = night.<AlsModel>scratch();
    model = watch.run(() -> new AlsTrainer(parameters, DistillationOptions.NONE).train(task));
    return new Learnt(watch.seconds(), night.rowsSoFar());
  }
}
