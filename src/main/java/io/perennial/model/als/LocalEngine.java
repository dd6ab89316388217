package io.perennial.model.als;

import io.perennial.distillation.ScoreDistillation.Weighting;
import io.perennial.model.DriverThreads;
import io.perennial.model.FactorTable;
import io.perennial.model.MemoryFactorTable;

/**
 * Half-sweeps in the driver, on all its processors. An entity's result does not depend on the
 * number of threads: each is solved by one of them, and sums run over fixed chunks in fixed order.
 */
final class LocalEngine implements SweepEngine {
  private static final int SOLVED_AT_ONCE = 64;
  private static final int SUMMED_AT_ONCE = 4096;
  private final DriverThreads workers =
      new DriverThreads(Runtime.getRuntime().availableProcessors());
  private final TouchedRows users;
  private final TouchedRows items;
  private final EntityBlock byUser;
  private final EntityBlock byItem;
  private final Weighting weighting;
  private final double meanValue;
  private float[] userRows;

  /**
   * @param night tonight's pairs
   * @param userPairs the pairs from which users are solved, of the same users: tonight's, or all
   */
  LocalEngine(
      Pairs night,
      Pairs userPairs,
      TouchedRows users,
      TouchedRows items,
      PairWeighting pairWeighting,
      Weighting weighting) {
    this.users = users;
    this.items = items;
    this.weighting = weighting;
    byUser =
        EntityBlock.of(
            users,
            userPairs.users(),
            userPairs.items(),
            userPairs.counts(),
            userPairs.values(),
            pairWeighting);
    byItem = NightPairs.byItem(night, items, pairWeighting);
    meanValue = NightPairs.sumOfValues(night) / Math.max(1, night.size());
    userRows = users.teacher().clone();
  }

  @Override
  public TouchedRows items() {
    return items;
  }

  @Override
  public long newUsers() {
    return users.newcomers();
  }

  @Override
  public double meanValue() {
    return meanValue;
  }

  @Override
  public double events() {
    double sum = 0;
    for (float events : users.events()) {
      sum += events;
    }
    return sum;
  }

  @Override
  public SideSums solveUsers(HalfSweep sweep, float[] itemRows) {
    userRows = solve(sweep, byUser, itemRows, PastSums.NONE);
    return sum(users, userRows);
  }

  @Override
  public float[] solveItems(HalfSweep sweep, PastSums sums) {
    return solve(sweep, byItem, userRows, sums);
  }

  @Override
  public SideSums sumItems(float[] touchedRows) {
    return sum(items, touchedRows);
  }

  @Override
  public FactorTable users() {
    return new MemoryFactorTable(users.learnt(userRows));
  }

  private float[] solve(HalfSweep sweep, EntityBlock block, float[] fixed, PastSums sums) {
    SweepBasis basis = SweepBasis.of(sweep);
    float[] turned = turned(basis, fixed);
    int size = block.entities().size();
    float[] out = new float[Math.multiplyExact(size, sweep.rank())];
    workers.each(
        (size + SOLVED_AT_ONCE - 1) / SOLVED_AT_ONCE,
        () -> new EntitySolver(basis),
        (solver, chunk) -> {
          int from = chunk * SOLVED_AT_ONCE;
          solver.solve(block, from, Math.min(size, from + SOLVED_AT_ONCE), turned, out, sums);
        });
    return out;
  }

  private float[] turned(SweepBasis basis, float[] rows) {
    if (!basis.turns()) {
      return rows;
    }
    int rank = basis.sweep().rank();
    int size = rows.length / rank;
    float[] turned = new float[rows.length];
    workers.each(
        (size + SUMMED_AT_ONCE - 1) / SUMMED_AT_ONCE,
        () -> basis,
        (own, chunk) -> {
          int from = chunk * SUMMED_AT_ONCE;
          own.turn(rows, from, Math.min(size - from, SUMMED_AT_ONCE), turned);
        });
    return turned;
  }

  private SideSums sum(TouchedRows rows, float[] values) {
    int chunks = (rows.size() + SUMMED_AT_ONCE - 1) / SUMMED_AT_ONCE;
    SideSums[] partial = new SideSums[chunks];
    workers.each(
        chunks,
        () -> partial,
        (own, chunk) -> {
          int from = chunk * SUMMED_AT_ONCE;
          int to = Math.min(rows.size(), from + SUMMED_AT_ONCE);
          own[chunk] = SideSums.of(rows, values, from, to, weighting);
        });
    SideSums all = SideSums.zero(rows.rank());
    for (SideSums part : partial) {
      all = all.plus(part);
    }
    return all;
  }

  @Override
  public void close() {
    workers.close();
  }
}
