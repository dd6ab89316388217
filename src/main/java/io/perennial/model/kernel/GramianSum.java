package io.perennial.model.kernel;

import java.util.Arrays;

/**
 * Sums {@code Σ c · x·yᵀ} of rows into a dense matrix, in double throughout, four rows at a time
 * and in the order of the calls.
 */
public final class GramianSum {
  private final Kernel kernel = Kernel.active();
  private final int rank;
  private final int stride;
  private final double[] left;
  private final double[] right;
  private final double[] sum;
  private int pending;

  /** An empty sum of {@code rank × rank}. */
  public GramianSum(int rank) {
    this.rank = rank;
    this.stride = Kernel.stride(rank);
    left = new double[4 * stride];
    right = new double[4 * stride];
    sum = new double[stride * stride];
  }

  /** Adds {@code coefficient · x·yᵀ}; x and y are rows of {@code rank} values. */
  public void add(float[] x, int xAt, float[] y, int yAt, double coefficient) {
    int to = pending * stride;
    for (int c = 0; c < rank; c++) {
      left[to + c] = coefficient * x[xAt + c];
      right[to + c] = y[yAt + c];
    }
    if (++pending == 4) {
      flush();
    }
  }

  private void flush() {
    if (pending == 0) {
      return;
    }
    Arrays.fill(left, pending * stride, 4 * stride, 0);
    Arrays.fill(right, pending * stride, 4 * stride, 0);
    for (int r = 0; r < rank; r++) {
      kernel.addFour(
          sum,
          r * stride,
          right,
          0,
          stride,
          2 * stride,
          3 * stride,
          left[r],
          left[stride + r],
          left[2 * stride + r],
          left[3 * stride + r],
          0,
          rank);
    }
    pending = 0;
  }

  /** The sum so far, dense {@code rank × rank}, row-major. */
  public double[] matrix() {
    flush();
    double[] dense = new double[rank * rank];
    for (int r = 0; r < rank; r++) {
      System.arraycopy(sum, r * stride, dense, r * rank, rank);
    }
    return dense;
  }
}
