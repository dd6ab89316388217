package io.perennial.model.embedding.rounds;

import java.io.Serializable;

/**
 * Something that every worker does with what all share, without a change to itself.
 *
 * @param <S> shared, serializable, not to be changed
 * @param <T> result, serializable
 */
public interface Work<S, T> extends Serializable {
  T apply(WorkerState state, S shared);
}
