package io.perennial.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.catalyst.InternalRow;

/** Moves factor rows between rows of Spark and primitive arrays, many at a time. */
final class FactorPacking {
  private static final int PIECE = 1 << 14;

  private FactorPacking() {}

  /** Collects a dataset with {@link FactorTable#SCHEMA}, in one job, sorted by index. */
  static FactorRows collect(Dataset<Row> rows, int rank) {
    return FactorRows.together(pieces(rows, rank).collect(), rank);
  }

  /** A dataset with {@link FactorTable#SCHEMA} as sorted pieces of at most 16,384 rows. */
  static JavaRDD<FactorRows> pieces(Dataset<Row> rows, int rank) {
    return rows.select("index", "factor", "event_count")
        .queryExecution()
        .toRdd()
        .toJavaRDD()
        .mapPartitions(partition -> pack(partition, rank));
  }

  private static Iterator<FactorRows> pack(Iterator<InternalRow> rows, int rank) {
    List<FactorRows> pieces = new ArrayList<>();
    while (rows.hasNext()) {
      Integer[] order = new Integer[PIECE];
      int[] indices = new int[PIECE];
      float[] counts = new float[PIECE];
      float[][] vectors = new float[PIECE][];
      int n = 0;
      for (; n < PIECE && rows.hasNext(); n++) {
        InternalRow row = rows.next();
        order[n] = n;
        indices[n] = row.getInt(0);
        vectors[n] = row.getArray(1).toFloatArray();
        counts[n] = row.getFloat(2);
        if (vectors[n].length != rank) {
          throw new IllegalArgumentException(
              "A factor of index "
                  + indices[n]
                  + " has length "
                  + vectors[n].length
                  + ", its table has rank "
                  + rank);
        }
      }
      pieces.add(gather(order, n, indices, vectors, counts, rank));
    }
    return pieces.iterator();
  }

  private static FactorRows gather(
      Integer[] order, int n, int[] indices, float[][] vectors, float[] counts, int rank) {
    Arrays.sort(order, 0, n, (a, b) -> Integer.compare(indices[a], indices[b]));
    int[] sorted = new int[n];
    float[] values = new float[n * rank];
    float[] sortedCounts = new float[n];
    for (int p = 0; p < n; p++) {
      sorted[p] = indices[order[p]];
      sortedCounts[p] = counts[order[p]];
      System.arraycopy(vectors[order[p]], 0, values, p * rank, rank);
    }
    return new FactorRows(rank, sorted, values, sortedCounts);
  }

  /** The rows, cut into pieces of at most 16,384. */
  static List<FactorRows> pieces(FactorRows rows) {
    List<FactorRows> pieces = new ArrayList<>();
    for (int from = 0; from < rows.size(); from += PIECE) {
      int to = Math.min(rows.size(), from + PIECE);
      pieces.add(
          new FactorRows(
              rows.rank(),
              Arrays.copyOfRange(rows.indices(), from, to),
              Arrays.copyOfRange(rows.values(), from * rows.rank(), to * rows.rank()),
              Arrays.copyOfRange(rows.eventCounts(), from, to)));
    }
    return pieces;
  }

  /** Rows with {@link FactorTable#SCHEMA}. */
  static Iterator<Row> unpack(FactorRows rows) {
    return new Iterator<>() {
      private int next;

      @Override
      public boolean hasNext() {
        return next < rows.size();
      }

      @Override
      public Row next() {
        if (!hasNext()) {
          throw new NoSuchElementException();
        }
        Float[] vector = new Float[rows.rank()];
        for (int c = 0; c < vector.length; c++) {
          vector[c] = rows.values()[next * vector.length + c];
        }
        Row row = RowFactory.create(rows.indices()[next], vector, rows.eventCounts()[next]);
        next++;
        return row;
      }
    };
  }
}
