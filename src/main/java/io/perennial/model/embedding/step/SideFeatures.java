package io.perennial.model.embedding.step;

import io.perennial.model.feature.SparseRows;
import java.io.Serializable;
import java.util.Arrays;

/**
 * What a step knows of a side's rows beside their events.
 *
 * @param inputs of each row, where the tower is learnt: then a row of the table is only what an
 *     entity has of its own, and the tower's is added to it. No rows where it is not
 * @param prior row-major {@code count × width}: where the l2 of whole rows pulls to; empty: to the
 *     common vector, and biases to 0
 */
public record SideFeatures(SparseRows inputs, float[] prior) implements Serializable {
  /** Nothing is known. */
  public static final SideFeatures NONE = new SideFeatures(SparseRows.NONE, new float[0]);

  /** A tower that is learnt. */
  public static SideFeatures learning(SparseRows inputs) {
    return new SideFeatures(inputs, new float[0]);
  }

  /**
   * Whole rows that are held to what their tower makes of them, and to the common vector where
   * there are no inputs.
   */
  public static SideFeatures held(TowerRows tower, SparseRows inputs, Recipe recipe) {
    int width = recipe.width();
    float[] prior = tower.rows(inputs, width);
    for (int row = 0; row < inputs.count(); row++) {
      if (!inputs.has(row)) {
        Arrays.fill(prior, row * width, row * width + recipe.dimension(), recipe.centre());
      }
    }
    return new SideFeatures(SparseRows.NONE, prior);
  }
}
