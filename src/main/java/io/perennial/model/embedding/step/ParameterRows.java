package io.perennial.model.embedding.step;

import java.io.Serializable;
import java.util.Arrays;

/**
 * Rows of parameters with their Adam moments. Mutable; for one thread at a time.
 *
 * <p>A row of a user or an item is its embedding, with its bias last where there are biases; the
 * dense units are a table of a row a head, a discriminator one of a single row.
 */
public final class ParameterRows implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Steps beyond which a row need not be counted: floats hold every number up to here. */
  public static final int MOST_STEPS = 1 << 24;

  private final int width;
  private final float[] values;
  private final float[] first;
  private final float[] second;
  private final int[] steps;

  /**
   * Takes the arrays as they are.
   *
   * @param width length of a row, at least 1
   * @param values row-major {@code steps.length × width}
   * @param first mean gradients, likewise
   * @param second mean squared gradients, likewise
   * @param steps taken by each row
   */
  public ParameterRows(int width, float[] values, float[] first, float[] second, int[] steps) {
    if (width < 1
        || values.length != (long) steps.length * width
        || first.length != values.length
        || second.length != values.length) {
      throw new IllegalArgumentException(
          "Rows do not fit: width "
              + width
              + ", "
              + steps.length
              + " rows, "
              + values.length
              + " values, "
              + first.length
              + " and "
              + second.length
              + " moments");
    }
    this.width = width;
    this.values = values;
    this.first = first;
    this.second = second;
    this.steps = steps;
  }

  /** Rows that have not taken a step. */
  public static ParameterRows fresh(int width, float[] values) {
    return new ParameterRows(
        width,
        values,
        new float[values.length],
        new float[values.length],
        new int[values.length / width]);
  }

  public int width() {
    return width;
  }

  /** Number of rows. */
  public int count() {
    return steps.length;
  }

  /** Row-major {@code count × width}. */
  public float[] values() {
    return values;
  }

  /** Mean gradients, row-major {@code count × width}. */
  public float[] first() {
    return first;
  }

  /** Mean squared gradients, row-major {@code count × width}. */
  public float[] second() {
    return second;
  }

  /** Steps that each row has taken, at most {@link #MOST_STEPS}. */
  public int[] steps() {
    return steps;
  }

  public ParameterRows copy() {
    return new ParameterRows(width, values.clone(), first.clone(), second.clone(), steps.clone());
  }

  /** Some of the rows, in the order given. */
  public ParameterRows some(int[] rows) {
    float[][] parts = {values, first, second};
    float[][] taken = new float[parts.length][rows.length * width];
    int[] counts = new int[rows.length];
    for (int n = 0; n < rows.length; n++) {
      for (int p = 0; p < parts.length; p++) {
        System.arraycopy(parts[p], rows[n] * width, taken[p], n * width, width);
      }
      counts[n] = steps[rows[n]];
    }
    return new ParameterRows(width, taken[0], taken[1], taken[2], counts);
  }

  /** No value and no moment is NaN or infinite. */
  public boolean isFinite() {
    for (int n = 0; n < values.length; n++) {
      if (!Float.isFinite(values[n]) || !Float.isFinite(first[n]) || !Float.isFinite(second[n])) {
        return false;
      }
    }
    return true;
  }

  /** One more step of a row; how many it has taken then. */
  int step(int row) {
    if (steps[row] < MOST_STEPS) {
      steps[row]++;
    }
    return steps[row];
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ParameterRows rows
        && rows.width == width
        && Arrays.equals(rows.values, values)
        && Arrays.equals(rows.first, first)
        && Arrays.equals(rows.second, second)
        && Arrays.equals(rows.steps, steps);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(values);
  }
}
