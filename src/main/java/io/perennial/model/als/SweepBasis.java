package io.perennial.model.als;

import io.perennial.distillation.ScoreDistillation;
import io.perennial.distillation.ScoreDistillation.Weighting;
import io.perennial.model.kernel.Kernel;
import java.io.Serializable;
import java.util.Arrays;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.EigenDecomposition;

/**
 * Coordinates for a half-sweep in which what its entities share is diagonal, so that each of them
 * begins with a diagonal matrix instead of a dense one. The opposite rows are turned into these
 * coordinates once, the solved rows back out of them.
 *
 * <p>Without a teacher, the shared matrix is the prior. With one it is βG + α₀G_new, where every
 * entity has the same β; where they differ, G, if there is no new opposite row. Elsewhere, and
 * where two coordinates are biases, coordinates stay as they are, and systems dense.
 *
 * @param sweep in the old coordinates
 * @param axes row-major k × k, a column for each new coordinate; empty where nothing is turned
 * @param back the transpose of the axes
 * @param prior diagonal of α₀G_all, or empty where that is not diagonal
 * @param taught diagonal of what entities with a teacher share, or empty likewise
 * @param taughtByStrength whether {@code taught} is still to be multiplied with an entity's β
 * @param cross the teacher's C in these coordinates; empty without {@code taught}
 */
record SweepBasis(
    HalfSweep sweep,
    float[] axes,
    float[] back,
    double[] prior,
    double[] taught,
    boolean taughtByStrength,
    double[] cross)
    implements Serializable {
  private static final double[] DENSE = {};
  private static final float[] UNTURNED = {};

  static SweepBasis of(HalfSweep sweep) {
    ScoreDistillation teacher = sweep.teacher();
    double beta = teacher.options().beta();
    boolean anyFresh = Arrays.stream(sweep.fresh()).anyMatch(value -> value != 0);
    boolean alike = teacher.weighting() == Weighting.PLAIN && teacher.options().betaGrowth() == 0;
    if (sweep.bias().any()) {
      return dense(sweep);
    }
    if (beta == 0) {
      return of(sweep, sweep.prior(), true, false, false);
    }
    if (!anyFresh) {
      return of(sweep, teacher.known(), true, true, true);
    }
    return alike
        ? of(sweep, SideSums.plus(sweep.fresh(), teacher.known(), beta), false, true, false)
        : dense(sweep);
  }

  private static SweepBasis of(
      HalfSweep sweep, double[] shared, boolean prior, boolean taught, boolean byStrength) {
    int rank = sweep.rank();
    double largest = Arrays.stream(shared).map(Math::abs).max().orElse(0);
    if (largest == 0 && !taught) {
      return new SweepBasis(sweep, UNTURNED, UNTURNED, new double[rank], DENSE, byStrength, DENSE);
    }
    if (!(largest > 0 && largest < Double.MAX_VALUE)) {
      return dense(sweep);
    }
    double[][] vectors = eigenvectors(shared, rank);
    return new SweepBasis(
        sweep,
        narrow(vectors, true),
        narrow(vectors, false),
        prior ? diagonal(turned(sweep.prior(), vectors), rank) : DENSE,
        taught ? diagonal(turned(shared, vectors), rank) : DENSE,
        byStrength,
        taught ? turned(sweep.teacher().cross(), vectors) : DENSE);
  }

  private static SweepBasis dense(HalfSweep sweep) {
    return new SweepBasis(sweep, UNTURNED, UNTURNED, DENSE, DENSE, false, DENSE);
  }

  /** Mean of {@link #taught()}. */
  double meanTaught() {
    return Arrays.stream(taught).average().orElse(0);
  }

  /** Whether coordinates change at all. */
  boolean turns() {
    return axes.length > 0;
  }

  /** Rows in these coordinates; the same array where nothing is turned. */
  float[] turned(float[] rows) {
    if (!turns()) {
      return rows;
    }
    float[] turned = new float[rows.length];
    turn(rows, 0, rows.length / sweep.rank(), turned);
    return turned;
  }

  /** Writes {@code count} rows from row {@code from} on to the same place of {@code out}. */
  void turn(float[] rows, int from, int count, float[] out) {
    int rank = sweep.rank();
    Kernel.active().multiply(rows, from * rank, count, rank, axes, out, from * rank);
  }

  /** Writes a row of these coordinates as a row of the old ones. */
  void back(float[] row, int at, float[] out, int outAt) {
    if (turns()) {
      Kernel.active().multiply(row, at, 1, sweep.rank(), back, out, outAt);
    } else {
      System.arraycopy(row, at, out, outAt, sweep.rank());
    }
  }

  /** One vector a row. */
  private static double[][] eigenvectors(double[] matrix, int rank) {
    double[][] symmetric = new double[rank][rank];
    for (int r = 0; r < rank; r++) {
      for (int c = 0; c < rank; c++) {
        symmetric[r][c] = matrix[Math.min(r, c) * rank + Math.max(r, c)];
      }
    }
    return new EigenDecomposition(new Array2DRowRealMatrix(symmetric, false)).getVT().getData();
  }

  /** QᵀMQ, the vectors being the rows of Qᵀ. */
  private static double[] turned(double[] matrix, double[][] vectors) {
    int rank = vectors.length;
    double[] product = new double[rank * rank];
    double[] row = new double[rank];
    for (int r = 0; r < rank; r++) {
      Arrays.fill(row, 0);
      for (int p = 0; p < rank; p++) {
        Kernel.active().add(row, 0, matrix, p * rank, vectors[r][p], 0, rank);
      }
      for (int c = 0; c < rank; c++) {
        product[r * rank + c] = Kernel.active().dot(row, 0, vectors[c], 0, 0, rank);
      }
    }
    return product;
  }

  private static double[] diagonal(double[] matrix, int rank) {
    double[] diagonal = new double[rank];
    for (int c = 0; c < rank; c++) {
      diagonal[c] = matrix[c * rank + c];
    }
    return diagonal;
  }

  private static float[] narrow(double[][] rows, boolean transposed) {
    int rank = rows.length;
    float[] narrow = new float[rank * rank];
    for (int r = 0; r < rank; r++) {
      for (int c = 0; c < rank; c++) {
        narrow[r * rank + c] = (float) (transposed ? rows[c][r] : rows[r][c]);
      }
    }
    return narrow;
  }
}
