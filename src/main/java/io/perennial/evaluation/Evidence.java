package io.perennial.evaluation;

import java.util.List;

/**
 * The paired bootstrap of a newer against an older subject on one window, in a form that can be
 * pooled over nights: because every (user, night) draws its own Poisson weights, replicates of
 * several windows simply add.
 *
 * @param newer subject
 * @param older subject
 * @param window where both were measured
 * @param segment whose users
 * @param metric what was measured
 * @param k cut-off, or 0
 * @param users number of users
 * @param newerSum Σ of the newer subject's metric over users; for errors (rmse: squared) over pairs
 * @param olderSum likewise
 * @param newerSums for each replicate r the weighted sum Σ w_r(user) · metric(newer, user)
 * @param olderSums likewise
 * @param weights for each replicate r, Σ w_r(user)
 */
public record Evidence(
    String newer,
    String older,
    String window,
    Segment segment,
    Metric metric,
    int k,
    long users,
    double newerSum,
    double olderSum,
    double[] newerSums,
    double[] olderSums,
    double[] weights) {

  /**
   * How much better the newer subject is, relative to the older one: positive is better for every
   * metric, −0.05 is a loss of 5 %. NaN where it cannot be told.
   *
   * @param value over all users
   * @param low lower bound of the 95 % bootstrap interval
   * @param high upper bound
   */
  public record Gain(double value, double low, double high) {}

  /** Relative gain of the newer over the older subject, with its paired bootstrap interval. */
  public Gain gain() {
    double[] replicates = new double[newerSums.length];
    for (int r = 0; r < replicates.length; r++) {
      replicates[r] = relativeGain(newerSums[r], olderSums[r]);
    }
    Interval interval = Interval.of(replicates);
    return new Gain(relativeGain(newerSum, olderSum), interval.low(), interval.high());
  }

  private double relativeGain(double newerTotal, double olderTotal) {
    if (Double.isNaN(newerTotal) || Double.isNaN(olderTotal)) {
      return Double.NaN;
    }
    if (olderTotal == 0) {
      if (newerTotal == 0) {
        return users == 0 ? Double.NaN : 0;
      }
      return metric.lessIsBetter() ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
    }
    double ratio = newerTotal / olderTotal;
    if (metric == Metric.RMSE) {
      ratio = Math.sqrt(ratio);
    }
    return metric.lessIsBetter() ? 1 - ratio : ratio - 1;
  }

  /**
   * These windows as one. Replicate counts must agree. Names are the first one's, the window is
   * {@code pooled}.
   */
  public static Evidence pool(List<Evidence> windows) {
    Evidence first = windows.get(0);
    double[] newerSums = first.newerSums.clone();
    double[] olderSums = first.olderSums.clone();
    double[] weights = first.weights.clone();
    long users = first.users;
    double newerSum = first.newerSum;
    double olderSum = first.olderSum;
    for (Evidence next : windows.subList(1, windows.size())) {
      for (int r = 0; r < weights.length; r++) {
        newerSums[r] += next.newerSums[r];
        olderSums[r] += next.olderSums[r];
        weights[r] += next.weights[r];
      }
      users += next.users;
      newerSum += next.newerSum;
      olderSum += next.olderSum;
    }
    return new Evidence(
        first.newer,
        first.older,
        "pooled",
        first.segment,
        first.metric,
        first.k,
        users,
        newerSum,
        olderSum,
        newerSums,
        olderSums,
        weights);
  }
}
