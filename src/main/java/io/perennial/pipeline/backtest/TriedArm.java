package io.perennial.pipeline.backtest;

import io.perennial.PerennialException;
import io.perennial.model.Scorer;
import io.perennial.model.history.DecayPolicy;
import java.util.Optional;

/**
 * A candidate of a tuning: parameters that were drawn may diverge, which is an answer and no reason
 * to stop. After a failure it learns nothing more and must not be asked for scores.
 */
final class TriedArm implements Arm {
  private final Arm arm;
  private PerennialException failure;

  TriedArm(Arm arm) {
    this.arm = arm;
  }

  /** Why it could not learn; empty while all is well. */
  Optional<PerennialException> failure() {
    return Optional.ofNullable(failure);
  }

  @Override
  public String name() {
    return arm.name();
  }

  @Override
  public Memory memory() {
    return arm.memory();
  }

  @Override
  public Retention retention() {
    return arm.retention();
  }

  @Override
  public Optional<DecayPolicy> reads() {
    return arm.reads();
  }

  @Override
  public void begin(ReplayedNight base) {
    try {
      arm.begin(base);
    } catch (PerennialException e) {
      failure = e;
    }
  }

  @Override
  public Scorer scorer(Audience audience) {
    return arm.scorer(audience);
  }

  @Override
  public Scorer remembered(Audience audience) {
    return arm.remembered(audience);
  }

  @Override
  public Learnt learn(ReplayedNight night) {
    if (failure != null) {
      return Learnt.NOTHING;
    }
    try {
      return arm.learn(night);
    } catch (PerennialException e) {
      failure = e;
      return Learnt.NOTHING;
    }
  }
}
