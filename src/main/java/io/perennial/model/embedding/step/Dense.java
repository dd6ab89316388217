package io.perennial.model.embedding.step;

/**
 * The dense unit on top of the similarity of a head, with room for its gradient: scale and b, the
 * first two columns of a row of the dense table. Learnt for ratings, fixed elsewhere.
 */
final class Dense {
  /** Parameters of a unit. */
  static final int WIDTH = 2;

  private final ParameterRows table;
  private final int at;
  private double scaleGradient;
  private double biasGradient;

  /**
   * @param table a row a head
   * @param row of the head
   */
  Dense(ParameterRows table, int row) {
    if (table.width() < WIDTH || table.count() <= row) {
      throw new IllegalArgumentException(
          "The dense unit of head "
              + row
              + " is a row of scale and bias, got "
              + table.count()
              + " rows of "
              + table.width());
    }
    this.table = table;
    this.at = row * table.width();
  }

  float scale() {
    return table.values()[at];
  }

  float bias() {
    return table.values()[at + 1];
  }

  void begin() {
    scaleGradient = 0;
    biasGradient = 0;
  }

  void add(double scale, double bias) {
    scaleGradient += scale;
    biasGradient += bias;
  }

  double scaleGradient() {
    return scaleGradient;
  }

  double biasGradient() {
    return biasGradient;
  }
}
