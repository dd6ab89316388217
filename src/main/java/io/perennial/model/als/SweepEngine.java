package io.perennial.model.als;

import io.perennial.model.FactorTable;

/** Where half-sweeps run. Item rows are the driver's; user rows are the engine's. */
interface SweepEngine extends AutoCloseable {
  /** The items that tonight's events touch. */
  TouchedRows items();

  /** Number of touched users without a row in the teacher. */
  long newUsers();

  /** Mean value of tonight's pairs; of no meaning but for ratings. */
  double meanValue();

  /** Number of tonight's events. */
  double events();

  /**
   * Solves every touched user.
   *
   * @param itemRows every item by dense index, row-major
   * @return sums over the touched users
   */
  SideSums solveUsers(HalfSweep sweep, float[] itemRows);

  /**
   * Solves every touched item against the users as solved last.
   *
   * @param sums what their equations summed up of their own pairs is written here; or {@link
   *     PastSums#NONE}
   * @return {@code items().size() × rank}
   */
  float[] solveItems(HalfSweep sweep, PastSums sums);

  /** Sums over the touched items, whose rows are given, {@code items().size() × rank}. */
  SideSums sumItems(float[] touchedRows);

  /** The touched users as solved last. */
  FactorTable users();

  @Override
  void close();
}
