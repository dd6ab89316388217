package io.perennial.registry;

import io.perennial.model.FactorRows;
import io.perennial.model.history.ItemStatistics;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.InternalRow;

/** Collects stored rows into primitive arrays, without a box for each number. */
final class StoredRows {
  private StoredRows() {}

  /** The rows in Spark's own form; a row is only valid until the next one is asked for. */
  static JavaRDD<InternalRow> internal(Dataset<Row> rows) {
    return ((org.apache.spark.sql.classic.Dataset<Row>) rows).queryExecution().toRdd().toJavaRDD();
  }

  /** Rows with columns index, factor, event_count, in memory. */
  static FactorRows factors(Dataset<Row> rows, int rank) {
    List<FactorPart> parts = internal(rows).mapPartitions(r -> part(r, rank)).collect();
    int size = parts.stream().mapToInt(p -> p.indices.length).sum();
    int[] indices = new int[size];
    int[] partOf = new int[size];
    int[] rowOf = new int[size];
    int n = 0;
    for (int p = 0; p < parts.size(); p++) {
      for (int r = 0; r < parts.get(p).indices.length; r++) {
        indices[n] = parts.get(p).indices[r];
        partOf[n] = p;
        rowOf[n++] = r;
      }
    }
    long[] order = new long[size];
    for (int i = 0; i < size; i++) {
      order[i] = ((long) indices[i] << 32) | i;
    }
    Arrays.sort(order);
    int[] sorted = new int[size];
    float[] values = new float[Math.multiplyExact(size, rank)];
    float[] counts = new float[size];
    for (int i = 0; i < size; i++) {
      int from = (int) order[i];
      FactorPart part = parts.get(partOf[from]);
      sorted[i] = indices[from];
      counts[i] = part.counts[rowOf[from]];
      System.arraycopy(part.values, rowOf[from] * rank, values, i * rank, rank);
    }
    return new FactorRows(rank, sorted, values, counts);
  }

  /** Rows with {@link ItemStatistics#SCHEMA}, in memory. */
  static ItemStatistics itemStatistics(Dataset<Row> rows) {
    List<StatisticsPart> parts = internal(rows).mapPartitions(StoredRows::statistics).collect();
    int capacity = parts.stream().flatMapToInt(p -> IntStream.of(p.indices)).max().orElse(-1) + 1;
    ItemStatistics all = ItemStatistics.ofCapacity(capacity);
    for (StatisticsPart part : parts) {
      for (int r = 0; r < part.indices.length; r++) {
        int item = part.indices[r];
        all.eventCounts()[item] = part.counts[3 * r];
        all.recentCounts()[item] = part.counts[3 * r + 1];
        all.slowCounts()[item] = part.counts[3 * r + 2];
        all.userCounts()[item] = part.users[r];
        all.firstTimes()[item] = part.times[2 * r];
        all.lastTimes()[item] = part.times[2 * r + 1];
      }
    }
    return all;
  }

  private static Iterator<FactorPart> part(Iterator<InternalRow> rows, int rank) {
    int capacity = 256;
    FactorPart part =
        new FactorPart(new int[capacity], new float[capacity * rank], new float[capacity]);
    int n = 0;
    while (rows.hasNext()) {
      InternalRow row = rows.next();
      if (n == part.indices.length) {
        part = part.resized(2 * n, rank);
      }
      float[] factor = row.getArray(1).toFloatArray();
      if (factor.length != rank) {
        throw new IllegalStateException(
            "A stored factor has " + factor.length + " values where the version's rank is " + rank);
      }
      part.indices[n] = row.getInt(0);
      part.counts[n] = row.getFloat(2);
      System.arraycopy(factor, 0, part.values, n * rank, rank);
      n++;
    }
    List<FactorPart> one = new ArrayList<>();
    one.add(part.resized(n, rank));
    return one.iterator();
  }

  private static Iterator<StatisticsPart> statistics(Iterator<InternalRow> rows) {
    StatisticsPart part =
        new StatisticsPart(new int[256], new float[3 * 256], new int[256], new long[2 * 256]);
    int n = 0;
    while (rows.hasNext()) {
      InternalRow row = rows.next();
      if (n == part.indices.length) {
        part = part.resized(2 * n);
      }
      part.indices[n] = row.getInt(0);
      part.counts[3 * n] = row.getFloat(1);
      part.counts[3 * n + 1] = row.getFloat(2);
      part.counts[3 * n + 2] = row.getFloat(3);
      part.users[n] = row.getInt(4);
      part.times[2 * n] = row.getLong(5);
      part.times[2 * n + 1] = row.getLong(6);
      n++;
    }
    List<StatisticsPart> one = new ArrayList<>();
    one.add(part.resized(n));
    return one.iterator();
  }

  private record FactorPart(int[] indices, float[] values, float[] counts) implements Serializable {
    FactorPart resized(int size, int rank) {
      return new FactorPart(
          Arrays.copyOf(indices, size),
          Arrays.copyOf(values, size * rank),
          Arrays.copyOf(counts, size));
    }
  }

  /**
   * Some items: three counts of each (all, recent, slow), the number of its users, and two times
   * (first, last).
   */
  private record StatisticsPart(int[] indices, float[] counts, int[] users, long[] times)
      implements Serializable {
    StatisticsPart resized(int size) {
      return new StatisticsPart(
          Arrays.copyOf(indices, size),
          Arrays.copyOf(counts, 3 * size),
          Arrays.copyOf(users, size),
          Arrays.copyOf(times, 2 * size));
    }
  }
}
