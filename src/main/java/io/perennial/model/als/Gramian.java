package io.perennial.model.als;

import java.util.Arrays;

/**
 * Σ ω x xᵀ over every row of one side of a version, in double, and Σ ω: kept with the version and
 * corrected by the rows that change.
 *
 * @param values dense k × k, symmetric
 * @param weight Σ ω
 */
record Gramian(double[] values, double weight) {
  static Gramian zero(int rank) {
    return new Gramian(new double[rank * rank], 0);
  }

  /** This Gramian after a night, whose touched rows have these sums and add so much to Σ ω. */
  Gramian after(SideSums sums, double addedWeight) {
    double[] corrected = SideSums.plus(values, sums.before(), -1);
    return new Gramian(SideSums.plus(corrected, sums.next(), 1), weight + addedWeight);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Gramian that
        && weight == that.weight
        && Arrays.equals(values, that.values);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(values);
  }
}
