package io.perennial.model.embedding.step;

/**
 * How a head that is not the main one looks at the rows that all heads share: {@code score =
 * scale·⟨u ∘ d, v⟩ + b_u + a·b_i + b}. Its parameters are a row of the dense table: scale, b, a, d.
 */
final class Diagonal {
  /** Where a stands in its row. */
  static final int SLOPE = Dense.WIDTH;

  /** Where d begins. */
  static final int FIRST = SLOPE + 1;

  private final ParameterRows table;
  private final int at;
  private final int dimension;
  private final int stride;

  /**
   * @param table of {@link #width} columns
   * @param row of the head
   * @param stride of vectors, at least {@code dimension}
   */
  Diagonal(ParameterRows table, int row, int dimension, int stride) {
    if (table.width() != width(dimension)) {
      throw new IllegalArgumentException(
          "A head over embeddings of "
              + dimension
              + " has "
              + width(dimension)
              + " parameters, got "
              + table.width());
    }
    this.table = table;
    this.at = row * table.width();
    this.dimension = dimension;
    this.stride = stride;
  }

  /** Parameters of a head. */
  static int width(int dimension) {
    return FIRST + dimension;
  }

  /** a: what the bias of an item counts. */
  float slope() {
    return table.values()[at + SLOPE];
  }

  /** One coordinate of d. */
  float weight(int coordinate) {
    return table.values()[at + FIRST + coordinate];
  }

  /** Vectors as the head sees them; returns {@code out}, or a longer array where it is short. */
  float[] vectors(float[] vectors, int count, float[] out) {
    float[] seen = out.length < count * stride ? new float[2 * count * stride] : out;
    float[] d = table.values();
    for (int slot = 0; slot < count; slot++) {
      for (int c = 0; c < dimension; c++) {
        seen[slot * stride + c] = d[at + FIRST + c] * vectors[slot * stride + c];
      }
    }
    return seen;
  }

  /** Biases of items as the head sees them, likewise. */
  float[] biases(float[] biases, int count, float[] out) {
    float[] seen = out.length < count ? new float[2 * count] : out;
    float slope = slope();
    for (int slot = 0; slot < count; slot++) {
      seen[slot] = slope * biases[slot];
    }
    return seen;
  }
}
