package io.perennial.model.history;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.InternalRow;
import scala.Tuple2;

/** Moves histories from rows of Spark into blocks of users. */
public final class HistoryPieces {
  private HistoryPieces() {}

  /** The history of one user, in arrays as they lie in a row. */
  public record UserHistory(
      int user, int[] items, float[] counts, float[] values, int[] events, long[] lastTimes)
      implements Serializable {}

  /**
   * Rows with the schema of a history table, each with its block, the user's index modulo blocks.
   */
  public static JavaRDD<Tuple2<Integer, UserHistory>> of(Dataset<Row> rows, int blocks) {
    return rows.select("index", "items", "counts", "values", "events", "last_times")
        .queryExecution()
        .toRdd()
        .toJavaRDD()
        .mapPartitions(partition -> read(partition, blocks));
  }

  private static Iterator<Tuple2<Integer, UserHistory>> read(
      Iterator<InternalRow> rows, int blocks) {
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return rows.hasNext();
      }

      @Override
      public Tuple2<Integer, UserHistory> next() {
        InternalRow row = rows.next();
        int user = row.getInt(0);
        return new Tuple2<>(
            user % blocks,
            new UserHistory(
                user,
                row.getArray(1).toIntArray(),
                row.getArray(2).toFloatArray(),
                row.getArray(3).toFloatArray(),
                row.getArray(4).toIntArray(),
                row.getArray(5).toLongArray()));
      }
    };
  }

  /** One history of some users, each of whom occurs once. */
  public static InteractionHistory together(Iterable<UserHistory> histories) {
    List<UserHistory> sorted = new ArrayList<>();
    histories.forEach(sorted::add);
    sorted.sort((a, b) -> Integer.compare(a.user, b.user));
    int[] users = new int[sorted.size()];
    int[] offsets = new int[users.length + 1];
    for (int n = 0; n < users.length; n++) {
      users[n] = sorted.get(n).user;
      offsets[n + 1] = offsets[n] + sorted.get(n).items.length;
    }
    int pairs = offsets[users.length];
    int[] items = new int[pairs];
    float[] counts = new float[pairs];
    float[] values = new float[pairs];
    int[] events = new int[pairs];
    long[] times = new long[pairs];
    for (int n = 0; n < users.length; n++) {
      UserHistory one = sorted.get(n);
      int length = one.items.length;
      System.arraycopy(one.items, 0, items, offsets[n], length);
      System.arraycopy(one.counts, 0, counts, offsets[n], length);
      System.arraycopy(one.values, 0, values, offsets[n], length);
      System.arraycopy(one.events, 0, events, offsets[n], length);
      System.arraycopy(one.lastTimes, 0, times, offsets[n], length);
    }
    return new InteractionHistory(users, offsets, items, counts, values, events, times);
  }
}
