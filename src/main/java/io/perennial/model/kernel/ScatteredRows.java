package io.perennial.model.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Packs rows that lie scattered in much memory, with vector instructions: some are fetched at once,
 * then worked on.
 */
final class ScatteredRows {
  private static final VectorSpecies<Float> FLOAT = VectorKernel.FLOAT;
  private static final int FLOATS = FLOAT.length();

  /** Rows that are fetched before they are worked on. */
  private static final int FETCHED = 16;

  /** Floats of a line of the cache. */
  private static final int LINE = 16;

  private ScatteredRows() {}

  /**
   * See {@link Kernel#pack(float[], int[], int, int, int, float[], float[], float[], float[], int,
   * int, float[])}.
   */
  static void pack(
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
    for (int begin = 0; begin < count; begin += FETCHED) {
      int end = Math.min(count, begin + FETCHED);
      float touched = fetch(from, others, first + begin, first + end, rank);
      int c = 0;
      for (; c + 2 * FLOATS <= rank; c += 2 * FLOATS) {
        FloatVector scale0 = FloatVector.fromArray(FLOAT, scale, c);
        FloatVector scale1 = FloatVector.fromArray(FLOAT, scale, c + FLOATS);
        FloatVector sum0 = FloatVector.fromArray(FLOAT, sum, c);
        FloatVector sum1 = FloatVector.fromArray(FLOAT, sum, c + FLOATS);
        for (int n = begin; n < end; n++) {
          int at = others[first + n] * rank + c;
          int row = to + n * stride + c;
          FloatVector v0 = FloatVector.fromArray(FLOAT, from, at).mul(scale0);
          FloatVector v1 = FloatVector.fromArray(FLOAT, from, at + FLOATS).mul(scale1);
          FloatVector root = FloatVector.broadcast(FLOAT, roots[n]);
          FloatVector right = FloatVector.broadcast(FLOAT, rights[first + n]);
          root.mul(v0).intoArray(rows, row);
          root.mul(v1).intoArray(rows, row + FLOATS);
          sum0 = right.fma(v0, sum0);
          sum1 = right.fma(v1, sum1);
        }
        sum0.intoArray(sum, c);
        sum1.intoArray(sum, c + FLOATS);
      }
      for (; c + FLOATS <= rank; c += FLOATS) {
        FloatVector scale0 = FloatVector.fromArray(FLOAT, scale, c);
        FloatVector sum0 = FloatVector.fromArray(FLOAT, sum, c);
        for (int n = begin; n < end; n++) {
          FloatVector v0 =
              FloatVector.fromArray(FLOAT, from, others[first + n] * rank + c).mul(scale0);
          v0.mul(roots[n]).intoArray(rows, to + n * stride + c);
          sum0 = v0.fma(FloatVector.broadcast(FLOAT, rights[first + n]), sum0);
        }
        sum0.intoArray(sum, c);
      }
      for (; c < rank; c++) {
        for (int n = begin; n < end; n++) {
          float value = scale[c] * from[others[first + n] * rank + c];
          rows[to + n * stride + c] = roots[n] * value;
          sum[c] = Math.fma(rights[first + n], value, sum[c]);
        }
      }
      // An infinite value spoils the sum in any case; to ask keeps the compiler from leaving the
      // fetching out.
      if (touched == Float.POSITIVE_INFINITY) {
        sum[0] = touched;
      }
    }
  }

  /** Looks at every cache line of some rows, so that they all come from memory at once. */
  private static float fetch(float[] from, int[] others, int first, int end, int rank) {
    float touched = 0;
    for (int n = first; n < end; n++) {
      int at = others[n] * rank;
      for (int c = 0; c < rank; c += LINE) {
        touched = Math.max(touched, from[at + c]);
      }
    }
    return touched;
  }
}
