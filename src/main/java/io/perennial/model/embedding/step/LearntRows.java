package io.perennial.model.embedding.step;

/** The same with room for gradients, to be added to. */
interface LearntRows extends Rows {
  /** Number of slots. */
  int size();

  int stride();

  /** Gradients of {@link #vectors()}. */
  float[] gradients();

  /** Gradients of {@link #bias()}. */
  float[] biasGradients();
}
