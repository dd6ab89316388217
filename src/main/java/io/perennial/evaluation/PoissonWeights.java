package io.perennial.evaluation;

/**
 * Weights of the Poisson bootstrap (Chamandy et al. 2012): each user enters a replicate Poisson(1)
 * times. The weight is a hash of (seed, night, user, replicate), so that every subject of a window
 * sees the same weights (the comparison is paired), any machine draws the same ones, and windows of
 * different nights draw independent ones and can be pooled by adding.
 */
final class PoissonWeights {
  /** Cumulative probabilities of Poisson(1); beyond them the probability is below 1e-12. */
  private static final double[] CUMULATIVE = cumulative();

  private final long key;
  private final int replicates;

  PoissonWeights(long seed, String night, int replicates) {
    this.key = UserHash.mix(seed, night);
    this.replicates = replicates;
  }

  int replicates() {
    return replicates;
  }

  /** Fills {@code out}, one weight a replicate. */
  void fill(int user, int[] out) {
    long userKey = UserHash.mix(key, user);
    for (int r = 0; r < replicates; r++) {
      double u = UserHash.uniform(UserHash.mix(userKey, r));
      int weight = 0;
      while (weight < CUMULATIVE.length && u >= CUMULATIVE[weight]) {
        weight++;
      }
      out[r] = weight;
    }
  }

  private static double[] cumulative() {
    double[] sums = new double[15];
    double probability = Math.exp(-1);
    double sum = 0;
    for (int n = 0; n < sums.length; n++) {
      sum += probability;
      sums[n] = sum;
      probability /= n + 1;
    }
    return sums;
  }
}
