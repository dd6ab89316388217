package io.perennial.model.history;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.InternalRow;

/**
 * Brings statistics of items from rows into primitive arrays, without a box for each number: 40
 * bytes an item on the way, 32 then.
 */
final class ItemStatisticsRows {
  private ItemStatisticsRows() {}

  /** Rows with {@link ItemStatistics#SCHEMA}, in memory. */
  static ItemStatistics collect(Dataset<Row> rows) {
    List<StatisticsPart> parts =
        rows.queryExecution()
            .toRdd()
            .toJavaRDD()
            .mapPartitions(ItemStatisticsRows::statistics)
            .collect();
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
