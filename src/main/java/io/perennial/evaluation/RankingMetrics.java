package io.perennial.evaluation;

/**
 * Ranking metrics of one user, with binary relevance. {@code hits[r]} says whether the item at rank
 * r (from 0) is relevant; a list may be shorter than k, what is missing counts as not relevant.
 * {@code relevant} is the number of relevant items, known to the subject or not, at least 1.
 */
public final class RankingMetrics {
  private RankingMetrics() {}

  /**
   * Normalised discounted cumulative gain: Σ over hits of 1 / log2(rank + 2), over the same sum for
   * a list that begins with min(k, relevant) hits (Järvelin and Kekäläinen 2002).
   */
  public static double ndcg(boolean[] hits, int k, int relevant) {
    double gain = 0;
    for (int r = 0; r < Math.min(k, hits.length); r++) {
      if (hits[r]) {
        gain += discount(r);
      }
    }
    double ideal = 0;
    for (int r = 0; r < Math.min(k, relevant); r++) {
      ideal += discount(r);
    }
    return gain / ideal;
  }

  /** Share of the relevant items that are in the first k. */
  public static double recall(boolean[] hits, int k, int relevant) {
    return (double) count(hits, k) / relevant;
  }

  /** Hits in the first k, over k also where the list is shorter. */
  public static double precision(boolean[] hits, int k) {
    return (double) count(hits, k) / k;
  }

  /**
   * Average precision: the mean, over min(k, relevant), of the precision at each hit in the first
   * k.
   */
  public static double averagePrecision(boolean[] hits, int k, int relevant) {
    double sum = 0;
    int found = 0;
    for (int r = 0; r < Math.min(k, hits.length); r++) {
      if (hits[r]) {
        found++;
        sum += (double) found / (r + 1);
      }
    }
    return sum / Math.min(k, relevant);
  }

  /** 1 / rank of the first hit, ranks from 1; 0 where the first k have none (Voorhees 1999). */
  public static double reciprocalRank(boolean[] hits, int k) {
    for (int r = 0; r < Math.min(k, hits.length); r++) {
      if (hits[r]) {
        return 1.0 / (r + 1);
      }
    }
    return 0;
  }

  /** 1 where the first k hold a hit, otherwise 0. */
  public static double hitRate(boolean[] hits, int k) {
    return count(hits, k) > 0 ? 1 : 0;
  }

  /**
   * Mean self-information in bits of the first k items (Zhou et al. 2010); 0 for an empty list.
   *
   * @param information −log2 of each item's probability, in the order of the list
   */
  public static double novelty(double[] information, int size, int k) {
    int n = Math.min(k, size);
    double sum = 0;
    for (int r = 0; r < n; r++) {
      sum += information[r];
    }
    return n == 0 ? 0 : sum / n;
  }

  private static int count(boolean[] hits, int k) {
    int count = 0;
    for (int r = 0; r < Math.min(k, hits.length); r++) {
      if (hits[r]) {
        count++;
      }
    }
    return count;
  }

  private static double discount(int rank) {
    return Math.log(2) / Math.log(rank + 2.0);
  }
}
