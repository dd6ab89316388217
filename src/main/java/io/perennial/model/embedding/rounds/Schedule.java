package io.perennial.model.embedding.rounds;

import java.io.Serializable;
import java.util.Objects;

/**
 * How the learning rate changes over a training.
 *
 * @param kind after warming up
 * @param warmUp share of the steps over which the rate rises from 0 in a straight line, [0, 1)
 */
public record Schedule(Kind kind, double warmUp) implements Serializable {
  /** What comes after warming up. */
  public enum Kind {
    /** The rate stays. */
    CONSTANT,
    /** It falls to 0 along half a cosine (Loshchilov and Hutter 2017, equation 5). */
    COSINE
  }

  /** The rate is always the same. */
  public static final Schedule CONSTANT = new Schedule(Kind.CONSTANT, 0);

  public Schedule {
    Objects.requireNonNull(kind, "kind");
    if (!(warmUp >= 0 && warmUp < 1)) {
      throw new IllegalArgumentException(
          "model.training.schedule.warmUp must lie in [0, 1), got " + warmUp);
    }
  }

  /**
   * What the learning rate is multiplied with.
   *
   * @param done share of the steps that have been taken, [0, 1)
   * @param step share of the steps that one step is
   */
  public double factor(double done, double step) {
    if (done < warmUp) {
      return Math.min(1, (done + step) / warmUp);
    }
    return kind == Kind.CONSTANT
        ? 1
        : 0.5 * (1 + Math.cos(Math.PI * (done - warmUp) / (1 - warmUp)));
  }
}
