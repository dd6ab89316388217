package io.perennial.model.als;

import io.perennial.model.history.DecayPolicy;
import java.io.Serializable;

/**
 * The half-life of a {@link DecayPolicy} in a form that travels to executors.
 *
 * @param halfLifeMillis infinite where events never fade
 */
record Fading(double halfLifeMillis) implements Serializable {
  static Fading of(DecayPolicy decay) {
    return new Fading(
        decay.halfLife().isPresent()
            ? decay.halfLife().get().toMillis()
            : Double.POSITIVE_INFINITY);
  }

  /** What is left of one event after so many milliseconds, in (0, 1]. */
  double after(long millis) {
    return Math.pow(0.5, Math.max(0, millis) / halfLifeMillis);
  }
}
