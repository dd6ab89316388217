package io.perennial.model.embedding.step;

import java.io.Serializable;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * How likely each item is to come into a batch: by an example, or as a sample. Samples are drawn by
 * a search in the running sums.
 */
public final class ItemChances implements Serializable {
  private static final long serialVersionUID = 1L;
  private final float[] examples;
  private final double[] sums;

  /**
   * @param popularity events of each item row, 0 or more
   * @param examples examples of each item row
   * @param power exponent of popularity in the chance of being sampled
   */
  public ItemChances(float[] popularity, float[] examples, double power) {
    this.sums = new double[popularity.length];
    double sum = 0;
    for (int row = 0; row < popularity.length; row++) {
      sum += popularity[row] > 0 ? Math.pow(popularity[row], power) : 0;
      sums[row] = sum;
    }
    double all = 0;
    for (float count : examples) {
      all += count;
    }
    this.examples = new float[examples.length];
    for (int row = 0; row < examples.length; row++) {
      this.examples[row] = (float) (examples[row] / Math.max(1, all));
    }
  }

  /** Whether there is anything to draw from. */
  boolean any() {
    return sums.length > 0 && sums[sums.length - 1] > 0;
  }

  /** The row of an item, drawn. */
  int draw(SplittableRandom random) {
    double at = random.nextDouble() * sums[sums.length - 1];
    int found = Arrays.binarySearch(sums, at);
    int row = found >= 0 ? found + 1 : -found - 1;
    return Math.min(row, sums.length - 1);
  }

  /**
   * Log of the chance that an item is in a batch of so many examples and samples: {@code log(1 −
   * e^−(n·p + k·q))}.
   */
  float logChance(int row, int batch, int samples) {
    double total = sums[sums.length - 1];
    double own = sums[row] - (row == 0 ? 0 : sums[row - 1]);
    double expected = batch * (double) examples[row] + (total > 0 ? samples * own / total : 0);
    return (float) Math.log(Math.max(1e-12, -Math.expm1(-expected)));
  }
}
