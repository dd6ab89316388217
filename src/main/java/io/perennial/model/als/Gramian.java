package io.perennial.model.als;

import io.perennial.distillation.ScoreDistillation.Weighting;
import io.perennial.model.FactorRows;
import io.perennial.model.Feedback;
import io.perennial.model.kernel.GramianSum;
import java.io.Serializable;
import java.util.Arrays;
import org.apache.spark.api.java.JavaRDD;

/**
 * Σ ω x xᵀ over every row of one side of a version, in double, and Σ ω: kept with the version and
 * corrected by the rows that change.
 *
 * @param values dense k × k, symmetric
 * @param weight Σ ω
 */
record Gramian(double[] values, double weight) implements Serializable {
  static Gramian zero(int rank) {
    return new Gramian(new double[rank * rank], 0);
  }

  /** Of rows in memory, summed afresh. */
  static Gramian of(FactorRows rows, Feedback feedback) {
    Weighting weighting = feedback == Feedback.IMPLICIT ? Weighting.PLAIN : Weighting.POPULARITY;
    GramianSum sum = new GramianSum(rows.rank());
    double all = 0;
    for (int n = 0; n < rows.size(); n++) {
      double weight = weighting.of(rows.eventCounts()[n]);
      int at = n * rows.rank();
      sum.add(rows.values(), at, rows.values(), at, weight);
      all += weight;
    }
    return new Gramian(sum.matrix(), all);
  }

  /** Of rows on executors, summed there; the driver sees sums of {@code rank × rank}. */
  static Gramian of(JavaRDD<FactorRows> pieces, int rank, Feedback feedback) {
    return pieces
        .map(piece -> Gramian.of(piece, feedback))
        .treeAggregate(zero(rank), Gramian::plus, Gramian::plus);
  }

  private Gramian plus(Gramian other) {
    return new Gramian(SideSums.plus(values, other.values, 1), weight + other.weight);
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
