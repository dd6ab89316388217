package io.perennial.model;

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

  /** No parameter that was learnt tonight is NaN or infinite. */
  boolean isFinite();
}
