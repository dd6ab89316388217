package io.perennial.model.history;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.collect_list;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.floor;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.pow;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.unix_millis;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.functions;

/**
 * Counts how often items occur: all at once, or a night's on top of the parent's. Both give the
 * same, with one exception: with {@link DecayPolicy.Aggregate#DAY}, a (user, item, day) that is cut
 * by the border of two nights counts in both.
 *
 * @param aggregate what counts as one event
 */
public record ItemStatisticsBuilder(DecayPolicy.Aggregate aggregate) {
  private static final double HALF_LIFE = ItemStatistics.RECENT_HALF_LIFE.toMillis();
  private static final long BUCKET = 86_400_000L;

  /**
   * Statistics from nothing but events, distributed.
   *
   * @param events with user_index, item_index, event_time and event_date
   * @return {@link ItemStatistics#SCHEMA}, one row an item
   */
  public Dataset<Row> fromScratch(Dataset<Row> events) {
    Dataset<Row> counted =
        events.select(
            col("user_index"),
            col("item_index"),
            col("event_date"),
            unix_millis(col("event_time")).as("time"));
    if (aggregate == DecayPolicy.Aggregate.DAY) {
      counted =
          counted.groupBy("user_index", "item_index", "event_date").agg(max("time").as("time"));
    }
    // Two steps, so that a popular item's events are summed before they are shuffled.
    Column bucketEnd = floor(col("time").divide(lit((double) BUCKET))).plus(1).multiply(BUCKET);
    Dataset<Row> buckets =
        counted
            .withColumn("end", bucketEnd)
            .groupBy("item_index", "end")
            .agg(
                count(lit(1)).as("events"),
                sum(fade(col("end").minus(col("time")))).as("recent"),
                max("time").as("last"));
    Column recent =
        functions.aggregate(
            col("buckets"),
            lit(0.0),
            (total, bucket) ->
                total.plus(
                    bucket
                        .getField("recent")
                        .multiply(fade(col("last").minus(bucket.getField("end"))))));
    return buckets
        .groupBy("item_index")
        .agg(
            sum("events").as("events"),
            max("last").as("last"),
            collect_list(struct(col("end"), col("recent"))).as("buckets"))
        .select(
            col("item_index").as("index"),
            col("events").cast("float").as("event_count"),
            recent.cast("float").as("recent_count"),
            col("last").as("last_time"));
  }

  private static Column fade(Column millis) {
    return pow(lit(0.5), millis.divide(lit(HALF_LIFE)));
  }

  /** The changed rows only: statistics of the items of these events, as of after them. */
  public Dataset<Row> merge(ItemStatistics parent, Dataset<Row> events) {
    List<Row> changed = new ArrayList<>();
    for (Row row : fromScratch(events).collectAsList()) {
      changed.add(added(parent, row));
    }
    return events.sparkSession().createDataFrame(changed, ItemStatistics.SCHEMA);
  }

  /** The statistics of every item in memory, as of after these events. */
  public ItemStatistics after(ItemStatistics parent, Dataset<Row> events) {
    List<Row> rows = fromScratch(events).collectAsList();
    int capacity = rows.stream().mapToInt(row -> row.getInt(0) + 1).max().orElse(0);
    capacity = Math.max(capacity, parent.capacity());
    float[] eventCounts = Arrays.copyOf(parent.eventCounts(), capacity);
    float[] recentCounts = Arrays.copyOf(parent.recentCounts(), capacity);
    long[] lastTimes = Arrays.copyOf(parent.lastTimes(), capacity);
    for (Row row : rows) {
      Row after = added(parent, row);
      int item = after.getInt(0);
      eventCounts[item] = after.getFloat(1);
      recentCounts[item] = after.getFloat(2);
      lastTimes[item] = after.getLong(3);
    }
    return new ItemStatistics(eventCounts, recentCounts, lastTimes);
  }

  private static Row added(ItemStatistics parent, Row row) {
    int item = row.getInt(0);
    if (item >= parent.capacity() || !(parent.eventCounts()[item] > 0)) {
      return row;
    }
    long latest = Math.max(row.getLong(3), parent.lastTimes()[item]);
    double faded = row.getFloat(2) * Math.pow(0.5, (latest - row.getLong(3)) / HALF_LIFE);
    return RowFactory.create(
        item,
        parent.eventCounts()[item] + row.getFloat(1),
        (float) (faded + parent.recentAt(item, latest)),
        latest);
  }
}
