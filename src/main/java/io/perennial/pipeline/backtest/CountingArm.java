package io.perennial.pipeline.backtest;

import io.perennial.model.Scorer;
import java.util.function.Function;

/** A baseline that needs no more than the counts which every replay keeps. */
final class CountingArm implements Arm {
  private final String name;
  private final Function<Audience, Scorer> scorer;

  CountingArm(String name, Function<Audience, Scorer> scorer) {
    this.name = name;
    this.scorer = scorer;
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
    return Retention.NOT_MEASURED;
  }

  @Override
  public void begin(ReplayedNight base) {
    // The counts are the replay's own.
  }

  @Override
  public Scorer scorer(Audience audience) {
    return scorer.apply(audience);
  }

  @Override
  public Learnt learn(ReplayedNight night) {
    return Learnt.NOTHING;
  }
}
