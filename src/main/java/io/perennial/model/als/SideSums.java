package io.perennial.model.als;

import io.perennial.distillation.ScoreDistillation.Weighting;
import io.perennial.model.kernel.GramianSum;
import java.io.Serializable;

/**
 * Sums of outer products over the touched rows of one side, dense k × k, in double: what corrects
 * the Gramians that a version keeps. x is a row of tonight, x̂ the teacher's, ω its weight.
 *
 * @param known Σ ω x xᵀ over the rows that the teacher knows
 * @param cross Σ ω x x̂ᵀ over them
 * @param before Σ ω x̂ x̂ᵀ over them
 * @param fresh Σ x xᵀ over the other rows
 * @param next Σ ω′ x xᵀ over all rows, with the weights that they have after tonight
 */
record SideSums(double[] known, double[] cross, double[] before, double[] fresh, double[] next)
    implements Serializable {
  int rank() {
    return (int) Math.round(Math.sqrt(known.length));
  }

  static SideSums zero(int rank) {
    int n = rank * rank;
    return new SideSums(new double[n], new double[n], new double[n], new double[n], new double[n]);
  }

  /** Over the rows [from, to), with vectors at {@code values}, {@code rows.size() × rank}. */
  static SideSums of(TouchedRows rows, float[] values, int from, int to, Weighting weighting) {
    int rank = rows.rank();
    GramianSum known = new GramianSum(rank);
    GramianSum cross = new GramianSum(rank);
    GramianSum before = new GramianSum(rank);
    GramianSum fresh = new GramianSum(rank);
    GramianSum next = new GramianSum(rank);
    for (int n = from; n < to; n++) {
      int at = n * rank;
      if (rows.hasTeacher(n)) {
        double weight = weighting.of(rows.teacherCounts()[n]);
        known.add(values, at, values, at, weight);
        cross.add(values, at, rows.teacher(), at, weight);
        before.add(rows.teacher(), at, rows.teacher(), at, weight);
      } else {
        fresh.add(values, at, values, at, 1);
      }
      if (weighting == Weighting.POPULARITY) {
        double count = Math.max(0, rows.teacherCounts()[n]) + rows.events()[n];
        next.add(values, at, values, at, weighting.of(count));
      }
    }
    double[] after = next.matrix();
    SideSums sums =
        new SideSums(known.matrix(), cross.matrix(), before.matrix(), fresh.matrix(), after);
    return weighting == Weighting.POPULARITY
        ? sums
        : new SideSums(
            sums.known, sums.cross, sums.before, sums.fresh, plus(sums.known, sums.fresh, 1));
  }

  SideSums plus(SideSums other) {
    return new SideSums(
        plus(known, other.known, 1),
        plus(cross, other.cross, 1),
        plus(before, other.before, 1),
        plus(fresh, other.fresh, 1),
        plus(next, other.next, 1));
  }

  /** {@code a + factor · b}. */
  static double[] plus(double[] a, double[] b, double factor) {
    double[] sum = a.clone();
    for (int n = 0; n < sum.length; n++) {
      sum[n] += factor * b[n];
    }
    return sum;
  }

  static double[] times(double[] a, double factor) {
    double[] product = a.clone();
    for (int n = 0; n < product.length; n++) {
      product[n] *= factor;
    }
    return product;
  }
}
