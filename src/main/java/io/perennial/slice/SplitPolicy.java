package io.perennial.slice;

import java.time.Duration;
import java.util.Optional;

/**
 * How a slice is cut into fit and validation: at one instant, so that the last {@code
 * validationShare} of its events, but no more than {@code maximalWindow} of time, validate.
 *
 * @param validationShare in (0, 1); default 0.2
 * @param maximalWindow longest validation window
 */
public record SplitPolicy(double validationShare, Optional<Duration> maximalWindow) {
  /** The last fifth, at most a week. */
  public static final SplitPolicy DEFAULT = new SplitPolicy(0.2, Optional.of(Duration.ofDays(7)));

  public SplitPolicy {
    if (!(validationShare > 0 && validationShare < 1)) {
      throw new IllegalArgumentException(
          "split.validationShare must lie between 0 and 1, got " + validationShare);
    }
    if (maximalWindow.isPresent()
        && (maximalWindow.get().isNegative() || maximalWindow.get().isZero())) {
      throw new IllegalArgumentException(
          "split.maximalWindow must be positive, got " + maximalWindow.get());
    }
  }
}
