package io.perennial.model.embedding.step;

/**
 * The three products of a block of scores. Matrices are row-major; rows of vectors have {@code
 * stride} values.
 */
interface MatrixProducts {
  /**
   * {@code out[r · columns + c] = ⟨rows[from + r], vectors[c]⟩}.
   *
   * @param rows {@code … × stride}
   * @param from first of the rows
   * @param count number of rows
   * @param vectors {@code columns × stride}
   */
  void scores(float[] rows, int from, int count, float[] vectors, int columns, float[] out);

  /** {@code out[r] = Σ_c weights[r · columns + c] · vectors[c]}, {@code count × stride}. */
  void weighted(float[] weights, int count, float[] vectors, int columns, float[] out);

  /** {@code out[c] += factor · Σ_r weights[r · columns + c] · rows[from + r]}. */
  void addWeighted(
      float[] weights, float[] rows, int from, int count, int columns, float factor, float[] out);
}
