package io.perennial.model.feature;

import java.io.Serializable;
import java.util.Arrays;

/**
 * How a number becomes an input: clipped, less the mean, over the standard deviation. Values beyond
 * three times the distance of the quartiles from the nearer of them are clipped to there (Tukey
 * 1977, outer fences), so that one wrong price does not make all others alike.
 *
 * @param low least value that counts
 * @param high largest value that counts
 * @param mean of the clipped values
 * @param deviation of the clipped values; 0 where all are the same: then they say nothing
 */
record NumberScale(double low, double high, double mean, double deviation) implements Serializable {
  private static final double FENCE = 3;

  /**
   * @param values finite, at least one
   */
  static NumberScale of(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    double low = sorted[0];
    double high = sorted[sorted.length - 1];
    double lower = sorted[sorted.length / 4];
    double upper = sorted[sorted.length - 1 - sorted.length / 4];
    if (upper > lower) {
      low = Math.max(low, lower - FENCE * (upper - lower));
      high = Math.min(high, upper + FENCE * (upper - lower));
    }
    double mean = 0;
    for (int n = 0; n < sorted.length; n++) {
      mean += (clipped(sorted[n], low, high) - mean) / (n + 1);
    }
    double squares = 0;
    for (double value : sorted) {
      double away = clipped(value, low, high) - mean;
      squares += away * away / sorted.length;
    }
    double deviation = Math.sqrt(squares);
    boolean says = high > low && deviation > 0 && Double.isFinite(deviation);
    return new NumberScale(low, high, Double.isFinite(mean) ? mean : 0, says ? deviation : 0);
  }

  private static double clipped(double value, double low, double high) {
    return Math.max(low, Math.min(high, value));
  }

  /** Whether it tells entities apart. */
  boolean says() {
    return deviation > 0;
  }

  float input(double value) {
    return (float) ((clipped(value, low, high) - mean) / deviation);
  }
}
