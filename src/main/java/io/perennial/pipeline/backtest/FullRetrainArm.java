package io.perennial.pipeline.backtest;

import io.perennial.model.Model;
import io.perennial.model.ModelFamily;
import io.perennial.model.Scorer;
import io.perennial.model.history.DecayPolicy;
import java.util.Optional;

/** The family from scratch, every night, on all events so far. */
final class FullRetrainArm<M extends Model> implements Arm {
  private final String name;
  private final ModelFamily<M> family;
  private final Stopwatch watch;
  private M model;

  FullRetrainArm(String name, ModelFamily<M> family, Stopwatch watch) {
    this.name = name;
    this.family = family;
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
    return Audience.reads(family);
  }

  @Override
  public void begin(ReplayedNight base) {
    learn(base);
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
    var task = night.<M>scratch();
    model = watch.run(() -> family.trainer().train(task));
    return new Learnt(watch.seconds(), night.rowsSoFar());
  }
}
