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

  /** Mean value of tonight's pairs; of no meaning but for ratings. */
  double meanValue();

  /**
   * Sums over the touched items as they begin.
   *
   * @param bias what items without a row in the teacher begin with
   */
  SideSums begin(Bias bias);

  /** Solves every touched user against the items as solved last; sums over the users. */
  SideSums solveUsers(HalfSweep sweep);

  /** Whether what the equations of items summed up is kept. */
  enum Summing {
    FORGOTTEN,
    KEPT
  }

  /** Solves every touched item against the users as solved last; sums over the items. */
  SideSums solveItems(HalfSweep sweep, Summing summing);

  /** The touched users as solved last. */
  FactorTable users();

  /** The touched items as solved last. */
  FactorTable items();

  /**
   * What the equations of the touched items have summed up, rows of {@link ItemSums}, once it was
   * kept.
   *
   * @param begun when the line was learnt from scratch, epoch milliseconds
   * @param now epoch milliseconds
   */
  FactorRows itemSums(long begun, long now);

  @Override
  void close();
}
