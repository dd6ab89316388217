package io.perennial.registry;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.unix_millis;

import io.perennial.model.FactorRows;
import io.perennial.model.RememberedEvents;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Column;
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

  /** Remembered events in memory, in no order. */
  static RememberedEvents remembered(Dataset<Row> rows) {
    Column[] columns =
        Arrays.stream(RememberedEvents.SCHEMA.fieldNames())
            .map(name -> name.equals("event_time") ? unix_millis(col(name)) : col(name))
            .toArray(Column[]::new);
    List<RememberedEvents> parts =
        internal(rows.select(columns)).mapPartitions(r -> List.of(events(r)).iterator()).collect();
    return RememberedEvents.concatenated(parts);
  }

  private static RememberedEvents events(Iterator<InternalRow> rows) {
    int capacity = 256;
    int[] users = new int[capacity];
    int[] items = new int[capacity];
    int[] behaviours = new int[capacity];
    float[] values = new float[capacity];
    long[] times = new long[capacity];
    float[] keys = new float[capacity];
    int n = 0;
    while (rows.hasNext()) {
      InternalRow row = rows.next();
      if (n == capacity) {
        capacity *= 2;
        users = Arrays.copyOf(users, capacity);
        items = Arrays.copyOf(items, capacity);
        behaviours = Arrays.copyOf(behaviours, capacity);
        values = Arrays.copyOf(values, capacity);
        times = Arrays.copyOf(times, capacity);
        keys = Arrays.copyOf(keys, capacity);
      }
      users[n] = row.getInt(0);
      items[n] = row.getInt(1);
      behaviours[n] = row.getInt(2);
      values[n] = row.getFloat(3);
      times[n] = row.getLong(4);
      keys[n] = row.getFloat(5);
      n++;
    }
    return new RememberedEvents(
        Arrays.copyOf(users, n),
        Arrays.copyOf(items, n),
        Arrays.copyOf(behaviours, n),
        Arrays.copyOf(values, n),
        Arrays.copyOf(times, n),
        Arrays.copyOf(keys, n));
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

  private record FactorPart(int[] indices, float[] values, float[] counts) implements Serializable {
    FactorPart resized(int size, int rank) {
      return new FactorPart(
          Arrays.copyOf(indices, size),
          Arrays.copyOf(values, size * rank),
          Arrays.copyOf(counts, size));
    }
  }
}
