package io.perennial.model.als;

import java.io.Serializable;

/**
 * What the equations of some items have summed up, or nothing.
 *
 * @param length numbers of a packed system, or 0
 * @param values one system after the other
 * @param pairs number of pairs in each
 */
record PastSums(int length, float[] values, float[] pairs) implements Serializable {
  /** Nothing is summed up. */
  static final PastSums NONE = new PastSums(0, new float[0], new float[0]);

  /** Room for as many. */
  static PastSums zero(int length, int size) {
    return new PastSums(
        length, new float[Math.multiplyExact(length, size)], new float[length == 0 ? 0 : size]);
  }

  boolean isEmpty() {
    return length == 0;
  }

  /** Those at some positions, in this order. */
  PastSums at(int[] positions) {
    PastSums some = zero(length, positions.length);
    for (int n = 0; n < positions.length && !isEmpty(); n++) {
      some.put(n, this, positions[n]);
    }
    return some;
  }

  /** Takes one over from others. */
  void put(int n, PastSums from, int at) {
    System.arraycopy(from.values, at * length, values, n * length, length);
    pairs[n] = from.pairs[at];
  }
}
