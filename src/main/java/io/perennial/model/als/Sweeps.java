package io.perennial.model.als;

import io.perennial.model.FactorRows;
import io.perennial.model.FactorTable;

/**
 * Alternating half-sweeps over the users and items that tonight's events touch, wherever their rows
 * lie. What the driver sees of a half-sweep are sums, 5 × rank² doubles.
 */
interface Sweeps extends AutoCloseable {
  /** Number of items that tonight's events touch. */
  int touchedItems();

  /** Number of those without a row in the teacher. */
  int newItems();

  /** Number of touched users without a row in the teacher. */
  long newUsers();

  /** Number of tonight's events. */
  double events();

  /** Sums over the touched items as they begin. */
  SideSums begin();

  /** Solves every touched user against the items as solved last; sums over the users. */
  SideSums solveUsers(HalfSweep sweep);

  /** Solves every touched item against the users as solved last; sums over the items. */
  SideSums solveItems(HalfSweep sweep);

  /** The touched users as solved last. */
  FactorTable users();

  /** The touched items as solved last, in the driver's memory. */
  FactorRows items();

  @Override
  void close();
}
