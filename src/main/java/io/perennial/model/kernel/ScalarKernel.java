package io.perennial.model.kernel;

import java.util.Arrays;

/** Plain loops. */
final class ScalarKernel extends Kernel {
  @Override
  public void gram(float[] rows, float[] weighted, int count, int stride, float[] target) {
    Arrays.fill(target, 0, stride * stride, 0f);
    for (int p = 0; p < count; p++) {
      int row = p * stride;
      for (int r = 0; r < stride; r++) {
        float w = weighted[row + r];
        int at = r * stride;
        for (int c = r; c < stride; c++) {
          target[at + c] += w * rows[row + c];
        }
      }
    }
  }

  @Override
  public void pack(
      float[] from,
      int at,
      int rank,
      float weight,
      float right,
      float[] rows,
      float[] weighted,
      int to,
      float[] sum) {
    for (int c = 0; c < rank; c++) {
      float value = from[at + c];
      rows[to + c] = value;
      weighted[to + c] = weight * value;
      sum[c] += right * value;
    }
  }

  @Override
  public void addUpper(double[] a, float[] b, int stride) {
    for (int r = 0; r < stride; r++) {
      for (int c = r; c < stride; c++) {
        a[r * stride + c] += b[r * stride + c];
      }
    }
  }

  @Override
  void scale(double[] y, int yAt, double a, int from, int to) {
    for (int c = from; c < to; c++) {
      y[yAt + c] *= a;
    }
  }

  @Override
  void subtractAbove(double[] a, int stride, int panel) {
    for (int p = 0; p < panel; p++) {
      for (int r = panel; r < panel + 4; r++) {
        add(a, r * stride, a, p * stride, -a[p * stride + r], r, stride);
      }
    }
  }

  @Override
  public void addFour(
      double[] y,
      int yAt,
      double[] x,
      int xAt,
      int xAt1,
      int xAt2,
      int xAt3,
      double a,
      double a1,
      double a2,
      double a3,
      int from,
      int to) {
    for (int c = from; c < to; c++) {
      y[yAt + c] += a * x[xAt + c] + a1 * x[xAt1 + c] + a2 * x[xAt2 + c] + a3 * x[xAt3 + c];
    }
  }

  @Override
  public void add(double[] y, int yAt, double[] x, int xAt, double a, int from, int to) {
    for (int c = from; c < to; c++) {
      y[yAt + c] += a * x[xAt + c];
    }
  }

  @Override
  public double dot(double[] x, int xAt, double[] y, int yAt, int from, int to) {
    double sum = 0;
    for (int c = from; c < to; c++) {
      sum += x[xAt + c] * y[yAt + c];
    }
    return sum;
  }

  @Override
  public float dot(float[] x, int xAt, float[] y, int yAt, int length) {
    float sum = 0;
    for (int c = 0; c < length; c++) {
      sum += x[xAt + c] * y[yAt + c];
    }
    return sum;
  }
}
