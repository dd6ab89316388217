package io.perennial.model.kernel;

import java.util.Arrays;

/** Plain loops. */
final class ScalarKernel extends Kernel {
  @Override
  public void gram(float[] rows, int count, int stride, int size, float[] target) {
    int end = (size + 3) / 4 * 4;
    Arrays.fill(target, 0, end * stride, 0f);
    for (int p = 0; p < count; p++) {
      int row = p * stride;
      for (int r = 0; r < end; r++) {
        float w = rows[row + r];
        int at = r * stride;
        for (int c = r; c < stride; c++) {
          target[at + c] += w * rows[row + c];
        }
      }
    }
  }

  @Override
  public double softmax(float[] x, int xAt, float scale, float[] y, int length, float[] out) {
    float most = Float.NEGATIVE_INFINITY;
    for (int c = 0; c < length; c++) {
      out[c] = scale * x[xAt + c] - y[c];
      most = Math.max(most, out[c]);
    }
    double sum = 0;
    for (int c = 0; c < length; c++) {
      out[c] = (float) Math.exp(out[c] - most);
      sum += out[c];
    }
    float whole = (float) (1 / sum);
    for (int c = 0; c < length; c++) {
      out[c] *= whole;
    }
    return most + Math.log(sum);
  }

  @Override
  void pack(
      float[] from,
      int at,
      int rank,
      float[] scale,
      float root,
      float right,
      float[] rows,
      int to,
      float[] sum) {
    for (int c = 0; c < rank; c++) {
      float value = scale[c] * from[at + c];
      rows[to + c] = root * value;
      sum[c] += right * value;
    }
  }

  @Override
  void pack(
      float[] from,
      int[] others,
      int first,
      int count,
      int rank,
      float[] scale,
      float[] roots,
      float[] rights,
      float[] rows,
      int to,
      int stride,
      float[] sum) {
    for (int n = 0; n < count; n++) {
      int at = others[first + n] * rank;
      pack(from, at, rank, scale, roots[n], rights[first + n], rows, to + n * stride, sum);
    }
  }

  @Override
  void transpose(float[] rows, int width, int stride, int rank, float[] out) {
    for (int p = 0; p < width; p++) {
      for (int c = 0; c < rank; c++) {
        out[c * width + p] = rows[p * stride + c];
      }
    }
  }

  @Override
  public void multiply(
      float[] rows, int at, int count, int rank, float[] matrix, float[] out, int outAt) {
    Arrays.fill(out, outAt, outAt + count * rank, 0f);
    for (int n = 0; n < count * rank; n += rank) {
      for (int p = 0; p < rank; p++) {
        float a = rows[at + n + p];
        for (int c = 0; c < rank; c++) {
          out[outAt + n + c] += a * matrix[p * rank + c];
        }
      }
    }
  }

  @Override
  public boolean isVectorised() {
    return false;
  }

  @Override
  public void products(
      float[] rows, int at, int count, int rank, float[] columns, int width, float[] out) {
    int padded = stride(width);
    Arrays.fill(out, 0, count * width, 0f);
    for (int n = 0; n < count; n++) {
      for (int p = 0; p < rank; p++) {
        float a = rows[at + n * rank + p];
        for (int c = 0; c < width; c++) {
          out[n * width + c] += a * columns[p * padded + c];
        }
      }
    }
  }

  @Override
  float dotPadded(float[] x, float[] y, int length, float[] room) {
    return dot(x, 0, y, 0, length);
  }

  @Override
  void blend(float[] y, float b, float[] x, float a, int length) {
    for (int c = 0; c < length; c++) {
      y[c] = b * y[c] + a * x[c];
    }
  }

  @Override
  void combine(float[] rows, int count, int stride, float[] z, float[] y) {
    for (int p = 0; p < count; p++) {
      for (int c = 0; c < stride; c++) {
        y[c] += z[p] * rows[p * stride + c];
      }
    }
  }

  @Override
  public boolean factorize(float[] a, int stride, int size, float[] inverse) {
    for (int j = 0; j < size; j++) {
      for (int p = 0; p < j; p++) {
        float factor = a[p * stride + j];
        for (int c = j; c < size; c++) {
          a[j * stride + c] -= factor * a[p * stride + c];
        }
      }
      float pivot = a[j * stride + j];
      if (!(pivot > 0) || pivot == Float.POSITIVE_INFINITY) {
        return false;
      }
      inverse[j] = (float) (1 / Math.sqrt(pivot));
      for (int c = j; c < size; c++) {
        a[j * stride + c] *= inverse[j];
      }
    }
    return true;
  }

  @Override
  public void substitute(
      float[] factor, int stride, int size, float[] inverse, float[] b, float[] half, float[] x) {
    for (int j = 0; j < size; j++) {
      half[j] = b[j] * inverse[j];
      for (int c = j + 1; c < size; c++) {
        b[c] -= factor[j * stride + c] * half[j];
      }
    }
    for (int j = size - 1; j >= 0; j--) {
      float value = half[j];
      for (int c = j + 1; c < size; c++) {
        value -= factor[j * stride + c] * x[c];
      }
      x[j] = value * inverse[j];
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

  @Override
  public void add(float[] y, int yAt, float[] x, int xAt, float a, int length) {
    for (int c = 0; c < length; c++) {
      y[yAt + c] += a * x[xAt + c];
    }
  }

  @Override
  public void adam(
      float[] x,
      float[] m,
      float[] v,
      int at,
      float[] gradient,
      int gradientAt,
      int length,
      float factor,
      float rate,
      float beta1,
      float beta2,
      float epsilon) {
    for (int c = 0; c < length; c++) {
      float g = factor * gradient[gradientAt + c];
      float first = beta1 * m[at + c] + (1 - beta1) * g;
      float second = beta2 * v[at + c] + (1 - beta2) * g * g;
      m[at + c] = first;
      v[at + c] = second;
      x[at + c] -= rate * first / ((float) Math.sqrt(second) + epsilon);
    }
  }
}
