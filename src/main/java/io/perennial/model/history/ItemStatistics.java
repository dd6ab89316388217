package io.perennial.model.history;

import static org.apache.spark.sql.types.DataTypes.FloatType;
import static org.apache.spark.sql.types.DataTypes.IntegerType;
import static org.apache.spark.sql.types.DataTypes.LongType;

import java.time.Duration;
import org.apache.spark.sql.types.StructType;

/**
 * How often every item of a version occurred, in memory, by dense index: what popularity baselines
 * and the drift of input need.
 *
 * @param eventCounts events since the line began
 * @param recentCounts events, fading by {@link #RECENT_HALF_LIFE}, as of {@code lastTimes}
 * @param lastTimes epoch milliseconds of the item's last event; 0 where it has none
 */
public record ItemStatistics(float[] eventCounts, float[] recentCounts, long[] lastTimes) {
  /** Half-life of recent popularity. */
  public static final Duration RECENT_HALF_LIFE = Duration.ofDays(7);

  /** One row an item: a table {@code item_statistics} versioned like factor rows. */
  public static final StructType SCHEMA =
      new StructType()
          .add("index", IntegerType, false)
          .add("event_count", FloatType, false)
          .add("recent_count", FloatType, false)
          .add("last_time", LongType, false);

  /** Of no items. */
  public static final ItemStatistics NONE =
      new ItemStatistics(new float[0], new float[0], new long[0]);

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
    return recentCounts[item] * fade(millis - lastTimes[item]);
  }

  /**
   * The factor by which a recent count fades over so many milliseconds; 1 for spans that are not
   * positive.
   */
  private static double fade(long millis) {
    return millis <= 0 ? 1.0 : Math.pow(0.5, (double) millis / RECENT_HALF_LIFE.toMillis());
  }
}
