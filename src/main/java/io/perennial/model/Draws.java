package io.perennial.model;

import java.math.BigDecimal;
import java.math.MathContext;
import java.time.Duration;
import java.util.List;
import java.util.Random;

/** What searches for options draw alike. */
public final class Draws {
  /** Half-lives that are tried. */
  public static final List<Duration> HALF_LIVES =
      List.of(
          Duration.ofDays(15),
          Duration.ofDays(30),
          Duration.ofDays(60),
          Duration.ofDays(120),
          Duration.ofDays(240));

  private Draws() {}

  /** Uniform by logarithm, between two numbers above 0. */
  public static double between(double low, double high, Random random) {
    return low * Math.pow(high / low, random.nextDouble());
  }

  /** Three significant digits: what a pipeline file can show. */
  public static double rounded(double value) {
    return new BigDecimal(value).round(new MathContext(3)).doubleValue();
  }
}
