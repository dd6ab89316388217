package io.perennial.evaluation.baseline;

import io.perennial.model.Scorer;
import io.perennial.model.history.InteractionHistory;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;

/**
 * Predicts a rating as mean + shrunk item bias + shrunk user bias (Koren 2008, equation 1, with the
 * decoupled estimates of Bell and Koren 2007): an entity's bias is the sum of what its ratings
 * leave over, divided by their number plus 25 for items, 10 for users. An entity without ratings
 * has bias 0, so everybody and everything is known.
 */
public final class BiasScorer implements Scorer {
  private static final long serialVersionUID = 1L;

  /** Shrinkage of item and user biases, in ratings. */
  private static final double ITEM_SHRINKAGE = 25;

  private static final double USER_SHRINKAGE = 10;

  private final double mean;
  private final float[] itemBiases;
  private final int[] users;
  private final float[] userBiases;

  private BiasScorer(double mean, float[] itemBiases, int[] users, float[] userBiases) {
    this.mean = mean;
    this.itemBiases = itemBiases;
    this.users = users;
    this.userBiases = userBiases;
  }

  /**
   * From histories in memory: one rating a pair, the last one.
   *
   * @param itemCount columns of a row of scores; items beyond the histories have bias 0
   */
  public static BiasScorer of(List<InteractionHistory> histories, int itemCount) {
    double sum = 0;
    long pairs = 0;
    for (InteractionHistory history : histories) {
      for (float value : history.values()) {
        sum += value;
      }
      pairs += history.pairs();
    }
    double mean = pairs == 0 ? 0 : sum / pairs;
    double[] left = new double[itemCount];
    long[] counts = new long[itemCount];
    for (InteractionHistory history : histories) {
      for (int p = 0; p < history.pairs(); p++) {
        int item = history.items()[p];
        if (item < itemCount) {
          left[item] += history.values()[p] - mean;
          counts[item]++;
        }
      }
    }
    float[] itemBiases = new float[itemCount];
    for (int item = 0; item < itemCount; item++) {
      itemBiases[item] = (float) (left[item] / (counts[item] + ITEM_SHRINKAGE));
    }
    TreeMap<Integer, double[]> byUser = new TreeMap<>();
    for (InteractionHistory history : histories) {
      for (int u = 0; u < history.users().length; u++) {
        double[] user = byUser.computeIfAbsent(history.users()[u], x -> new double[2]);
        for (int p = history.offsets()[u]; p < history.offsets()[u + 1]; p++) {
          int item = history.items()[p];
          user[0] += history.values()[p] - mean - (item < itemCount ? itemBiases[item] : 0);
          user[1]++;
        }
      }
    }
    return new BiasScorer(mean, itemBiases, keys(byUser), biases(byUser));
  }

  private static int[] keys(TreeMap<Integer, double[]> byUser) {
    return byUser.keySet().stream().mapToInt(Integer::intValue).toArray();
  }

  private static float[] biases(TreeMap<Integer, double[]> byUser) {
    float[] out = new float[byUser.size()];
    int n = 0;
    for (double[] user : byUser.values()) {
      out[n++] = (float) (user[0] / (user[1] + USER_SHRINKAGE));
    }
    return out;
  }

  @Override
  public int itemCount() {
    return itemBiases.length;
  }

  @Override
  public boolean knowsUser(int user) {
    return true;
  }

  @Override
  public boolean knowsItem(int item) {
    return item >= 0 && item < itemBiases.length;
  }

  @Override
  public void score(int[] wanted, float[] out) {
    for (int row = 0; row < wanted.length; row++) {
      int at = Arrays.binarySearch(users, wanted[row]);
      double base = mean + (at < 0 ? 0 : userBiases[at]);
      int begin = row * itemBiases.length;
      for (int item = 0; item < itemBiases.length; item++) {
        out[begin + item] = (float) (base + itemBiases[item]);
      }
    }
  }
}
