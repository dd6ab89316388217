package io.perennial.model.blend;

/** By what the items of a user are ranked. */
public enum RankedBy {
  /** The model's score alone. */
  MODEL,
  /** Model, own past and popularity together, with weights that are learnt each night. */
  BLEND
}
