package io.perennial.model.als;

import io.perennial.model.kernel.Kernel;
import io.perennial.model.kernel.WhitenedEquations;

/**
 * Solves entities whose shared matrix is diagonal in the coordinates of a {@link SweepBasis}: no
 * dense matrix is added, and floats are enough. Not for use by two threads at once.
 */
final class WhitenedSolver {
  private static final double TETHER = 1e-6;
  private final SweepBasis basis;
  private final HalfSweep sweep;
  private final int rank;
  private final Kernel kernel = Kernel.active();
  private final WhitenedEquations equations;
  private final float[] solved;
  private final float[] teacher;
  private final double[] wideTeacher;
  private final double[] right;

  WhitenedSolver(SweepBasis basis) {
    this.basis = basis;
    this.sweep = basis.sweep();
    this.rank = sweep.rank();
    this.equations = new WhitenedEquations(rank);
    this.solved = new float[rank];
    this.teacher = new float[rank];
    this.wideTeacher = new double[rank];
    this.right = new double[rank];
  }

  /**
   * Solves an entity, if that can be done here with enough precision.
   *
   * @param fixed rows of the opposite side, in the coordinates of the basis
   * @param out row-major, {@code block.entities().size() × rank}, in the old coordinates
   * @return false where nothing was done
   */
  boolean solve(EntityBlock block, int n, float[] fixed, float[] out) {
    TouchedRows entities = block.entities();
    double beta =
        entities.hasTeacher(n) ? sweep.teacher().strength(entities.teacherCounts()[n]) : 0;
    boolean begun =
        beta > 0
            ? basis.taught().length > 0 && beginTaught(block, n, beta, fixed)
            : basis.prior().length > 0 && anyRight(block, n) && beginAlone(block, n);
    if (!begun) {
      return false;
    }
    equations.addRows(
        fixed,
        block.others(),
        block.weights(),
        block.rights(),
        block.offsets()[n],
        block.offsets()[n + 1]);
    if (!equations.solve(solved, 0)) {
      return false;
    }
    basis.back(solved, 0, out, n * rank);
    return true;
  }

  private static boolean anyRight(EntityBlock block, int n) {
    for (int p = block.offsets()[n]; p < block.offsets()[n + 1]; p++) {
      if (block.rights()[p] != 0) {
        return true;
      }
    }
    return false;
  }

  private boolean beginAlone(EntityBlock block, int n) {
    double ridge = sweep.regParam() * block.positives()[n] + sweep.regConstant();
    return equations.begin(basis.prior(), 1, ridge, block.pairs(n));
  }

  private boolean beginTaught(EntityBlock block, int n, double beta, float[] fixed) {
    TouchedRows entities = block.entities();
    double catalogue = sweep.shrinkByCatalogue() ? beta * sweep.teacher().weight() : 0;
    double events = Math.max(0, entities.teacherCounts()[n]);
    double held = sweep.anchor() * (events + sweep.anchorByCatalogue());
    double ridge = sweep.shrink() * (block.positives()[n] + catalogue) + held;
    double factor = basis.taughtByStrength() ? beta : 1;
    double tether = TETHER * (ridge + factor * basis.meanTaught() + meanOfPairs(block, n, fixed));
    if (!equations.begin(basis.taught(), factor, ridge + tether, block.pairs(n))) {
      return false;
    }
    System.arraycopy(entities.teacher(), n * rank, teacher, 0, rank);
    float[] turned = basis.turned(teacher);
    for (int c = 0; c < rank; c++) {
      wideTeacher[c] = turned[c];
    }
    kernel.multiply(basis.cross(), rank, rank, wideTeacher, right);
    for (int c = 0; c < rank; c++) {
      right[c] = beta * right[c] + (held + tether) * wideTeacher[c];
    }
    equations.start(right);
    return true;
  }

  /** Mean diagonal of the sum over an entity's own pairs. */
  private double meanOfPairs(EntityBlock block, int n, float[] fixed) {
    double sum = 0;
    for (int p = block.offsets()[n]; p < block.offsets()[n + 1]; p++) {
      int at = block.others()[p] * rank;
      sum += block.weights()[p] * kernel.dot(fixed, at, fixed, at, rank);
    }
    return sum / rank;
  }
}
