package io.perennial.model.embedding.step;

/** How a user and an item embedding make one number. */
public enum Similarity {
  /** Dot product of vectors of length 1. */
  COSINE,
  /** Dot product. */
  DOT
}
