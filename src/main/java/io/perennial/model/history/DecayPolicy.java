package io.perennial.model.history;

import java.io.Serializable;
import java.time.Duration;
import java.util.Optional;

/**
 * How events become counts of a (user, item).
 *
 * @param halfLife after which an event weighs half; empty: events never fade
 * @param aggregate what counts as one event
 */
public record DecayPolicy(Optional<Duration> halfLife, Aggregate aggregate)
    implements Serializable {
  /** What counts as one event of a pair. */
  public enum Aggregate {
    /** Every row. */
    NONE,
    /** All rows of a (user, item) on one event_date together. */
    DAY
  }

  public DecayPolicy {
    if (halfLife.isPresent() && (halfLife.get().isNegative() || halfLife.get().isZero())) {
      throw new IllegalArgumentException("halfLife must be positive, got " + halfLife.get());
    }
  }

  /**
   * The factor by which a count fades over so many milliseconds, in (0, 1]; 1 for spans that are
   * not positive.
   */
  public double fade(long millis) {
    if (halfLife.isEmpty() || millis <= 0) {
      return 1.0;
    }
    return Math.pow(0.5, (double) millis / halfLife.get().toMillis());
  }

  private Object writeReplace() {
    return new Sent(halfLife.orElse(null), aggregate);
  }

  /**
   * As it travels: an Optional does not.
   *
   * @param halfLife null where events never fade
   */
  private record Sent(Duration halfLife, Aggregate aggregate) implements Serializable {
    private Object readResolve() {
      return new DecayPolicy(Optional.ofNullable(halfLife), aggregate);
    }
  }
}
