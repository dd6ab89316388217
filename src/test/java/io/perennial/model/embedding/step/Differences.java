package io.perennial.model.embedding.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.function.DoubleSupplier;
import java.util.function.IntToDoubleFunction;

/** Central differences of a loss, which gradients are held against. */
final class Differences {
  private static final float STEP = 2e-3f;

  private Differences() {}

  /** By one value, which is as it was afterwards. */
  static double of(DoubleSupplier loss, float[] values, int at) {
    float kept = values[at];
    values[at] = kept + STEP;
    double above = loss.getAsDouble();
    values[at] = kept - STEP;
    double below = loss.getAsDouble();
    values[at] = kept;
    return (above - below) / (2 * STEP);
  }

  /**
   * Holds the gradients of a batch's rows against differences.
   *
   * @param dimension of an embedding, behind which its bias stands
   * @param biases whether biases have a gradient; otherwise they are passed over
   * @param differences by the place of a value in the table
   * @return how many differences are clearly not 0
   */
  static int check(BatchRows rows, int dimension, boolean biases, IntToDoubleFunction differences) {
    int checked = 0;
    for (int slot = 0; slot < rows.size(); slot++) {
      for (int c = 0; c < (biases ? dimension + 1 : dimension); c++) {
        float gradient =
            c < dimension ? rows.gradients()[slot * rows.stride() + c] : rows.biasGradients()[slot];
        double expected = differences.applyAsDouble(rows.row(slot) * (dimension + 1) + c);
        assertThat((double) gradient)
            .as("row %d, coordinate %d", rows.row(slot), c)
            .isCloseTo(expected, within(3e-3 + 5e-3 * Math.abs(expected)));
        checked += Math.abs(expected) > 1e-3 ? 1 : 0;
      }
    }
    return checked;
  }
}
