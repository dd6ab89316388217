package io.perennial.model.history;

import static org.apache.spark.sql.types.DataTypes.FloatType;
import static org.apache.spark.sql.types.DataTypes.IntegerType;
import static org.apache.spark.sql.types.DataTypes.LongType;

import java.time.Duration;
import java.util.Arrays;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;

/**
 * How often every item of a version occurred, in memory, by dense index: what popularity baselines,
 * the drift of input and the blend need. An event counts as much as its behaviour weighs.
 *
 * @param eventCounts events since the line began
 * @param recentCounts events, fading by {@link #RECENT_HALF_LIFE}, as of {@code lastTimes}
 * @param slowCounts events, fading by {@link #SLOW_HALF_LIFE}, as of {@code lastTimes}
 * @param userCounts users who had the item
 * @param firstTimes epoch milliseconds of the item's first event; 0 where it has none
 * @param lastTimes epoch milliseconds of the item's last event; 0 where it has none
 */
public record ItemStatistics(
    float[] eventCounts,
    float[] recentCounts,
    float[] slowCounts,
    int[] userCounts,
    long[] firstTimes,
    long[] lastTimes) {
  /** Half-life of recent popularity. */
  public static final Duration RECENT_HALF_LIFE = Duration.ofDays(7);

  /** Half-life of popularity over a season. */
  public static final Duration SLOW_HALF_LIFE = Duration.ofDays(30);

  /** One row an item: a table {@code item_statistics} versioned like factor rows. */
  public static final StructType SCHEMA =
      new StructType()
          .add("index", IntegerType, false)
          .add("event_count", FloatType, false)
          .add("recent_count", FloatType, false)
          .add("slow_count", FloatType, false)
          .add("user_count", IntegerType, false)
          .add("first_time", LongType, false)
          .add("last_time", LongType, false);

  /** Of no items. */
  public static final ItemStatistics NONE = ofCapacity(0);

  /** Of items none of which occurred. */
  public static ItemStatistics ofCapacity(int items) {
    return new ItemStatistics(
        new float[items],
        new float[items],
        new float[items],
        new int[items],
        new long[items],
        new long[items]);
  }

  /** Those of some rows with {@link #SCHEMA}, in memory; one Spark job. */
  public static ItemStatistics collect(Dataset<Row> rows) {
    return ItemStatisticsRows.collect(rows);
  }

  /** Those of some items, which are then named by their place among these. */
  public ItemStatistics ofSome(int[] items) {
    ItemStatistics some = ofCapacity(items.length);
    for (int n = 0; n < items.length; n++) {
      if (items[n] < capacity()) {
        some.eventCounts[n] = eventCounts[items[n]];
        some.recentCounts[n] = recentCounts[items[n]];
        some.slowCounts[n] = slowCounts[items[n]];
        some.userCounts[n] = userCounts[items[n]];
        some.firstTimes[n] = firstTimes[items[n]];
        some.lastTimes[n] = lastTimes[items[n]];
      }
    }
    return some;
  }

  /** A copy with room for so many items. */
  ItemStatistics grown(int capacity) {
    return new ItemStatistics(
        Arrays.copyOf(eventCounts, capacity),
        Arrays.copyOf(recentCounts, capacity),
        Arrays.copyOf(slowCounts, capacity),
        Arrays.copyOf(userCounts, capacity),
        Arrays.copyOf(firstTimes, capacity),
        Arrays.copyOf(lastTimes, capacity));
  }

  /** One past the highest index. */
  public int capacity() {
    return eventCounts.length;
  }

  /** Number of events of all items. */
  public double events() {
    double sum = 0;
    for (float count : eventCounts) {
      sum += count;
    }
    return sum;
  }

  /** Recent count of an item, faded to an instant (epoch milliseconds). */
  public double recentAt(int item, long millis) {
    return recentCounts[item] * fade(millis - lastTimes[item], RECENT_HALF_LIFE);
  }

  /** Slowly fading count of an item, as of an instant (epoch milliseconds). */
  public double slowAt(int item, long millis) {
    return slowCounts[item] * fade(millis - lastTimes[item], SLOW_HALF_LIFE);
  }

  /**
   * The factor by which a count fades over so many milliseconds; 1 for spans that are not positive.
   */
  static double fade(long millis, Duration halfLife) {
    return millis <= 0 ? 1.0 : Math.pow(0.5, (double) millis / halfLife.toMillis());
  }
}
