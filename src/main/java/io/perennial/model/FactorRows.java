package io.perennial.model;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * Some rows of one side (users or items) in memory: sorted dense indices, their vectors, and how
 * many events made them.
 */
public final class FactorRows implements Serializable {
  private static final long serialVersionUID = 1L;
  private final int rank;
  private final int[] indices;
  private final float[] values;
  private final float[] eventCounts;

  /**
   * Takes the arrays as they are, without a copy; the caller gives them away.
   *
   * @param rank length of a vector, at least 1
   * @param indices strictly increasing, each at least 0
   * @param values row-major {@code indices.length × rank}
   * @param eventCounts events that each row has learnt from, {@code indices.length}
   */
  public FactorRows(int rank, int[] indices, float[] values, float[] eventCounts) {
    if (rank < 1
        || values.length != (long) indices.length * rank
        || eventCounts.length != indices.length) {
      throw new IllegalArgumentException(
          "Factor rows do not fit: rank "
              + rank
              + ", "
              + indices.length
              + " indices, "
              + values.length
              + " values, "
              + eventCounts.length
              + " counts");
    }
    for (int i = 1; i < indices.length; i++) {
      if (indices[i] <= indices[i - 1]) {
        throw new IllegalArgumentException(
            "Indices must increase strictly, got " + indices[i - 1] + " before " + indices[i]);
      }
    }
    this.rank = rank;
    this.indices = indices;
    this.values = values;
    this.eventCounts = eventCounts;
  }

  /** No rows. */
  public static FactorRows empty(int rank) {
    return new FactorRows(rank, new int[0], new float[0], new float[0]);
  }

  /** The rows of some pieces; no index may be in two of them. */
  public static FactorRows together(List<FactorRows> pieces, int rank) {
    List<FactorRows> round = pieces;
    while (round.size() > 1) {
      List<FactorRows> merged = new ArrayList<>((round.size() + 1) / 2);
      for (int p = 0; p < round.size(); p += 2) {
        merged.add(p + 1 < round.size() ? round.get(p).overlaidBy(round.get(p + 1)) : round.get(p));
      }
      round = merged;
    }
    return round.isEmpty() ? empty(rank) : round.get(0);
  }

  public int rank() {
    return rank;
  }

  public int size() {
    return indices.length;
  }

  /** Strictly increasing; not to be written to. */
  public int[] indices() {
    return indices;
  }

  /** Row-major {@code size × rank}; not to be written to. */
  public float[] values() {
    return values;
  }

  /** {@code size}; not to be written to. */
  public float[] eventCounts() {
    return eventCounts;
  }

  /** Where the row of a dense index stands, or a negative number. */
  public int position(int index) {
    return Arrays.binarySearch(indices, index);
  }

  /** One past the highest index, 0 when there are no rows. */
  public int capacity() {
    return indices.length == 0 ? 0 : indices[indices.length - 1] + 1;
  }

  /** No value is NaN or infinite. */
  public boolean isFinite() {
    for (float value : values) {
      if (!Float.isFinite(value)) {
        return false;
      }
    }
    return true;
  }

  /** The rows of the indices that a condition accepts. */
  public FactorRows where(IntPredicate index) {
    return at(IntStream.range(0, size()).filter(n -> index.test(indices[n])).toArray());
  }

  /** The rows of some indices, those that are here. */
  public FactorRows among(int[] sortedIndices) {
    return where(index -> Arrays.binarySearch(sortedIndices, index) >= 0);
  }

  /** The rows at some positions, which increase. */
  public FactorRows at(int[] positions) {
    int[] some = new int[positions.length];
    float[] vectors = new float[positions.length * rank];
    float[] counts = new float[positions.length];
    for (int n = 0; n < positions.length; n++) {
      some[n] = indices[positions[n]];
      counts[n] = eventCounts[positions[n]];
      System.arraycopy(values, positions[n] * rank, vectors, n * rank, rank);
    }
    return new FactorRows(rank, some, vectors, counts);
  }

  /** These rows with the others laid over them: where both have an index, the other's row wins. */
  public FactorRows overlaidBy(FactorRows newer) {
    if (newer.rank != rank) {
      throw new IllegalArgumentException("Cannot lay rank " + newer.rank + " over rank " + rank);
    }
    int[] merged = new int[size() + newer.size()];
    float[] vectors = new float[merged.length * rank];
    float[] counts = new float[merged.length];
    int a = 0;
    int b = 0;
    int n = 0;
    while (a < size() || b < newer.size()) {
      boolean takeNewer = a == size() || (b < newer.size() && newer.indices[b] <= indices[a]);
      FactorRows from = takeNewer ? newer : this;
      int at = takeNewer ? b : a;
      if (takeNewer && a < size() && indices[a] == newer.indices[b]) {
        a++;
      }
      merged[n] = from.indices[at];
      counts[n] = from.eventCounts[at];
      System.arraycopy(from.values, at * rank, vectors, n * rank, rank);
      n++;
      if (takeNewer) {
        b++;
      } else {
        a++;
      }
    }
    return new FactorRows(
        rank, Arrays.copyOf(merged, n), Arrays.copyOf(vectors, n * rank), Arrays.copyOf(counts, n));
  }
}
