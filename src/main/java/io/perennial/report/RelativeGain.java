package io.perennial.report;

import java.util.Arrays;

/**
 * By how much one subject's mean lies above another's on the same users, with its 95 % interval
 * from the paired bootstrap.
 *
 * @param value relative change of the mean: newer / older − 1; NaN where older is 0
 * @param low 2.5th percentile of the replicates; NaN without replicates
 * @param high 97.5th percentile
 */
record RelativeGain(double value, double low, double high) {
  /** Two sums over the same users, and the same sums by replicate. */
  static RelativeGain of(double newerSum, double olderSum, double[] newerSums, double[] olderSums) {
    if (newerSums.length != olderSums.length) {
      throw new IllegalArgumentException(
          "A paired bootstrap needs as many replicates of both, got "
              + newerSums.length
              + " and "
              + olderSums.length);
    }
    double[] ratios = new double[newerSums.length];
    int count = 0;
    for (int r = 0; r < ratios.length; r++) {
      if (olderSums[r] != 0) {
        ratios[count++] = newerSums[r] / olderSums[r] - 1;
      }
    }
    double[] sorted = Arrays.copyOf(ratios, count);
    Arrays.sort(sorted);
    return new RelativeGain(
        olderSum == 0 ? Double.NaN : newerSum / olderSum - 1,
        quantile(sorted, 0.025),
        quantile(sorted, 0.975));
  }

  /** Whether the interval leaves no doubt on the sign of the change. */
  boolean isCertain() {
    return low > 0 || high < 0;
  }

  /** Linear between order statistics; NaN of nothing. */
  private static double quantile(double[] sorted, double share) {
    if (sorted.length == 0) {
      return Double.NaN;
    }
    double place = share * (sorted.length - 1);
    int below = (int) Math.floor(place);
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
  }
}
