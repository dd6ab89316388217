package io.perennial.model.als;

import io.perennial.model.FactorTable;

/** Where half-sweeps run. Item rows are the driver's; user rows are the engine's. */
interface SweepEngine extends AutoCloseable {
  /** The items that tonight's events touch. */
  TouchedRows items();

  /** Number of touched users without a row in the teacher. */
  long newUsers();

  /** Number of tonight's events. */
  double events();

  /**
   * Solves every touched user.
   *
   * @param itemRows every item by dense index, row-major
   * @return sums over the touched users
   */
  SideSums solveUsers(HalfSweep sweep, float[] itemRows);

  /** Solves every touched item against the users as solved last; {@code items().size() × rank}. */
  float[] solveItems(HalfSweep sweep);

  /** Sums over the touched items, whose rows are given, {@code items().size() × rank}. */
  SideSums sumItems(float[] touchedRows);

  /** The touched users as solved last. */
  FactorTable users();

  @Override
  void close();
}
