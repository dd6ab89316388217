package io.perennial.model.embedding.replay;

import java.util.Arrays;

/**
 * Greedy choice of vectors whose running mean stays nearest to the mean of all (Welling 2009;
 * Rebuffi et al. 2017, algorithm 4).
 */
public final class Herding {
  private Herding() {}

  /**
   * The order in which vectors are chosen.
   *
   * @param vectors row-major, one of {@code length} values each
   * @param count number of vectors
   * @param most as many are chosen, or all
   * @return the rank of each vector, from 0; {@link Integer#MAX_VALUE} for those that are not
   *     chosen
   */
  public static int[] ranks(float[] vectors, int count, int length, int most) {
    double[] mean = new double[length];
    for (int n = 0; n < count; n++) {
      for (int c = 0; c < length; c++) {
        mean[c] += (double) vectors[n * length + c] / count;
      }
    }
    int[] ranks = new int[count];
    Arrays.fill(ranks, Integer.MAX_VALUE);
    double[] sum = new double[length];
    for (int rank = 0; rank < Math.min(most, count); rank++) {
      int best = -1;
      double nearest = Double.POSITIVE_INFINITY;
      for (int n = 0; n < count; n++) {
        if (ranks[n] < Integer.MAX_VALUE) {
          continue;
        }
        double distance = 0;
        for (int c = 0; c < length; c++) {
          double away = mean[c] - (sum[c] + vectors[n * length + c]) / (rank + 1);
          distance += away * away;
        }
        if (distance < nearest) {
          nearest = distance;
          best = n;
        }
      }
      if (best < 0) {
        break;
      }
      ranks[best] = rank;
      for (int c = 0; c < length; c++) {
        sum[c] += vectors[best * length + c];
      }
    }
    return ranks;
  }
}
