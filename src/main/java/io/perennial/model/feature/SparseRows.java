package io.perennial.model.feature;

import java.io.Serializable;
import java.util.Arrays;

/**
 * Rows of inputs of which few are not 0.
 *
 * @param offsets where the inputs of each row begin, and where those of the last end
 * @param columns of the inputs
 * @param values of the inputs
 */
public record SparseRows(int[] offsets, int[] columns, float[] values) implements Serializable {
  /** No rows. */
  public static final SparseRows NONE = new SparseRows(new int[1], new int[0], new float[0]);

  public SparseRows {
    if (offsets.length == 0
        || columns.length != values.length
        || offsets[offsets.length - 1] != columns.length) {
      throw new IllegalArgumentException("Sparse rows do not fit together");
    }
  }

  /** Number of rows. */
  public int count() {
    return offsets.length - 1;
  }

  /** Whether a row has any input; false of a row past the last. */
  public boolean has(int row) {
    return row < count() && offsets[row + 1] > offsets[row];
  }

  /** Some rows in an order; those at negative places are empty. */
  public SparseRows some(int[] places) {
    int[] starts = new int[places.length + 1];
    for (int n = 0; n < places.length; n++) {
      int size = places[n] < 0 ? 0 : offsets[places[n] + 1] - offsets[places[n]];
      starts[n + 1] = starts[n] + size;
    }
    int[] someColumns = new int[starts[places.length]];
    float[] someValues = new float[starts[places.length]];
    for (int n = 0; n < places.length; n++) {
      if (places[n] >= 0) {
        int size = starts[n + 1] - starts[n];
        System.arraycopy(columns, offsets[places[n]], someColumns, starts[n], size);
        System.arraycopy(values, offsets[places[n]], someValues, starts[n], size);
      }
    }
    return new SparseRows(starts, someColumns, someValues);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SparseRows rows
        && Arrays.equals(rows.offsets, offsets)
        && Arrays.equals(rows.columns, columns)
        && Arrays.equals(rows.values, values);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(columns);
  }
}
