package io.perennial.model.embedding.rounds;

import io.perennial.model.FactorRows;
import io.perennial.model.FactorTable;
import java.util.List;

/** The workers of a training, wherever they run. Results come in the order of their ids. */
public interface Workers extends AutoCloseable {
  /** Every worker does something. */
  <S, T> List<T> each(S shared, Work<S, T> work);

  /** Every worker does something and becomes another. */
  <S, T> List<T> advance(S shared, Advance<S, T> work);

  /** Remembers the workers as they are, instead of what was remembered before. */
  void keep();

  /** Makes the workers what was remembered. */
  void restore();

  /**
   * Rows of all users of all workers, as the workers are now; they outlive the workers.
   *
   * @param width length of a row
   * @param count number of rows
   */
  FactorTable rows(Work<Integer, FactorRows> rows, int width, long count);

  @Override
  void close();
}
