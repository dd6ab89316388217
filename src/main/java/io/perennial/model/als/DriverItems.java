package io.perennial.model.als;

import io.perennial.model.FactorRows;
import io.perennial.model.FactorTable;
import io.perennial.model.MemoryFactorTable;
import io.perennial.model.kernel.NormalEquations;

/** Sweeps whose item rows are the driver's: every item by dense index, handed to the engine. */
final class DriverItems implements Sweeps {
  private final SweepEngine engine;
  private final TouchedRows touched;
  private final float[] all;
  private float[] rows;
  private PastSums sums = PastSums.NONE;

  /**
   * @param taught every item row of the parent
   * @param start rows of the touched items, {@code engine.items().size() × rank}
   */
  DriverItems(SweepEngine engine, FactorRows taught, float[] start) {
    this.engine = engine;
    this.touched = engine.items();
    this.rows = start;
    this.all = dense(taught, touched);
    scatter();
  }

  @Override
  public int touchedItems() {
    return touched.size();
  }

  @Override
  public int newItems() {
    return touched.newcomers();
  }

  @Override
  public long newUsers() {
    return engine.newUsers();
  }

  @Override
  public double events() {
    return engine.events();
  }

  @Override
  public double meanValue() {
    return engine.meanValue();
  }

  @Override
  public SideSums begin(Bias bias) {
    for (int n = 0; n < touched.size(); n++) {
      if (!touched.hasTeacher(n)) {
        bias.begin(rows, n * touched.rank());
      }
    }
    scatter();
    return engine.sumItems(rows);
  }

  @Override
  public SideSums solveUsers(HalfSweep sweep) {
    return engine.solveUsers(sweep, all);
  }

  @Override
  public SideSums solveItems(HalfSweep sweep, Summing summing) {
    int length = NormalEquations.packedLength(touched.rank());
    sums = summing == Summing.KEPT ? PastSums.zero(length, touched.size()) : PastSums.NONE;
    rows = engine.solveItems(sweep, sums);
    scatter();
    return engine.sumItems(rows);
  }

  @Override
  public FactorTable users() {
    return engine.users();
  }

  @Override
  public FactorTable items() {
    return new MemoryFactorTable(touched.learnt(rows));
  }

  @Override
  public FactorRows itemSums(long begun, long now) {
    return ItemSums.rows(touched.indices(), sums, touched.rank(), begun, now);
  }

  /** Every item by dense index; rows of unknown items are zero. */
  private static float[] dense(FactorRows taught, TouchedRows touched) {
    int rank = taught.rank();
    int last = touched.size() == 0 ? 0 : touched.indices()[touched.size() - 1] + 1;
    float[] rows = new float[Math.multiplyExact(Math.max(taught.capacity(), last), rank)];
    for (int n = 0; n < taught.size(); n++) {
      System.arraycopy(taught.values(), n * rank, rows, taught.indices()[n] * rank, rank);
    }
    return rows;
  }

  private void scatter() {
    int rank = touched.rank();
    for (int n = 0; n < touched.size(); n++) {
      System.arraycopy(rows, n * rank, all, touched.indices()[n] * rank, rank);
    }
  }

  @Override
  public void close() {
    engine.close();
  }
}
