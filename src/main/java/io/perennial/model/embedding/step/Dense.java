package io.perennial.model.embedding.step;

import io.perennial.model.kernel.Kernel;

/**
 * The dense unit on top of the similarity, with room for its gradient: scale and b, a table of one
 * row of two. Learnt for ratings, fixed elsewhere.
 */
final class Dense {
  /** Length of its row. */
  static final int WIDTH = 2;

  private final ParameterRows row;
  private final float[] gradient = new float[WIDTH];
  private double scaleGradient;
  private double biasGradient;

  Dense(ParameterRows row) {
    if (row.width() != WIDTH || row.count() != 1) {
      throw new IllegalArgumentException(
          "A dense unit is one row of scale and bias, got "
              + row.count()
              + " rows of "
              + row.width());
    }
    this.row = row;
  }

  float scale() {
    return row.values()[0];
  }

  float bias() {
    return row.values()[1];
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

  double squares() {
    return scaleGradient * scaleGradient + biasGradient * biasGradient;
  }

  void apply(Adam adam, AdamRates rates, double rate, float factor) {
    gradient[0] = (float) scaleGradient;
    gradient[1] = (float) biasGradient;
    Kernel.active()
        .adam(
            row.values(),
            row.first(),
            row.second(),
            0,
            gradient,
            0,
            WIDTH,
            factor,
            (float) (rate * rates.correction(row.step(0))),
            (float) adam.beta1(),
            (float) adam.beta2(),
            (float) adam.epsilon());
  }
}
