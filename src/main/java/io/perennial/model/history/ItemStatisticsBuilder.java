package io.perennial.model.history;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.nanvl;
import static org.apache.spark.sql.functions.pow;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.unix_millis;

import io.perennial.event.EventColumns;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;

/** Counts how often items occur, and lays a night's counts over those of before. */
public final class ItemStatisticsBuilder {
  private ItemStatisticsBuilder() {}

  /**
   * Statistics of every item after some events, in memory.
   *
   * @param before the night; empty: there was nothing
   * @param events item_index, event_time
   */
  public static ItemStatistics merged(Optional<ItemStatistics> before, Dataset<Row> events) {
    return merge(before, touched(events));
  }

  /**
   * The rows of {@link ItemStatistics#SCHEMA} that some events changed: every item that occurs in
   * them.
   */
  public static Dataset<Row> changes(Optional<ItemStatistics> before, Dataset<Row> events) {
    List<Row> touched = touched(events);
    ItemStatistics after = merge(before, touched);
    List<Row> rows = new ArrayList<>(touched.size());
    for (Row row : touched) {
      int item = row.getInt(0);
      rows.add(
          RowFactory.create(
              item,
              after.eventCounts()[item],
              after.recentCounts()[item],
              after.lastTimes()[item]));
    }
    return events.sparkSession().createDataFrame(rows, ItemStatistics.SCHEMA);
  }

  private static ItemStatistics merge(Optional<ItemStatistics> before, List<Row> touched) {
    int capacity = before.map(ItemStatistics::capacity).orElse(0);
    for (Row row : touched) {
      capacity = Math.max(capacity, row.getInt(0) + 1);
    }
    float[] events = before.map(b -> b.eventCounts()).orElse(new float[0]);
    float[] recent = before.map(b -> b.recentCounts()).orElse(new float[0]);
    long[] last = before.map(b -> b.lastTimes()).orElse(new long[0]);
    ItemStatistics after =
        new ItemStatistics(
            Arrays.copyOf(events, capacity),
            Arrays.copyOf(recent, capacity),
            Arrays.copyOf(last, capacity));
    for (Row row : touched) {
      int item = row.getInt(0);
      long time = Math.max(after.lastTimes()[item], row.getLong(3));
      double faded = row.getDouble(2) * ItemStatistics.fade(time - row.getLong(3));
      after.recentCounts()[item] =
          (float)
              (after.recentCounts()[item] * ItemStatistics.fade(time - after.lastTimes()[item])
                  + faded);
      after.eventCounts()[item] += row.getLong(1);
      after.lastTimes()[item] = time;
    }
    return after;
  }

  /** item, events, recent count as of the last time, last time; in the order of items. */
  private static List<Row> touched(Dataset<Row> events) {
    Dataset<Row> timed =
        events.select(col(EventColumns.ITEM_INDEX), unix_millis(col(EventColumns.TIME)).as("time"));
    Row latest = timed.agg(max(col("time"))).head();
    if (latest.isNullAt(0)) {
      return List.of();
    }
    double halfLife = ItemStatistics.RECENT_HALF_LIFE.toMillis();
    Column faded = pow(lit(0.5), lit(latest.getLong(0)).minus(col("time")).divide(lit(halfLife)));
    Column back =
        pow(lit(2.0), lit(latest.getLong(0)).minus(max(col("time"))).divide(lit(halfLife)));
    return timed
        .groupBy(col(EventColumns.ITEM_INDEX))
        .agg(count(lit(1)), nanvl(sum(faded).multiply(back), lit(1.0)), max(col("time")))
        .orderBy(col(EventColumns.ITEM_INDEX))
        .collectAsList();
  }
}
