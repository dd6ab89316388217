package io.perennial.model.embedding.step;

import io.perennial.model.feature.SparseRows;
import java.io.Serializable;
import java.util.SplittableRandom;

/**
 * Parameters of a tower, which makes a row of an entity's inputs: {@code b + Σ x_j W_j}, or with a
 * hidden layer {@code c + V·max(0, b + Σ x_j W_j)}.
 *
 * @param inputs b, then W_j of each input; rows of {@link Recipe#width}, or of the hidden layer
 * @param outputs of a hidden layer: V of each unit, then c, rows of {@link Recipe#width}; without
 *     one, no rows
 */
public record TowerRows(ParameterRows inputs, ParameterRows outputs) implements Serializable {
  /** No tower. */
  public static final TowerRows NONE = new TowerRows(empty(), empty());

  private static ParameterRows empty() {
    return ParameterRows.fresh(1, new float[0]);
  }

  /**
   * A tower that has not taken a step: its rows lie around the common vector as new embeddings do,
   * and their biases are 0.
   *
   * @param columns number of inputs
   * @param hidden units of the hidden layer; 0: there is none
   * @param spread standard deviation of a row around the common vector, times √dimension
   */
  public static TowerRows fresh(Recipe recipe, int columns, int hidden, double spread, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    double deviation = spread / Math.sqrt(recipe.dimension());
    if (hidden == 0) {
      float[] inputs = around(recipe, columns + 1, deviation, random);
      centre(recipe, inputs, 0);
      return new TowerRows(ParameterRows.fresh(recipe.width(), inputs), empty());
    }
    float[] inputs = new float[Math.multiplyExact(columns + 1, hidden)];
    for (int n = hidden; n < inputs.length; n++) {
      inputs[n] = (float) random.nextGaussian();
    }
    float[] outputs = around(recipe, hidden + 1, deviation * Math.sqrt(2.0 / hidden), random);
    centre(recipe, outputs, hidden);
    return new TowerRows(
        ParameterRows.fresh(hidden, inputs), ParameterRows.fresh(recipe.width(), outputs));
  }

  private static float[] around(
      Recipe recipe, int rows, double deviation, SplittableRandom random) {
    float[] values = new float[Math.multiplyExact(rows, recipe.width())];
    for (int row = 0; row < rows; row++) {
      for (int c = 0; c < recipe.dimension(); c++) {
        values[row * recipe.width() + c] = (float) (deviation * random.nextGaussian());
      }
    }
    return values;
  }

  private static void centre(Recipe recipe, float[] values, int row) {
    for (int c = 0; c < recipe.dimension(); c++) {
      values[row * recipe.width() + c] += recipe.centre();
    }
  }

  /** Whether there is a tower. */
  public boolean isPresent() {
    return inputs.count() > 0;
  }

  /** Units of the hidden layer; 0: there is none. */
  public int hidden() {
    return outputs.count() == 0 ? 0 : inputs.width();
  }

  public TowerRows copy() {
    return new TowerRows(inputs.copy(), outputs.copy());
  }

  /** No value and no moment is NaN or infinite. */
  public boolean isFinite() {
    return inputs.isFinite() && outputs.isFinite();
  }

  /**
   * What the tower makes of some rows of inputs.
   *
   * @param width of a row
   * @return row-major {@code count × width}; zeros where there are no inputs
   */
  public float[] rows(SparseRows features, int width) {
    float[] rows = new float[Math.multiplyExact(features.count(), width)];
    Tower tower = new Tower(this);
    for (int row = 0; row < features.count(); row++) {
      if (features.has(row)) {
        tower.forward(features, row, rows, row * width);
      }
    }
    return rows;
  }
}
