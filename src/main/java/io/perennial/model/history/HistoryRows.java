package io.perennial.model.history;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.InternalRow;

/** Rows of {@link HistoryTable#SCHEMA} to and from memory, without a box for each number. */
public final class HistoryRows {
  private static final int PAIRS_A_CHUNK = 200_000;

  private HistoryRows() {}

  /** Every row of a dataset, which holds each user once. */
  public static InteractionHistory collect(Dataset<Row> rows) {
    List<Part> parts =
        ((org.apache.spark.sql.classic.Dataset<Row>) rows)
            .queryExecution()
            .toRdd()
            .toJavaRDD()
            .mapPartitions(HistoryRows::parts)
            .collect();
    int count = 0;
    int pairs = 0;
    for (Part part : parts) {
      count += part.users.length;
      pairs = Math.addExact(pairs, part.items.length);
    }
    long[] order = new long[count];
    int[] partOf = new int[count];
    int[] rowOf = new int[count];
    int n = 0;
    for (int p = 0; p < parts.size(); p++) {
      for (int r = 0; r < parts.get(p).users.length; r++) {
        order[n] = ((long) parts.get(p).users[r] << 32) | n;
        partOf[n] = p;
        rowOf[n++] = r;
      }
    }
    Arrays.sort(order);
    int[] users = new int[count];
    int[] offsets = new int[count + 1];
    int[] items = new int[pairs];
    float[] counts = new float[pairs];
    float[] values = new float[pairs];
    int[] events = new int[pairs];
    long[] lastTimes = new long[pairs];
    int at = 0;
    for (int u = 0; u < count; u++) {
      users[u] = (int) (order[u] >>> 32);
      Part part = parts.get(partOf[(int) order[u]]);
      int row = rowOf[(int) order[u]];
      int from = row == 0 ? 0 : part.ends[row - 1];
      int length = part.ends[row] - from;
      System.arraycopy(part.items, from, items, at, length);
      System.arraycopy(part.counts, from, counts, at, length);
      System.arraycopy(part.values, from, values, at, length);
      System.arraycopy(part.events, from, events, at, length);
      System.arraycopy(part.lastTimes, from, lastTimes, at, length);
      at += length;
      offsets[u + 1] = at;
    }
    return new InteractionHistory(users, offsets, items, counts, values, events, lastTimes);
  }

  /** Histories in memory as a dataset with {@link HistoryTable#SCHEMA}. */
  public static Dataset<Row> dataset(SparkSession spark, InteractionHistory history) {
    List<InteractionHistory> chunks = new ArrayList<>();
    int[] offsets = history.offsets();
    for (int from = 0; from < history.users().length; ) {
      int to = from + 1;
      while (to < history.users().length && offsets[to + 1] - offsets[from] <= PAIRS_A_CHUNK) {
        to++;
      }
      chunks.add(slice(history, from, to));
      from = to;
    }
    if (chunks.isEmpty()) {
      return spark.createDataFrame(List.of(), HistoryTable.SCHEMA);
    }
    JavaRDD<Row> rows =
        JavaSparkContext.fromSparkContext(spark.sparkContext())
            .parallelize(chunks, chunks.size())
            .flatMap(HistoryRows::rows);
    return spark.createDataFrame(rows, HistoryTable.SCHEMA);
  }

  private static InteractionHistory slice(InteractionHistory history, int from, int to) {
    int begin = history.offsets()[from];
    int end = history.offsets()[to];
    int[] offsets = Arrays.copyOfRange(history.offsets(), from, to + 1);
    for (int i = 0; i < offsets.length; i++) {
      offsets[i] -= begin;
    }
    return new InteractionHistory(
        Arrays.copyOfRange(history.users(), from, to),
        offsets,
        Arrays.copyOfRange(history.items(), begin, end),
        Arrays.copyOfRange(history.counts(), begin, end),
        Arrays.copyOfRange(history.values(), begin, end),
        Arrays.copyOfRange(history.events(), begin, end),
        Arrays.copyOfRange(history.lastTimes(), begin, end));
  }

  /** The rows of some users, with {@link HistoryTable#SCHEMA}. */
  static Iterator<Row> rows(InteractionHistory chunk) {
    List<Row> rows = new ArrayList<>(chunk.users().length);
    for (int u = 0; u < chunk.users().length; u++) {
      int begin = chunk.offsets()[u];
      int length = chunk.offsets()[u + 1] - begin;
      Integer[] items = new Integer[length];
      Float[] counts = new Float[length];
      Float[] values = new Float[length];
      Integer[] events = new Integer[length];
      Long[] lastTimes = new Long[length];
      for (int p = 0; p < length; p++) {
        items[p] = chunk.items()[begin + p];
        counts[p] = chunk.counts()[begin + p];
        values[p] = chunk.values()[begin + p];
        events[p] = chunk.events()[begin + p];
        lastTimes[p] = chunk.lastTimes()[begin + p];
      }
      rows.add(RowFactory.create(chunk.users()[u], items, counts, values, events, lastTimes));
    }
    return rows.iterator();
  }

  private static Iterator<Part> parts(Iterator<InternalRow> rows) {
    int[] users = new int[256];
    int[] ends = new int[256];
    int count = 0;
    int[] items = new int[1024];
    float[] counts = new float[1024];
    float[] values = new float[1024];
    int[] events = new int[1024];
    long[] lastTimes = new long[1024];
    int pairs = 0;
    while (rows.hasNext()) {
      InternalRow row = rows.next();
      int[] rowItems = row.getArray(1).toIntArray();
      int length = rowItems.length;
      if (count == users.length) {
        users = Arrays.copyOf(users, 2 * count);
        ends = Arrays.copyOf(ends, 2 * count);
      }
      if (pairs + length > items.length) {
        int capacity = Math.max(2 * items.length, pairs + length);
        items = Arrays.copyOf(items, capacity);
        counts = Arrays.copyOf(counts, capacity);
        values = Arrays.copyOf(values, capacity);
        events = Arrays.copyOf(events, capacity);
        lastTimes = Arrays.copyOf(lastTimes, capacity);
      }
      System.arraycopy(rowItems, 0, items, pairs, length);
      System.arraycopy(row.getArray(2).toFloatArray(), 0, counts, pairs, length);
      System.arraycopy(row.getArray(3).toFloatArray(), 0, values, pairs, length);
      System.arraycopy(row.getArray(4).toIntArray(), 0, events, pairs, length);
      System.arraycopy(row.getArray(5).toLongArray(), 0, lastTimes, pairs, length);
      pairs += length;
      users[count] = row.getInt(0);
      ends[count++] = pairs;
    }
    List<Part> one = new ArrayList<>();
    one.add(
        new Part(
            Arrays.copyOf(users, count),
            Arrays.copyOf(ends, count),
            Arrays.copyOf(items, pairs),
            Arrays.copyOf(counts, pairs),
            Arrays.copyOf(values, pairs),
            Arrays.copyOf(events, pairs),
            Arrays.copyOf(lastTimes, pairs)));
    return one.iterator();
  }

  private record Part(
      int[] users,
      int[] ends,
      int[] items,
      float[] counts,
      float[] values,
      int[] events,
      long[] lastTimes)
      implements Serializable {}
}
