package io.perennial.evaluation;

import java.util.Arrays;

/** The central 95 % of bootstrap replicates; NaN bounds where no replicate has a value. */
record Interval(double low, double high) {
  private static final double TAIL = 0.025;

  /** Percentile interval; replicates that are NaN (a segment that drew nobody) are left out. */
  static Interval of(double[] replicates) {
    double[] sorted = replicates.clone();
    Arrays.sort(sorted);
    int n = sorted.length;
    while (n > 0 && Double.isNaN(sorted[n - 1])) {
      n--;
    }
    if (n == 0) {
      return new Interval(Double.NaN, Double.NaN);
    }
    return new Interval(quantile(sorted, n, TAIL), quantile(sorted, n, 1 - TAIL));
  }

  private static double quantile(double[] sorted, int n, double share) {
    double position = share * (n - 1);
    int below = (int) position;
    int above = Math.min(below + 1, n - 1);
    if (sorted[below] == sorted[above]) {
      return sorted[below];
    }
    return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
  }
}
