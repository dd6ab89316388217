package io.perennial.model;

import java.util.List;

/**
 * Immutable learned parameters of one version; written and read back unchanged by its {@link
 * ModelCodec}.
 */
public interface Model {
  /** Name of the family, as in the pipeline file. */
  String family();

  /** A scorer that holds the rows of these users (those that the model knows) and of every item. */
  Scorer scorer(int[] sortedUsers);

  /** The same for users whose vectors are given. */
  Scorer scorer(FactorRows users);

  /** A vector of every item, in which like items point the same way. */
  FactorRows items();

  /**
   * The scores as dot products of rows, by which recommendations are ranked: the same scores as
   * those of {@link #scorer}.
   */
  default DotProduct dotProduct() {
    FactorRows items = items();
    return new DotProduct(items, UserProjection.asKept(items.rank()));
  }

  /**
   * What the training that made this model lost by epoch; empty where nobody counts epochs, and of
   * a model that was read back.
   */
  default List<TrainingLoss> losses() {
    return List.of();
  }

  /** No parameter that was learnt tonight is NaN or infinite. */
  boolean isFinite();
}
