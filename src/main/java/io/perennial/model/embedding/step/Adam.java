package io.perennial.model.embedding.step;

import java.io.Serializable;
import java.util.Objects;

/**
 * The optimiser (Kingma and Ba 2015). A row corrects its averages by the number of its own steps,
 * so that a row that comes late begins as carefully as the first ones did.
 *
 * @param learningRate step of a coordinate whose gradients agree; default 0.001
 * @param beta1 decay of the mean gradient; default 0.9
 * @param beta2 decay of the mean squared gradient; default 0.999
 * @param epsilon keeps the divisor from 0; default 1e-8
 * @param rows which rows a step moves; default {@link Rows#TOUCHED}
 */
public record Adam(double learningRate, double beta1, double beta2, double epsilon, Rows rows)
    implements Serializable {
  /** Which rows a step moves. */
  public enum Rows {
    /** Those of the batch: lazy Adam. */
    TOUCHED,
    /** All that take part in the training: those without a gradient coast on their averages. */
    ALL
  }

  /** The usual values, lazy. */
  public static final Adam DEFAULT = new Adam(0.001, 0.9, 0.999, 1e-8, Rows.TOUCHED);

  public Adam {
    Objects.requireNonNull(rows, "rows");
    if (!(learningRate > 0) || Double.isInfinite(learningRate)) {
      throw new IllegalArgumentException(
          "model.recipe.adam.learningRate must be above 0, got " + learningRate);
    }
    if (!(beta1 >= 0 && beta1 < 1) || !(beta2 > 0 && beta2 < 1) || !(epsilon > 0)) {
      throw new IllegalArgumentException(
          "model.recipe.adam: beta1 must lie in [0, 1), beta2 in (0, 1) and epsilon above 0, got "
              + beta1
              + ", "
              + beta2
              + " and "
              + epsilon);
    }
  }

  /** The same with another learning rate. */
  public Adam withLearningRate(double other) {
    return new Adam(other, beta1, beta2, epsilon, rows);
  }

  /** The same, moving other rows. */
  public Adam with(Rows other) {
    return new Adam(learningRate, beta1, beta2, epsilon, other);
  }
}
