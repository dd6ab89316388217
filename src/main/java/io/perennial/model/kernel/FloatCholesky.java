package io.perennial.model.kernel;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Cholesky's method in floats with vector instructions. Four rows are taken together: what the rows
 * above them contribute is summed in registers, and the rows meet each other there before they are
 * stored once.
 */
final class FloatCholesky {
  private static final VectorSpecies<Float> FLOAT = VectorKernel.FLOAT;
  private static final int FLOATS = FLOAT.length();

  private FloatCholesky() {}

  /** See {@link Kernel#factorize(float[], int, int, float[])}. */
  static boolean factorize(float[] a, int stride, int size, float[] inverse) {
    int end = (size + FLOATS - 1) / FLOATS * FLOATS;
    for (int panel = 0; panel < size; panel += 4) {
      int first = panel / FLOATS * FLOATS;
      subtract(a, stride, panel, first);
      if (!pivots(a, stride, panel, inverse)) {
        return false;
      }
      int row = panel * stride + panel;
      float u01 = a[row + 1];
      float u02 = a[row + 2];
      float u03 = a[row + 3];
      float u12 = a[row + stride + 2];
      float u13 = a[row + stride + 3];
      float u23 = a[row + 2 * stride + 3];
      // The pivots' own columns are finished already; their block is not touched again there.
      for (int c = panel + 4; c < first + FLOATS; c++) {
        int at = panel * stride + c;
        float r0 = a[at] * inverse[panel];
        float r1 = (a[at + stride] - u01 * r0) * inverse[panel + 1];
        float r2 = (a[at + 2 * stride] - u02 * r0 - u12 * r1) * inverse[panel + 2];
        a[at] = r0;
        a[at + stride] = r1;
        a[at + 2 * stride] = r2;
        a[at + 3 * stride] =
            (a[at + 3 * stride] - u03 * r0 - u13 * r1 - u23 * r2) * inverse[panel + 3];
      }
      int c = first + FLOATS;
      for (; c + FLOATS < end; c += 2 * FLOATS) {
        wide(a, stride, panel, c, inverse);
      }
      if (c < end) {
        narrow(a, stride, panel, c, inverse);
      }
    }
    return true;
  }

  /** Takes what the rows above contribute from one block of four rows. */
  private static void subtract(float[] a, int stride, int panel, int c) {
    int to = panel * stride + c;
    FloatVector s0 = FloatVector.fromArray(FLOAT, a, to);
    FloatVector s1 = FloatVector.fromArray(FLOAT, a, to + stride);
    FloatVector s2 = FloatVector.fromArray(FLOAT, a, to + 2 * stride);
    FloatVector s3 = FloatVector.fromArray(FLOAT, a, to + 3 * stride);
    int end = panel * stride;
    for (int at = 0; at < end; at += stride) {
      FloatVector v = FloatVector.fromArray(FLOAT, a, at + c);
      s0 = FloatVector.broadcast(FLOAT, -a[at + panel]).fma(v, s0);
      s1 = FloatVector.broadcast(FLOAT, -a[at + panel + 1]).fma(v, s1);
      s2 = FloatVector.broadcast(FLOAT, -a[at + panel + 2]).fma(v, s2);
      s3 = FloatVector.broadcast(FLOAT, -a[at + panel + 3]).fma(v, s3);
    }
    s0.intoArray(a, to);
    s1.intoArray(a, to + stride);
    s2.intoArray(a, to + 2 * stride);
    s3.intoArray(a, to + 3 * stride);
  }

  /** Factorises the four by four values on the diagonal. */
  private static boolean pivots(float[] a, int stride, int panel, float[] inverse) {
    for (int j = panel; j < panel + 4; j++) {
      float pivot = a[j * stride + j];
      if (!(pivot > 0) || pivot == Float.POSITIVE_INFINITY) {
        return false;
      }
      float root = (float) Math.sqrt(pivot);
      float one = 1 / root;
      inverse[j] = one;
      a[j * stride + j] = root;
      for (int c = j + 1; c < panel + 4; c++) {
        a[j * stride + c] *= one;
      }
      for (int i = j + 1; i < panel + 4; i++) {
        float factor = a[j * stride + i];
        for (int c = i; c < panel + 4; c++) {
          a[i * stride + c] -= factor * a[j * stride + c];
        }
      }
    }
    return true;
  }

  private static void wide(float[] a, int stride, int panel, int c, float[] inverse) {
    int to = panel * stride + c;
    FloatVector s00 = FloatVector.fromArray(FLOAT, a, to);
    FloatVector s01 = FloatVector.fromArray(FLOAT, a, to + FLOATS);
    FloatVector s10 = FloatVector.fromArray(FLOAT, a, to + stride);
    FloatVector s11 = FloatVector.fromArray(FLOAT, a, to + stride + FLOATS);
    FloatVector s20 = FloatVector.fromArray(FLOAT, a, to + 2 * stride);
    FloatVector s21 = FloatVector.fromArray(FLOAT, a, to + 2 * stride + FLOATS);
    FloatVector s30 = FloatVector.fromArray(FLOAT, a, to + 3 * stride);
    FloatVector s31 = FloatVector.fromArray(FLOAT, a, to + 3 * stride + FLOATS);
    int end = panel * stride;
    for (int at = 0; at < end; at += stride) {
      FloatVector v0 = FloatVector.fromArray(FLOAT, a, at + c);
      FloatVector v1 = FloatVector.fromArray(FLOAT, a, at + c + FLOATS);
      FloatVector w = FloatVector.broadcast(FLOAT, -a[at + panel]);
      s00 = w.fma(v0, s00);
      s01 = w.fma(v1, s01);
      w = FloatVector.broadcast(FLOAT, -a[at + panel + 1]);
      s10 = w.fma(v0, s10);
      s11 = w.fma(v1, s11);
      w = FloatVector.broadcast(FLOAT, -a[at + panel + 2]);
      s20 = w.fma(v0, s20);
      s21 = w.fma(v1, s21);
      w = FloatVector.broadcast(FLOAT, -a[at + panel + 3]);
      s30 = w.fma(v0, s30);
      s31 = w.fma(v1, s31);
    }
    int own = panel * stride + panel;
    FloatVector w = FloatVector.broadcast(FLOAT, inverse[panel]);
    s00 = s00.mul(w);
    s01 = s01.mul(w);
    w = FloatVector.broadcast(FLOAT, -a[own + 1]);
    s10 = w.fma(s00, s10);
    s11 = w.fma(s01, s11);
    w = FloatVector.broadcast(FLOAT, inverse[panel + 1]);
    s10 = s10.mul(w);
    s11 = s11.mul(w);
    w = FloatVector.broadcast(FLOAT, -a[own + 2]);
    s20 = w.fma(s00, s20);
    s21 = w.fma(s01, s21);
    w = FloatVector.broadcast(FLOAT, -a[own + stride + 2]);
    s20 = w.fma(s10, s20);
    s21 = w.fma(s11, s21);
    w = FloatVector.broadcast(FLOAT, inverse[panel + 2]);
    s20 = s20.mul(w);
    s21 = s21.mul(w);
    w = FloatVector.broadcast(FLOAT, -a[own + 3]);
    s30 = w.fma(s00, s30);
    s31 = w.fma(s01, s31);
    w = FloatVector.broadcast(FLOAT, -a[own + stride + 3]);
    s30 = w.fma(s10, s30);
    s31 = w.fma(s11, s31);
    w = FloatVector.broadcast(FLOAT, -a[own + 2 * stride + 3]);
    s30 = w.fma(s20, s30);
    s31 = w.fma(s21, s31);
    w = FloatVector.broadcast(FLOAT, inverse[panel + 3]);
    s30 = s30.mul(w);
    s31 = s31.mul(w);
    s00.intoArray(a, to);
    s01.intoArray(a, to + FLOATS);
    s10.intoArray(a, to + stride);
    s11.intoArray(a, to + stride + FLOATS);
    s20.intoArray(a, to + 2 * stride);
    s21.intoArray(a, to + 2 * stride + FLOATS);
    s30.intoArray(a, to + 3 * stride);
    s31.intoArray(a, to + 3 * stride + FLOATS);
  }

  private static void narrow(float[] a, int stride, int panel, int c, float[] inverse) {
    subtract(a, stride, panel, c);
    int to = panel * stride + c;
    int own = panel * stride + panel;
    FloatVector s0 = FloatVector.fromArray(FLOAT, a, to).mul(inverse[panel]);
    FloatVector s1 =
        s0.mul(-a[own + 1])
            .add(FloatVector.fromArray(FLOAT, a, to + stride))
            .mul(inverse[panel + 1]);
    FloatVector s2 =
        s0.mul(-a[own + 2])
            .add(s1.mul(-a[own + stride + 2]))
            .add(FloatVector.fromArray(FLOAT, a, to + 2 * stride))
            .mul(inverse[panel + 2]);
    FloatVector s3 =
        s0.mul(-a[own + 3])
            .add(s1.mul(-a[own + stride + 3]))
            .add(s2.mul(-a[own + 2 * stride + 3]))
            .add(FloatVector.fromArray(FLOAT, a, to + 3 * stride))
            .mul(inverse[panel + 3]);
    s0.intoArray(a, to);
    s1.intoArray(a, to + stride);
    s2.intoArray(a, to + 2 * stride);
    s3.intoArray(a, to + 3 * stride);
  }

  /** See {@link Kernel#substitute(float[], int, int, float[], float[], float[], float[])}. */
  static void substitute(
      float[] factor, int stride, int size, float[] inverse, float[] b, float[] half, float[] x) {
    int end = (size + FLOATS - 1) / FLOATS * FLOATS;
    for (int panel = 0; panel < size; panel += 4) {
      int own = panel * stride + panel;
      float y0 = b[panel] * inverse[panel];
      float y1 = (b[panel + 1] - factor[own + 1] * y0) * inverse[panel + 1];
      float y2 =
          (b[panel + 2] - factor[own + 2] * y0 - factor[own + stride + 2] * y1)
              * inverse[panel + 2];
      float y3 =
          (b[panel + 3]
                  - factor[own + 3] * y0
                  - factor[own + stride + 3] * y1
                  - factor[own + 2 * stride + 3] * y2)
              * inverse[panel + 3];
      half[panel] = y0;
      half[panel + 1] = y1;
      half[panel + 2] = y2;
      half[panel + 3] = y3;
      FloatVector v0 = FloatVector.broadcast(FLOAT, -y0);
      FloatVector v1 = FloatVector.broadcast(FLOAT, -y1);
      FloatVector v2 = FloatVector.broadcast(FLOAT, -y2);
      FloatVector v3 = FloatVector.broadcast(FLOAT, -y3);
      // What lies before the next panel is changed as well; nobody looks at it any more.
      for (int c = (panel + 4) / FLOATS * FLOATS; c < end; c += FLOATS) {
        int at = panel * stride + c;
        FloatVector even =
            v0.fma(FloatVector.fromArray(FLOAT, factor, at), FloatVector.fromArray(FLOAT, b, c));
        FloatVector odd = v1.mul(FloatVector.fromArray(FLOAT, factor, at + stride));
        even = v2.fma(FloatVector.fromArray(FLOAT, factor, at + 2 * stride), even);
        odd = v3.fma(FloatVector.fromArray(FLOAT, factor, at + 3 * stride), odd);
        even.add(odd).intoArray(b, c);
      }
    }
    Arrays.fill(x, 0, end, 0f);
    for (int panel = size - 4; panel >= 0; panel -= 4) {
      int own = panel * stride + panel;
      float d0 = half[panel];
      float d1 = half[panel + 1];
      float d2 = half[panel + 2];
      float d3 = half[panel + 3];
      int first = (panel + 4) / FLOATS * FLOATS;
      if (first < end) {
        solved(factor, stride, panel, first, end, x, b);
        d0 -= sum(b, 0);
        d1 -= sum(b, FLOATS);
        d2 -= sum(b, 2 * FLOATS);
        d3 -= sum(b, 3 * FLOATS);
      }
      d3 *= inverse[panel + 3];
      d2 = (d2 - factor[own + 2 * stride + 3] * d3) * inverse[panel + 2];
      d1 =
          (d1 - factor[own + stride + 2] * d2 - factor[own + stride + 3] * d3) * inverse[panel + 1];
      d0 =
          (d0 - factor[own + 1] * d1 - factor[own + 2] * d2 - factor[own + 3] * d3)
              * inverse[panel];
      x[panel] = d0;
      x[panel + 1] = d1;
      x[panel + 2] = d2;
      x[panel + 3] = d3;
    }
  }

  /** Products of four rows with what is solved so far, a vector of parts of the sum for each. */
  private static void solved(
      float[] factor, int stride, int panel, int first, int end, float[] x, float[] parts) {
    FloatVector s0 = FloatVector.zero(FLOAT);
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    for (int c = first; c < end; c += FLOATS) {
      int at = panel * stride + c;
      FloatVector v = FloatVector.fromArray(FLOAT, x, c);
      s0 = v.fma(FloatVector.fromArray(FLOAT, factor, at), s0);
      s1 = v.fma(FloatVector.fromArray(FLOAT, factor, at + stride), s1);
      s2 = v.fma(FloatVector.fromArray(FLOAT, factor, at + 2 * stride), s2);
      s3 = v.fma(FloatVector.fromArray(FLOAT, factor, at + 3 * stride), s3);
    }
    s0.intoArray(parts, 0);
    s1.intoArray(parts, FLOATS);
    s2.intoArray(parts, 2 * FLOATS);
    s3.intoArray(parts, 3 * FLOATS);
  }

  /** Sum of the parts of one row; lanes of a vector are slow to add to each other. */
  static float sum(float[] parts, int from) {
    float s0 = 0;
    float s1 = 0;
    float s2 = 0;
    float s3 = 0;
    for (int n = from; n < from + FLOATS; n += 4) {
      s0 += parts[n];
      s1 += parts[n + 1];
      s2 += parts[n + 2];
      s3 += parts[n + 3];
    }
    return (s0 + s1) + (s2 + s3);
  }
}
