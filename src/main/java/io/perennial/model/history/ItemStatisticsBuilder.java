package io.perennial.model.history;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.collect_list;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.floor;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.unix_millis;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
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
            unix_millis(col("event_time")).as("time"),
            EventBehaviour.weight(events).as("weight"));
    Dataset<Row> users =
        counted
            .select("user_index", "item_index")
            .distinct()
            .groupBy("item_index")
            .agg(count(lit(1)).as("users"));
    if (aggregate == DecayPolicy.Aggregate.DAY) {
      counted =
          counted
              .groupBy("user_index", "item_index", "event_date")
              .agg(max("time").as("time"), max("weight").as("weight"));
    }
    // Two steps, so that a popular item's events are summed before they are shuffled.
    Column bucketEnd = floor(col("time").divide(lit((double) BUCKET))).plus(1).multiply(BUCKET);
    Dataset<Row> buckets =
        counted
            .withColumn("end", bucketEnd)
            .groupBy("item_index", "end")
            .agg(
                sum("weight").as("events"),
                sum(left(ItemStatistics.RECENT_HALF_LIFE)).as("recent"),
                sum(left(ItemStatistics.SLOW_HALF_LIFE)).as("slow"),
                min("time").as("first"),
                max("time").as("last"));
    return buckets
        .groupBy("item_index")
        .agg(
            sum("events").as("events"),
            min("first").as("first"),
            max("last").as("last"),
            collect_list(struct(col("end"), col("recent"), col("slow"))).as("buckets"))
        .join(users, "item_index")
        .select(
            col("item_index").as("index"),
            col("events").cast("float").as("event_count"),
            faded("recent", ItemStatistics.RECENT_HALF_LIFE).cast("float").as("recent_count"),
            faded("slow", ItemStatistics.SLOW_HALF_LIFE).cast("float").as("slow_count"),
            col("users").cast("int").as("user_count"),
            col("first").as("first_time"),
            col("last").as("last_time"));
  }

  /** What is left of an event at the end of its bucket. */
  private static Column left(Duration halfLife) {
    return DatedEvents.fade(halfLife, col("end").minus(col("time"))).multiply(col("weight"));
  }

  /** The sum over an item's buckets of one of their fields, as of its last event. */
  private static Column faded(String field, Duration halfLife) {
    return functions.aggregate(
        col("buckets"),
        lit(0.0),
        (total, bucket) ->
            total.plus(
                bucket
                    .getField(field)
                    .multiply(
                        DatedEvents.fade(halfLife, col("last").minus(bucket.getField("end"))))));
  }

  /**
   * The changed rows only: statistics of the items of these events, as of after them.
   *
   * @param before what the users of these events had done, at least
   */
  public Dataset<Row> merge(ItemStatistics parent, Dataset<Row> events, InteractionHistory before) {
    PairEvents night = PairEvents.collect(events);
    return rows(events, Arrays.stream(night.items()), after(parent, night, before));
  }

  /** The same, worked out by executors; the driver sees {@link ItemTally} items only. */
  public Dataset<Row> mergeDistributed(
      ItemStatistics parent, Dataset<Row> events, HistoryTable before) {
    ItemTally night = tally(events, before);
    return rows(events, Arrays.stream(night.items()), night.onTopOf(parent));
  }

  private static Dataset<Row> rows(Dataset<Row> events, IntStream items, ItemStatistics all) {
    List<Row> changed =
        items
            .sorted()
            .distinct()
            .mapToObj(
                item ->
                    RowFactory.create(
                        item,
                        all.eventCounts()[item],
                        all.recentCounts()[item],
                        all.slowCounts()[item],
                        all.userCounts()[item],
                        all.firstTimes()[item],
                        all.lastTimes()[item]))
            .toList();
    return events.sparkSession().createDataFrame(changed, ItemStatistics.SCHEMA);
  }

  /**
   * The statistics of every item in memory, as of after these events, which executors count.
   *
   * @param before what users had done
   */
  public ItemStatistics afterDistributed(
      ItemStatistics parent, Dataset<Row> events, HistoryTable before) {
    return parent.capacity() == 0
        ? ItemStatistics.collect(fromScratch(events))
        : tally(events, before).onTopOf(parent);
  }

  private ItemTally tally(Dataset<Row> events, HistoryTable before) {
    DecayPolicy.Aggregate counted = aggregate;
    return TouchedUsers.of(events, before)
        .map(users -> ItemTally.of(users, counted))
        .treeAggregate(ItemTally.NOTHING, ItemTally::plus, ItemTally::plus);
  }

  /**
   * The statistics of every item in memory, as of after these events.
   *
   * @param before what the users of these events had done, at least
   */
  public ItemStatistics after(
      ItemStatistics parent, Dataset<Row> events, InteractionHistory before) {
    return parent.capacity() == 0
        ? ItemStatistics.collect(fromScratch(events))
        : after(parent, PairEvents.collect(events), before);
  }

  ItemStatistics after(ItemStatistics parent, PairEvents night, InteractionHistory before) {
    return ItemTally.of(new TouchedUsers(night, before), aggregate).onTopOf(parent);
  }

  static boolean isNewPair(PairEvents night, int n) {
    return n == 0
        || night.users()[n - 1] != night.users()[n]
        || night.items()[n - 1] != night.items()[n];
  }

  /** Whether the nth is the last of the rows that count as one event. */
  static boolean endsEvent(PairEvents night, int n, DecayPolicy.Aggregate aggregate) {
    return aggregate == DecayPolicy.Aggregate.NONE
        || n + 1 == night.items().length
        || isNewPair(night, n + 1)
        || night.days()[n + 1] != night.days()[n];
  }

  static boolean had(InteractionHistory before, int user, int item) {
    int at = before.position(user);
    return at >= 0
        && Arrays.binarySearch(before.items(), before.offsets()[at], before.offsets()[at + 1], item)
            >= 0;
  }
}
