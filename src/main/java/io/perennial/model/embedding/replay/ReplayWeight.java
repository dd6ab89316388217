package io.perennial.model.embedding.replay;

import io.perennial.model.history.DecayPolicy;
import java.io.Serializable;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * What a replayed event of the main behaviour counts: like a new one it weighs what is left of it.
 *
 * @param fresh weight of an event of tonight
 * @param decay how events fade
 * @param now instant to which they fade, epoch milliseconds
 */
public record ReplayWeight(double fresh, DecayPolicy decay, long now) implements Serializable {
  /** Every event counts like a new one. */
  public static final ReplayWeight FULL = constant(1);

  public ReplayWeight {
    Objects.requireNonNull(decay, "decay");
  }

  /** Of events that do not fade. */
  public static ReplayWeight constant(double weight) {
    return new ReplayWeight(
        weight, new DecayPolicy(Optional.empty(), DecayPolicy.Aggregate.NONE), 0);
  }

  /** Of events that fade to an instant. */
  public static ReplayWeight at(Instant now, Replay replay, DecayPolicy decay) {
    return new ReplayWeight(replay.weight(), decay, now.toEpochMilli());
  }

  /**
   * @param time of the event, epoch milliseconds
   */
  public double of(long time) {
    return fresh * decay.fade(now - time);
  }
}
