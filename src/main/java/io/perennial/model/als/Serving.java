package io.perennial.model.als;

import io.perennial.model.als.AlsHyperparameters.Confidence;
import java.util.Objects;
import java.util.Optional;

/**
 * How a user's vector comes about at the moment when items are ranked for him. A user is solved in
 * closed form from what he did, so his vector need not be the one that his last night left behind:
 * it can be of now, with events faded to now, and with weights that suit ranking rather than
 * learning items.
 *
 * @param users stored or fresh
 * @param confidence how a count becomes a weight then; empty: as in training
 * @param alpha its slope; empty: as in training
 * @param unobservedWeight of pairs that were not seen; empty: as in training
 * @param regParam empty: as in training
 */
public record Serving(
    Users users,
    Optional<Confidence> confidence,
    Optional<Double> alpha,
    Optional<Double> unobservedWeight,
    Optional<Double> regParam) {
  /** Which vectors rank. */
  public enum Users {
    /** Those that the version keeps. */
    STORED,
    /** Solved anew from the user's history, faded to now. */
    FRESH
  }

  /** As the version keeps them. */
  public static final Serving STORED =
      new Serving(
          Users.STORED, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

  public Serving {
    Objects.requireNonNull(users, "users");
    Objects.requireNonNull(confidence, "confidence");
    check("alpha", alpha);
    check("unobservedWeight", unobservedWeight);
    check("regParam", regParam);
  }

  private static void check(String name, Optional<Double> value) {
    if (value.isPresent() && !(value.get() >= 0)) {
      throw new IllegalArgumentException(
          "model.serving." + name + " must be 0 or more, got " + value.get());
    }
  }
}
