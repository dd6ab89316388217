package io.perennial.slice;

import java.time.Instant;

/**
 * A half-open span of event time.
 *
 * @param from first instant inside
 * @param to first instant after
 */
public record Interval(Instant from, Instant to) {
  public Interval {
    if (!from.isBefore(to)) {
      throw new IllegalArgumentException(
          "An interval must end after it begins, got " + from + "/" + to);
    }
  }
}
