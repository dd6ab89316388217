package io.perennial.pipeline.backtest;

import io.perennial.model.Scorer;
import io.perennial.model.history.DecayPolicy;
import java.util.Optional;
import java.util.function.Function;

/** A baseline that needs no more than the counts which every replay keeps. */
final class CountingArm implements Arm {
  private final String name;
  private final Optional<DecayPolicy> reads;
  private final Function<Audience, Scorer> scorer;

  /**
   * @param reads history that the scorer asks for
   */
  CountingArm(String name, Optional<DecayPolicy> reads, Function<Audience, Scorer> scorer) {
    this.name = name;
    this.reads = reads;
    this.scorer = scorer;
  }

  @Override
  public Optional<DecayPolicy> reads() {
    return reads;
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
