package io.perennial.model.als;

import io.perennial.model.FactorRows;
import io.perennial.model.FactorTable;
import io.perennial.model.kernel.NormalEquations;
import java.util.Objects;
import java.util.Optional;

/**
 * Every item's past as a function of sums: the part Σ w u uᵀ, Σ w y u of its normal equations that
 * its events made, each with the user's vector of its night. A night adds its own and solves, so an
 * item forgets nothing but what fades, and the cost follows what is new (online matrix
 * factorisation, Mairal et al. 2010).
 *
 * <p>A row packs the triangle and the right-hand side ({@link NormalEquations#pack}), and then the
 * days from the line's begin to the instant that it is faded to; its event count is the number of
 * pairs. rank·(rank + 3)/2 + 1 numbers an item: 2.2 kB at rank 32, 8.6 kB at rank 64.
 *
 * @param all of every item
 * @param changed those that tonight changed or added; empty: all
 */
record ItemSums(FactorTable all, Optional<FactorTable> changed) {
  private static final double DAY = 86_400_000.0;

  ItemSums {
    Objects.requireNonNull(all, "all");
    Objects.requireNonNull(changed, "changed");
  }

  /** Numbers of a row. */
  static int width(int rank) {
    return NormalEquations.packedLength(rank) + 1;
  }

  /**
   * The past of some items, faded.
   *
   * @param begun when the line was learnt from scratch, epoch milliseconds
   * @param now epoch milliseconds
   */
  PastSums of(int[] items, int rank, long begun, long now, Fading fading) {
    int length = NormalEquations.packedLength(rank);
    float[] values = new float[Math.multiplyExact(items.length, length)];
    float[] pairs = new float[items.length];
    FactorRows rows = all.rows(items);
    for (int n = 0; n < items.length; n++) {
      int row = rows.position(items[n]);
      if (row >= 0) {
        int at = row * (length + 1);
        long then = begun + Math.round(rows.values()[at + length] * DAY);
        float fade = (float) fading.after(now - then);
        for (int c = 0; c < length; c++) {
          values[n * length + c] = fade * rows.values()[at + c];
        }
        pairs[n] = rows.eventCounts()[row];
      }
    }
    return new PastSums(length, values, pairs);
  }

  /**
   * Rows of items whose equations were summed tonight.
   *
   * @param items who
   * @param sums with tonight's pairs, as they lie in items
   */
  static FactorRows rows(int[] items, PastSums sums, int rank, long begun, long now) {
    int length = sums.length();
    float[] values = new float[Math.multiplyExact(items.length, length + 1)];
    for (int n = 0; n < items.length; n++) {
      System.arraycopy(sums.values(), n * length, values, n * (length + 1), length);
      values[n * (length + 1) + length] = (float) ((now - begun) / DAY);
    }
    return new FactorRows(width(rank), items.clone(), values, sums.pairs());
  }
}
