package io.perennial.model.kernel;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Loops with vector instructions. The Gram product keeps a tile of four rows by two vectors in
 * registers while it runs over all packed rows; strides are multiples of 16, so that no tail is
 * left over.
 */
final class VectorKernel extends Kernel {
  static final VectorSpecies<Float> FLOAT =
      FloatVector.SPECIES_PREFERRED.length() > 16
          ? FloatVector.SPECIES_512
          : FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Double> DOUBLE =
      DoubleVector.SPECIES_PREFERRED.length() > 8
          ? DoubleVector.SPECIES_512
          : DoubleVector.SPECIES_PREFERRED;
  private static final int FLOATS = FLOAT.length();

  /** Least power of e that a float holds with all its digits. */
  private static final float LOWEST = -87f;

  private static final float LOG_2 = (float) Math.log(2);

  /** log 2 with so few bits that a whole number times it is exact, and the rest. */
  private static final float LOG_2_HIGH = 0.693359375f;

  private static final float LOG_2_LOW = (float) (Math.log(2) - LOG_2_HIGH);
  private static final float ROUNDING = 0x1.8p23f;
  private static final int ONE = Float.floatToRawIntBits(1f);

  /** Values that are summed in floats: few, as each addition rounds. */
  private static final int BLOCK = 64;

  private static final int DOUBLES = DOUBLE.length();

  @Override
  public void gram(float[] rows, int count, int stride, int size, float[] target) {
    int end = (size + FLOATS - 1) / FLOATS * FLOATS;
    for (int r = 0; r < size; r += 4) {
      int c = r / FLOATS * FLOATS;
      for (; c + FLOATS < end; c += 2 * FLOATS) {
        wideTile(rows, count, stride, r, c, target);
      }
      if (c < end) {
        tile(rows, count, stride, r, c, target);
      }
    }
  }

  private static void wideTile(float[] rows, int count, int stride, int r, int c, float[] target) {
    FloatVector s00 = FloatVector.zero(FLOAT);
    FloatVector s01 = s00;
    FloatVector s10 = s00;
    FloatVector s11 = s00;
    FloatVector s20 = s00;
    FloatVector s21 = s00;
    FloatVector s30 = s00;
    FloatVector s31 = s00;
    int end = count * stride;
    for (int at = 0; at < end; at += stride) {
      FloatVector v0 = FloatVector.fromArray(FLOAT, rows, at + c);
      FloatVector v1 = FloatVector.fromArray(FLOAT, rows, at + c + FLOATS);
      FloatVector w = FloatVector.broadcast(FLOAT, rows[at + r]);
      s00 = w.fma(v0, s00);
      s01 = w.fma(v1, s01);
      w = FloatVector.broadcast(FLOAT, rows[at + r + 1]);
      s10 = w.fma(v0, s10);
      s11 = w.fma(v1, s11);
      w = FloatVector.broadcast(FLOAT, rows[at + r + 2]);
      s20 = w.fma(v0, s20);
      s21 = w.fma(v1, s21);
      w = FloatVector.broadcast(FLOAT, rows[at + r + 3]);
      s30 = w.fma(v0, s30);
      s31 = w.fma(v1, s31);
    }
    int to = r * stride + c;
    s00.intoArray(target, to);
    s01.intoArray(target, to + FLOATS);
    s10.intoArray(target, to + stride);
    s11.intoArray(target, to + stride + FLOATS);
    s20.intoArray(target, to + 2 * stride);
    s21.intoArray(target, to + 2 * stride + FLOATS);
    s30.intoArray(target, to + 3 * stride);
    s31.intoArray(target, to + 3 * stride + FLOATS);
  }

  private static void tile(float[] rows, int count, int stride, int r, int c, float[] target) {
    FloatVector s0 = FloatVector.zero(FLOAT);
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    int end = count * stride;
    for (int at = 0; at < end; at += stride) {
      FloatVector v = FloatVector.fromArray(FLOAT, rows, at + c);
      s0 = FloatVector.broadcast(FLOAT, rows[at + r]).fma(v, s0);
      s1 = FloatVector.broadcast(FLOAT, rows[at + r + 1]).fma(v, s1);
      s2 = FloatVector.broadcast(FLOAT, rows[at + r + 2]).fma(v, s2);
      s3 = FloatVector.broadcast(FLOAT, rows[at + r + 3]).fma(v, s3);
    }
    int to = r * stride + c;
    s0.intoArray(target, to);
    s1.intoArray(target, to + stride);
    s2.intoArray(target, to + 2 * stride);
    s3.intoArray(target, to + 3 * stride);
  }

  @Override
  public double softmax(float[] x, int xAt, float scale, float[] y, int length, float[] out) {
    FloatVector largest = FloatVector.broadcast(FLOAT, Float.NEGATIVE_INFINITY);
    int c = 0;
    for (; c + FLOATS <= length; c += FLOATS) {
      FloatVector z =
          FloatVector.fromArray(FLOAT, x, xAt + c)
              .mul(scale)
              .sub(FloatVector.fromArray(FLOAT, y, c));
      z.intoArray(out, c);
      largest = largest.max(z);
    }
    float most = largest.reduceLanes(VectorOperators.MAX);
    for (; c < length; c++) {
      out[c] = scale * x[xAt + c] - y[c];
      most = Math.max(most, out[c]);
    }
    double sum = 0;
    for (int from = 0; from < length; from += BLOCK) {
      sum += exponentials(out, from, Math.min(length, from + BLOCK), most);
    }
    float whole = (float) (1 / sum);
    for (c = 0; c + FLOATS <= length; c += FLOATS) {
      FloatVector.fromArray(FLOAT, out, c).mul(whole).intoArray(out, c);
    }
    for (; c < length; c++) {
      out[c] *= whole;
    }
    return most + Math.log(sum);
  }

  /** {@code x[c] = exp(x[c] − most)}; returns their sum, in floats. */
  private static float exponentials(float[] x, int from, int to, float most) {
    FloatVector sums = FloatVector.zero(FLOAT);
    int c = from;
    for (; c + FLOATS <= to; c += FLOATS) {
      FloatVector power = exponential(FloatVector.fromArray(FLOAT, x, c).sub(most));
      power.intoArray(x, c);
      sums = sums.add(power);
    }
    float sum = sums.reduceLanes(VectorOperators.ADD);
    for (; c < to; c++) {
      x[c] = (float) Math.exp(x[c] - most);
      sum += x[c];
    }
    return sum;
  }

  /**
   * exp(x) for x up to 0, which counts {@link #LOWEST} at least: 2ⁿ·exp(r) with x = n·log 2 + r,
   * exp(r) by its series up to r⁷/5040, r being ±0.35 at most.
   */
  private static FloatVector exponential(FloatVector x) {
    FloatVector bounded = x.max(LOWEST);
    // Adding 1.5·2²³ rounds to a whole number, which is then in the last bits.
    FloatVector rounded = bounded.mul(1 / LOG_2).add(ROUNDING);
    FloatVector whole = rounded.sub(ROUNDING);
    FloatVector r = bounded.sub(whole.mul(LOG_2_HIGH)).sub(whole.mul(LOG_2_LOW));
    FloatVector series =
        r.mul(1 / 5040f)
            .add(1 / 720f)
            .fma(r, r.broadcast(1 / 120f))
            .fma(r, r.broadcast(1 / 24f))
            .fma(r, r.broadcast(1 / 6f))
            .fma(r, r.broadcast(0.5f))
            .fma(r, r.broadcast(1f))
            .fma(r, r.broadcast(1f));
    FloatVector power =
        rounded
            .reinterpretAsInts()
            .lanewise(VectorOperators.LSHL, 23)
            .add(ONE)
            .reinterpretAsFloats();
    return series.mul(power);
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
    FloatVector w = FloatVector.broadcast(FLOAT, root);
    FloatVector b = FloatVector.broadcast(FLOAT, right);
    int c = 0;
    for (; c + FLOATS <= rank; c += FLOATS) {
      FloatVector value =
          FloatVector.fromArray(FLOAT, from, at + c).mul(FloatVector.fromArray(FLOAT, scale, c));
      w.mul(value).intoArray(rows, to + c);
      b.fma(value, FloatVector.fromArray(FLOAT, sum, c)).intoArray(sum, c);
    }
    for (; c < rank; c++) {
      float value = scale[c] * from[at + c];
      rows[to + c] = root * value;
      sum[c] = Math.fma(right, value, sum[c]);
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
    ScatteredRows.pack(
        from, others, first, count, rank, scale, roots, rights, rows, to, stride, sum);
  }

  @Override
  void transpose(float[] rows, int width, int stride, int rank, float[] out) {
    int[] steps = new int[FLOATS];
    for (int n = 0; n < FLOATS; n++) {
      steps[n] = n * stride;
    }
    for (int p = 0; p < width; p += FLOATS) {
      for (int c = 0; c < rank; c++) {
        FloatVector.fromArray(FLOAT, rows, p * stride + c, steps, 0).intoArray(out, c * width + p);
      }
    }
  }

  @Override
  public void multiply(
      float[] rows, int at, int count, int rank, float[] matrix, float[] out, int outAt) {
    int vectors = rank / FLOATS * FLOATS;
    for (int n = 0; n < count; n++) {
      int row = at + n * rank;
      int to = outAt + n * rank;
      int c = 0;
      for (; c + 4 * FLOATS <= vectors; c += 4 * FLOATS) {
        FloatVector s0 = FloatVector.zero(FLOAT);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        for (int p = 0; p < rank; p++) {
          FloatVector a = FloatVector.broadcast(FLOAT, rows[row + p]);
          int cell = p * rank + c;
          s0 = a.fma(FloatVector.fromArray(FLOAT, matrix, cell), s0);
          s1 = a.fma(FloatVector.fromArray(FLOAT, matrix, cell + FLOATS), s1);
          s2 = a.fma(FloatVector.fromArray(FLOAT, matrix, cell + 2 * FLOATS), s2);
          s3 = a.fma(FloatVector.fromArray(FLOAT, matrix, cell + 3 * FLOATS), s3);
        }
        s0.intoArray(out, to + c);
        s1.intoArray(out, to + c + FLOATS);
        s2.intoArray(out, to + c + 2 * FLOATS);
        s3.intoArray(out, to + c + 3 * FLOATS);
      }
      for (; c < vectors; c += FLOATS) {
        FloatVector sum = FloatVector.zero(FLOAT);
        for (int p = 0; p < rank; p++) {
          sum =
              FloatVector.broadcast(FLOAT, rows[row + p])
                  .fma(FloatVector.fromArray(FLOAT, matrix, p * rank + c), sum);
        }
        sum.intoArray(out, to + c);
      }
      for (; c < rank; c++) {
        float sum = 0;
        for (int p = 0; p < rank; p++) {
          sum += rows[row + p] * matrix[p * rank + c];
        }
        out[to + c] = sum;
      }
    }
  }

  @Override
  public boolean isVectorised() {
    return true;
  }

  @Override
  public void products(
      float[] rows, int at, int count, int rank, float[] columns, int width, float[] out) {
    int padded = stride(width);
    int whole = width / (2 * FLOATS) * (2 * FLOATS);
    int fours = count / 4 * 4;
    for (int c = 0; c < whole; c += 2 * FLOATS) {
      for (int n = 0; n < fours; n += 4) {
        productTile(rows, at + n * rank, rank, columns, padded, c, out, n * width + c, width);
      }
    }
    for (int n = fours; n < count; n++) {
      for (int c = 0; c < whole; c += FLOATS) {
        FloatVector sum = FloatVector.zero(FLOAT);
        for (int p = 0; p < rank; p++) {
          sum =
              FloatVector.broadcast(FLOAT, rows[at + n * rank + p])
                  .fma(FloatVector.fromArray(FLOAT, columns, p * padded + c), sum);
        }
        sum.intoArray(out, n * width + c);
      }
    }
    for (int n = 0; n < count; n++) {
      for (int c = whole; c < width; c++) {
        float sum = 0;
        for (int p = 0; p < rank; p++) {
          sum = Math.fma(rows[at + n * rank + p], columns[p * padded + c], sum);
        }
        out[n * width + c] = sum;
      }
    }
  }

  /** Four rows by two vectors of columns. */
  private static void productTile(
      float[] rows,
      int at,
      int rank,
      float[] columns,
      int padded,
      int c,
      float[] out,
      int to,
      int width) {
    FloatVector s00 = FloatVector.zero(FLOAT);
    FloatVector s01 = s00;
    FloatVector s10 = s00;
    FloatVector s11 = s00;
    FloatVector s20 = s00;
    FloatVector s21 = s00;
    FloatVector s30 = s00;
    FloatVector s31 = s00;
    for (int p = 0; p < rank; p++) {
      FloatVector v0 = FloatVector.fromArray(FLOAT, columns, p * padded + c);
      FloatVector v1 = FloatVector.fromArray(FLOAT, columns, p * padded + c + FLOATS);
      FloatVector a = FloatVector.broadcast(FLOAT, rows[at + p]);
      s00 = a.fma(v0, s00);
      s01 = a.fma(v1, s01);
      a = FloatVector.broadcast(FLOAT, rows[at + rank + p]);
      s10 = a.fma(v0, s10);
      s11 = a.fma(v1, s11);
      a = FloatVector.broadcast(FLOAT, rows[at + 2 * rank + p]);
      s20 = a.fma(v0, s20);
      s21 = a.fma(v1, s21);
      a = FloatVector.broadcast(FLOAT, rows[at + 3 * rank + p]);
      s30 = a.fma(v0, s30);
      s31 = a.fma(v1, s31);
    }
    s00.intoArray(out, to);
    s01.intoArray(out, to + FLOATS);
    s10.intoArray(out, to + width);
    s11.intoArray(out, to + width + FLOATS);
    s20.intoArray(out, to + 2 * width);
    s21.intoArray(out, to + 2 * width + FLOATS);
    s30.intoArray(out, to + 3 * width);
    s31.intoArray(out, to + 3 * width + FLOATS);
  }

  @Override
  float dotPadded(float[] x, float[] y, int length, float[] room) {
    FloatVector sums = FloatVector.zero(FLOAT);
    for (int c = 0; c < length; c += FLOATS) {
      sums = FloatVector.fromArray(FLOAT, x, c).fma(FloatVector.fromArray(FLOAT, y, c), sums);
    }
    // Lanes of a vector are slow to add to each other.
    sums.intoArray(room, 0);
    return FloatCholesky.sum(room, 0);
  }

  @Override
  void blend(float[] y, float b, float[] x, float a, int length) {
    FloatVector before = FloatVector.broadcast(FLOAT, b);
    FloatVector added = FloatVector.broadcast(FLOAT, a);
    for (int c = 0; c < length; c += FLOATS) {
      FloatVector.fromArray(FLOAT, y, c)
          .mul(before)
          .add(FloatVector.fromArray(FLOAT, x, c).mul(added))
          .intoArray(y, c);
    }
  }

  @Override
  void combine(float[] rows, int count, int stride, float[] z, float[] y) {
    int c = 0;
    for (; c + 4 * FLOATS <= stride; c += 4 * FLOATS) {
      FloatVector s0 = FloatVector.fromArray(FLOAT, y, c);
      FloatVector s1 = FloatVector.fromArray(FLOAT, y, c + FLOATS);
      FloatVector s2 = FloatVector.fromArray(FLOAT, y, c + 2 * FLOATS);
      FloatVector s3 = FloatVector.fromArray(FLOAT, y, c + 3 * FLOATS);
      for (int p = 0; p < count; p++) {
        FloatVector a = FloatVector.broadcast(FLOAT, z[p]);
        int at = p * stride + c;
        s0 = a.fma(FloatVector.fromArray(FLOAT, rows, at), s0);
        s1 = a.fma(FloatVector.fromArray(FLOAT, rows, at + FLOATS), s1);
        s2 = a.fma(FloatVector.fromArray(FLOAT, rows, at + 2 * FLOATS), s2);
        s3 = a.fma(FloatVector.fromArray(FLOAT, rows, at + 3 * FLOATS), s3);
      }
      s0.intoArray(y, c);
      s1.intoArray(y, c + FLOATS);
      s2.intoArray(y, c + 2 * FLOATS);
      s3.intoArray(y, c + 3 * FLOATS);
    }
    for (; c < stride; c += FLOATS) {
      FloatVector even = FloatVector.fromArray(FLOAT, y, c);
      FloatVector odd = FloatVector.zero(FLOAT);
      int p = 0;
      for (; p + 1 < count; p += 2) {
        int at = p * stride + c;
        even = FloatVector.broadcast(FLOAT, z[p]).fma(FloatVector.fromArray(FLOAT, rows, at), even);
        odd =
            FloatVector.broadcast(FLOAT, z[p + 1])
                .fma(FloatVector.fromArray(FLOAT, rows, at + stride), odd);
      }
      if (p < count) {
        even =
            FloatVector.broadcast(FLOAT, z[p])
                .fma(FloatVector.fromArray(FLOAT, rows, p * stride + c), even);
      }
      even.add(odd).intoArray(y, c);
    }
  }

  @Override
  public boolean factorize(float[] a, int stride, int size, float[] inverse) {
    return FloatCholesky.factorize(a, stride, size, inverse);
  }

  @Override
  public void substitute(
      float[] factor, int stride, int size, float[] inverse, float[] b, float[] half, float[] x) {
    FloatCholesky.substitute(factor, stride, size, inverse, b, half, x);
  }

  @Override
  public void addUpper(double[] a, float[] b, int stride) {
    for (int r = 0; r < stride; r++) {
      int end = (r + 1) * stride;
      for (int at = r * stride + r / FLOATS * FLOATS; at < end; at += FLOATS) {
        FloatVector values = FloatVector.fromArray(FLOAT, b, at);
        DoubleVector first = DoubleVector.fromArray(DOUBLE, a, at);
        first.add(values.convertShape(VectorOperators.F2D, DOUBLE, 0)).intoArray(a, at);
        DoubleVector second = DoubleVector.fromArray(DOUBLE, a, at + DOUBLES);
        second.add(values.convertShape(VectorOperators.F2D, DOUBLE, 1)).intoArray(a, at + DOUBLES);
      }
    }
  }

  @Override
  void scale(double[] y, int yAt, double a, int from, int to) {
    DoubleVector factor = DoubleVector.broadcast(DOUBLE, a);
    for (int c = from / DOUBLES * DOUBLES; c < to; c += DOUBLES) {
      DoubleVector.fromArray(DOUBLE, y, yAt + c).mul(factor).intoArray(y, yAt + c);
    }
  }

  @Override
  void subtractAbove(double[] a, int stride, int panel) {
    int c = panel / DOUBLES * DOUBLES;
    for (; c + DOUBLES < stride; c += 2 * DOUBLES) {
      wideAbove(a, stride, panel, c);
    }
    if (c < stride) {
      narrowAbove(a, stride, panel, c);
    }
  }

  private static void wideAbove(double[] a, int stride, int panel, int c) {
    int to = panel * stride + c;
    DoubleVector s00 = DoubleVector.fromArray(DOUBLE, a, to);
    DoubleVector s01 = DoubleVector.fromArray(DOUBLE, a, to + DOUBLES);
    DoubleVector s10 = DoubleVector.fromArray(DOUBLE, a, to + stride);
    DoubleVector s11 = DoubleVector.fromArray(DOUBLE, a, to + stride + DOUBLES);
    DoubleVector s20 = DoubleVector.fromArray(DOUBLE, a, to + 2 * stride);
    DoubleVector s21 = DoubleVector.fromArray(DOUBLE, a, to + 2 * stride + DOUBLES);
    DoubleVector s30 = DoubleVector.fromArray(DOUBLE, a, to + 3 * stride);
    DoubleVector s31 = DoubleVector.fromArray(DOUBLE, a, to + 3 * stride + DOUBLES);
    int end = panel * stride;
    for (int at = 0; at < end; at += stride) {
      DoubleVector v0 = DoubleVector.fromArray(DOUBLE, a, at + c);
      DoubleVector v1 = DoubleVector.fromArray(DOUBLE, a, at + c + DOUBLES);
      DoubleVector w = DoubleVector.broadcast(DOUBLE, -a[at + panel]);
      s00 = w.fma(v0, s00);
      s01 = w.fma(v1, s01);
      w = DoubleVector.broadcast(DOUBLE, -a[at + panel + 1]);
      s10 = w.fma(v0, s10);
      s11 = w.fma(v1, s11);
      w = DoubleVector.broadcast(DOUBLE, -a[at + panel + 2]);
      s20 = w.fma(v0, s20);
      s21 = w.fma(v1, s21);
      w = DoubleVector.broadcast(DOUBLE, -a[at + panel + 3]);
      s30 = w.fma(v0, s30);
      s31 = w.fma(v1, s31);
    }
    s00.intoArray(a, to);
    s01.intoArray(a, to + DOUBLES);
    s10.intoArray(a, to + stride);
    s11.intoArray(a, to + stride + DOUBLES);
    s20.intoArray(a, to + 2 * stride);
    s21.intoArray(a, to + 2 * stride + DOUBLES);
    s30.intoArray(a, to + 3 * stride);
    s31.intoArray(a, to + 3 * stride + DOUBLES);
  }

  private static void narrowAbove(double[] a, int stride, int panel, int c) {
    int to = panel * stride + c;
    DoubleVector s0 = DoubleVector.fromArray(DOUBLE, a, to);
    DoubleVector s1 = DoubleVector.fromArray(DOUBLE, a, to + stride);
    DoubleVector s2 = DoubleVector.fromArray(DOUBLE, a, to + 2 * stride);
    DoubleVector s3 = DoubleVector.fromArray(DOUBLE, a, to + 3 * stride);
    int end = panel * stride;
    for (int at = 0; at < end; at += stride) {
      DoubleVector v = DoubleVector.fromArray(DOUBLE, a, at + c);
      s0 = DoubleVector.broadcast(DOUBLE, -a[at + panel]).fma(v, s0);
      s1 = DoubleVector.broadcast(DOUBLE, -a[at + panel + 1]).fma(v, s1);
      s2 = DoubleVector.broadcast(DOUBLE, -a[at + panel + 2]).fma(v, s2);
      s3 = DoubleVector.broadcast(DOUBLE, -a[at + panel + 3]).fma(v, s3);
    }
    s0.intoArray(a, to);
    s1.intoArray(a, to + stride);
    s2.intoArray(a, to + 2 * stride);
    s3.intoArray(a, to + 3 * stride);
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
    DoubleVector b = DoubleVector.broadcast(DOUBLE, a);
    DoubleVector b1 = DoubleVector.broadcast(DOUBLE, a1);
    DoubleVector b2 = DoubleVector.broadcast(DOUBLE, a2);
    DoubleVector b3 = DoubleVector.broadcast(DOUBLE, a3);
    for (int c = from / DOUBLES * DOUBLES; c < to; c += DOUBLES) {
      DoubleVector sum = DoubleVector.fromArray(DOUBLE, y, yAt + c);
      sum = b.fma(DoubleVector.fromArray(DOUBLE, x, xAt + c), sum);
      sum = b1.fma(DoubleVector.fromArray(DOUBLE, x, xAt1 + c), sum);
      sum = b2.fma(DoubleVector.fromArray(DOUBLE, x, xAt2 + c), sum);
      sum = b3.fma(DoubleVector.fromArray(DOUBLE, x, xAt3 + c), sum);
      sum.intoArray(y, yAt + c);
    }
  }

  @Override
  public void add(double[] y, int yAt, double[] x, int xAt, double a, int from, int to) {
    int c = from;
    DoubleVector b = DoubleVector.broadcast(DOUBLE, a);
    for (; c + DOUBLES <= to; c += DOUBLES) {
      b.fma(DoubleVector.fromArray(DOUBLE, x, xAt + c), DoubleVector.fromArray(DOUBLE, y, yAt + c))
          .intoArray(y, yAt + c);
    }
    for (; c < to; c++) {
      y[yAt + c] += a * x[xAt + c];
    }
  }

  @Override
  public double dot(double[] x, int xAt, double[] y, int yAt, int from, int to) {
    int c = from;
    DoubleVector sums = DoubleVector.zero(DOUBLE);
    for (; c + DOUBLES <= to; c += DOUBLES) {
      sums =
          DoubleVector.fromArray(DOUBLE, x, xAt + c)
              .fma(DoubleVector.fromArray(DOUBLE, y, yAt + c), sums);
    }
    double sum = sums.reduceLanes(VectorOperators.ADD);
    for (; c < to; c++) {
      sum += x[xAt + c] * y[yAt + c];
    }
    return sum;
  }

  @Override
  public float dot(float[] x, int xAt, float[] y, int yAt, int length) {
    int c = 0;
    FloatVector sums = FloatVector.zero(FLOAT);
    for (; c + FLOATS <= length; c += FLOATS) {
      sums =
          FloatVector.fromArray(FLOAT, x, xAt + c)
              .fma(FloatVector.fromArray(FLOAT, y, yAt + c), sums);
    }
    float sum = sums.reduceLanes(VectorOperators.ADD);
    for (; c < length; c++) {
      sum += x[xAt + c] * y[yAt + c];
    }
    return sum;
  }

  @Override
  public void add(float[] y, int yAt, float[] x, int xAt, float a, int length) {
    int c = 0;
    FloatVector factor = FloatVector.broadcast(FLOAT, a);
    for (; c + FLOATS <= length; c += FLOATS) {
      FloatVector.fromArray(FLOAT, x, xAt + c)
          .fma(factor, FloatVector.fromArray(FLOAT, y, yAt + c))
          .intoArray(y, yAt + c);
    }
    for (; c < length; c++) {
      y[yAt + c] = Math.fma(x[xAt + c], a, y[yAt + c]);
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
    int c = 0;
    for (; c + FLOATS <= length; c += FLOATS) {
      FloatVector g = FloatVector.fromArray(FLOAT, gradient, gradientAt + c).mul(factor);
      FloatVector first = FloatVector.fromArray(FLOAT, m, at + c).mul(beta1).add(g.mul(1 - beta1));
      FloatVector second =
          FloatVector.fromArray(FLOAT, v, at + c).mul(beta2).add(g.mul(g).mul(1 - beta2));
      first.intoArray(m, at + c);
      second.intoArray(v, at + c);
      FloatVector.fromArray(FLOAT, x, at + c)
          .sub(first.mul(rate).div(second.sqrt().add(epsilon)))
          .intoArray(x, at + c);
    }
    for (; c < length; c++) {
      float g = factor * gradient[gradientAt + c];
      float first = beta1 * m[at + c] + (1 - beta1) * g;
      float second = beta2 * v[at + c] + (1 - beta2) * g * g;
      m[at + c] = first;
      v[at + c] = second;
      x[at + c] -= rate * first / ((float) Math.sqrt(second) + epsilon);
    }
  }
}
