package io.perennial.model.embedding.step;

import io.perennial.model.kernel.Kernel;
import java.util.Arrays;

/** Gradients of the rows of a table that a batch touches. Used again for every batch. */
final class RowGradients {
  private final ParameterRows table;
  private final Kernel kernel = Kernel.active();
  private final int[] stamp;
  private final int[] slotOf;
  private int batch;
  private int size;
  private int[] rows = new int[16];
  private float[] gradients;

  RowGradients(ParameterRows table) {
    this.table = table;
    this.stamp = new int[table.count()];
    this.slotOf = new int[table.count()];
    this.gradients = new float[rows.length * table.width()];
  }

  /** Forgets the last batch. */
  void begin() {
    batch++;
    size = 0;
  }

  /** Adds {@code factor·x[at + c]} to the gradient of a row. */
  void add(int row, float[] x, int at, float factor) {
    int width = table.width();
    if (stamp[row] != batch) {
      if (size == rows.length) {
        rows = Arrays.copyOf(rows, 2 * size);
        gradients = Arrays.copyOf(gradients, 2 * size * width);
      }
      stamp[row] = batch;
      slotOf[row] = size;
      rows[size] = row;
      Arrays.fill(gradients, size * width, (size + 1) * width, 0f);
      size++;
    }
    kernel.add(gradients, slotOf[row] * width, x, at, factor, width);
  }

  /** The gradient of a coordinate of a row; 0 of a row that is not touched. */
  float at(int row, int coordinate) {
    return stamp[row] == batch ? gradients[slotOf[row] * table.width() + coordinate] : 0f;
  }

  /** Sum of the squares of all gradients. */
  double squares() {
    return kernel.dot(gradients, 0, gradients, 0, size * table.width());
  }

  /** One step of Adam for each touched row. */
  void apply(Adam adam, AdamRates rates, double rate, float factor) {
    int width = table.width();
    for (int slot = 0; slot < size; slot++) {
      kernel.adam(
          table.values(),
          table.first(),
          table.second(),
          rows[slot] * width,
          gradients,
          slot * width,
          width,
          factor,
          (float) (rate * rates.correction(table.step(rows[slot]))),
          (float) adam.beta1(),
          (float) adam.beta2(),
          (float) adam.epsilon());
    }
  }
}
