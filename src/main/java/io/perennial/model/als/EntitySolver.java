package io.perennial.model.als;

import io.perennial.model.kernel.NormalEquations;
import java.util.Arrays;

/**
 * Solves entities of a half-sweep one after the other; one solver a thread. Where a {@link
 * WhitenedSolver} cannot be trusted with an entity, its system is summed and solved densely.
 */
final class EntitySolver {
  private static final double TETHER = 1e-6;
  private final HalfSweep sweep;
  private final SweepBasis basis;
  private final WhitenedSolver whitened;
  private final NormalEquations equations;
  private final float[] row;

  EntitySolver(SweepBasis basis) {
    this.sweep = basis.sweep();
    this.basis = basis;
    this.whitened = new WhitenedSolver(basis);
    this.equations = new NormalEquations(sweep.rank());
    this.row = new float[sweep.rank()];
  }

  /**
   * Solves the entities [from, to) of a block.
   *
   * @param fixed rows of the opposite side, in the coordinates of the basis
   * @param out row-major, {@code block.entities().size() × rank}
   * @param sums of every entity's own pairs, written; or {@link PastSums#NONE}
   * @throws NotPositiveDefiniteException where a system has no unique solution
   * @throws DivergedTrainingException where a value is not finite
   */
  void solve(EntityBlock block, int from, int to, float[] fixed, float[] out, PastSums sums) {
    for (int n = from; n < to; n++) {
      if (!isWhitened(block, n, fixed, out, sums)) {
        solve(block, n, fixed, out, sums);
      }
    }
  }

  /** Sums of the past, and sums that are to be kept, are dense and in the old coordinates. */
  private boolean isWhitened(EntityBlock block, int n, float[] fixed, float[] out, PastSums sums) {
    return sums.isEmpty()
        && block.entities().past().isEmpty()
        && whitened.solve(block, n, fixed, out);
  }

  private void solve(EntityBlock block, int n, float[] fixed, float[] out, PastSums sums) {
    int rank = sweep.rank();
    TouchedRows entities = block.entities();
    equations.clear();
    Bias bias = sweep.bias();
    boolean anyRight = bias.any();
    for (int p = block.offsets()[n]; p < block.offsets()[n + 1]; p++) {
      float right = block.rights()[p];
      anyRight |= right != 0;
      addRow(fixed, block.others()[p] * rank, block.weights()[p], right);
    }
    double beta =
        entities.hasTeacher(n) ? sweep.teacher().strength(entities.teacherCounts()[n]) : 0;
    double pairs = block.positives()[n];
    PastSums past = entities.past();
    if (!past.isEmpty() && past.pairs()[n] > 0) {
      equations.addPacked(past.values(), n * past.length());
      pairs += past.pairs()[n];
      anyRight = true;
    }
    if (!sums.isEmpty()) {
      equations.pack(sums.values(), n * sums.length());
      sums.pairs()[n] = (float) pairs;
    }
    if (beta > 0) {
      equations.addMatrix(sweep.teacher().known(), beta);
      equations.addMatrix(sweep.fresh(), 1);
      equations.addProduct(sweep.teacher().cross(), entities.teacher(), n * rank, beta);
      double catalogue = sweep.shrinkByCatalogue() ? beta * sweep.teacher().weight() : 0;
      equations.addRidge(sweep.shrink() * (pairs + catalogue), bias.tastes());
      double events = Math.max(0, entities.teacherCounts()[n]);
      double held = sweep.anchor() * (events + sweep.anchorByCatalogue());
      equations.addTether(held, entities.teacher(), n * rank);
      equations.addTether(TETHER * equations.meanDiagonal(), entities.teacher(), n * rank);
      if (bias.any()) {
        equations.addPull(bias.free(), bias.weight(), entities.teacher()[n * rank + bias.free()]);
      }
    } else if (anyRight) {
      equations.addMatrix(sweep.prior(), 1);
      equations.addRidge(sweep.regParam() * pairs + sweep.regConstant(), bias.tastes());
      if (bias.any()) {
        equations.addPull(bias.free(), bias.weight(), bias.target());
      }
    } else {
      Arrays.fill(out, n * rank, (n + 1) * rank, 0f);
      return;
    }
    if (bias.any()) {
      equations.pin(bias.pinned(), 1);
    }
    int failure = equations.solve(out, n * rank);
    if (failure == rank) {
      throw new DivergedTrainingException(sweep.side(), entities.indices()[n]);
    } else if (failure >= 0) {
      throw new NotPositiveDefiniteException(sweep.side(), entities.indices()[n], failure);
    }
  }

  private void addRow(float[] fixed, int at, float weight, float right) {
    if (basis.turns()) {
      basis.back(fixed, at, row, 0);
      equations.addRow(row, 0, weight, right);
    } else {
      equations.addRow(fixed, at, weight, right);
    }
  }
}
