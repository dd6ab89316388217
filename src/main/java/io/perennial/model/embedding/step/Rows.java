package io.perennial.model.embedding.step;

/** Rows of one side of a batch, by slot, as scores are made of them. */
interface Rows {
  /** {@code slots × stride}, zero past the dimension. */
  float[] vectors();

  /** One a slot; 0 where there are none. */
  float[] bias();
}
