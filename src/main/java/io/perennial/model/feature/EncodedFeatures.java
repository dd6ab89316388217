package io.perennial.model.feature;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * Inputs of some entities.
 *
 * @param indices dense indices, strictly increasing
 * @param rows inputs of each; an entity of which nothing is known has none
 */
public record EncodedFeatures(int[] indices, SparseRows rows) implements Serializable {
  /** Of nobody. */
  public static final EncodedFeatures NONE = new EncodedFeatures(new int[0], SparseRows.NONE);

  public EncodedFeatures {
    if (rows.count() != indices.length) {
      throw new IllegalArgumentException("Every entity has a row, and no other row is there");
    }
    for (int n = 1; n < indices.length; n++) {
      if (indices[n] <= indices[n - 1]) {
        throw new IllegalArgumentException(
            "Indices must increase strictly, got " + indices[n - 1] + " before " + indices[n]);
      }
    }
  }

  /** Inputs by the rows of a table of entities; empty of those that are not here. */
  public SparseRows by(int[] entities) {
    int[] places = new int[entities.length];
    for (int n = 0; n < places.length; n++) {
      places[n] = Arrays.binarySearch(indices, entities[n]);
    }
    return rows.some(places);
  }

  /** Entities of whom something is known, increasing. */
  public int[] known() {
    int[] known = new int[indices.length];
    int n = 0;
    for (int row = 0; row < indices.length; row++) {
      if (rows.has(row)) {
        known[n++] = indices[row];
      }
    }
    return Arrays.copyOf(known, n);
  }

  /** Those of the entities that a condition accepts. */
  public EncodedFeatures where(IntPredicate entity) {
    int[] places =
        IntStream.range(0, indices.length).filter(n -> entity.test(indices[n])).toArray();
    int[] some = new int[places.length];
    for (int n = 0; n < places.length; n++) {
      some[n] = indices[places[n]];
    }
    return new EncodedFeatures(some, rows.some(places));
  }

  /** All of some pieces; no index may be in two of them. */
  public static EncodedFeatures together(List<EncodedFeatures> pieces) {
    List<int[]> places = new ArrayList<>();
    for (int piece = 0; piece < pieces.size(); piece++) {
      for (int row = 0; row < pieces.get(piece).indices.length; row++) {
        places.add(new int[] {pieces.get(piece).indices[row], piece, row});
      }
    }
    places.sort((a, b) -> Integer.compare(a[0], b[0]));
    int[] indices = new int[places.size()];
    int[] offsets = new int[places.size() + 1];
    for (int n = 0; n < indices.length; n++) {
      int[] starts = pieces.get(places.get(n)[1]).rows.offsets();
      int row = places.get(n)[2];
      indices[n] = places.get(n)[0];
      offsets[n + 1] = offsets[n] + starts[row + 1] - starts[row];
    }
    int[] columns = new int[offsets[indices.length]];
    float[] values = new float[columns.length];
    for (int n = 0; n < indices.length; n++) {
      SparseRows from = pieces.get(places.get(n)[1]).rows;
      int at = from.offsets()[places.get(n)[2]];
      System.arraycopy(from.columns(), at, columns, offsets[n], offsets[n + 1] - offsets[n]);
      System.arraycopy(from.values(), at, values, offsets[n], offsets[n + 1] - offsets[n]);
    }
    return new EncodedFeatures(indices, new SparseRows(offsets, columns, values));
  }
}
