package io.perennial.pipeline.backtest;

import io.perennial.model.Scorer;
import io.perennial.model.blend.RankedBy;
import io.perennial.model.history.DecayPolicy;
import io.perennial.pipeline.NightBlend;
import java.util.Optional;

/**
 * A model that ranks through the blend. The blend learns a night from the model of before it, and
 * from what was known of users and items before it; then the model learns the night. No gate: this
 * is how parameters of the whole product are tuned.
 */
final class BlendArm implements Arm {
  private final WarmArm<?> model;
  private final Stopwatch watch;
  private NightBlend blend;

  BlendArm(WarmArm<?> model, long seed, Stopwatch watch) {
    this.model = model;
    this.watch = watch;
    this.blend = NightBlend.untaught(RankedBy.BLEND, seed);
  }

  @Override
  public String name() {
    return model.name();
  }

  @Override
  public Memory memory() {
    return Memory.EVERY_NIGHT;
  }

  /** Of the model alone: the blend looks at counts, which forget nothing. */
  @Override
  public Retention retention() {
    return Retention.NOT_MEASURED;
  }

  @Override
  public Optional<DecayPolicy> reads() {
    return model.reads();
  }

  @Override
  public void begin(ReplayedNight base) {
    model.begin(base);
  }

  @Override
  public Scorer scorer(Audience audience) {
    return blend.over(
        model.scorer(audience),
        model::items,
        audience.window(),
        audience.statistics(),
        audience.now());
  }

  @Override
  public Learnt learn(ReplayedNight night) {
    Choices choices = night.choices().get();
    blend =
        watch.run(
            () ->
                blend.after(
                    model.scorer(choices.audience()),
                    model::items,
                    choices.window(),
                    choices.audience().statistics(),
                    choices.audience().now()));
    double seconds = watch.seconds();
    Learnt learnt = model.learn(night);
    return new Learnt(seconds + learnt.seconds(), learnt.rows());
  }
}
