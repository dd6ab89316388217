package io.perennial.model.embedding.rounds;

import java.io.Serializable;

/**
 * Something that every worker does with what all share, after which it is another.
 *
 * @param <S> shared, serializable, not to be changed
 * @param <T> result, serializable
 */
public interface Advance<S, T> extends Serializable {
  Advanced<T> apply(WorkerState state, S shared);

  /**
   * A worker afterwards.
   *
   * @param next its state
   * @param result for the driver
   */
  record Advanced<T>(WorkerState next, T result) implements Serializable {}
}
