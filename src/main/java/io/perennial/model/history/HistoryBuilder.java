package io.perennial.model.history;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.collect_list;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.max_by;
import static org.apache.spark.sql.functions.nanvl;
import static org.apache.spark.sql.functions.pow;
import static org.apache.spark.sql.functions.sort_array;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.unix_millis;

import io.perennial.event.EventColumns;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;

/**
 * Makes histories from events, and lays a night's events over the histories of the users that it
 * touched.
 */
public final class HistoryBuilder {
  private static final String COUNT = "count";
  private static final String VALUE = "value";
  private static final String LAST = "last_time";

  private HistoryBuilder() {}

  /**
   * The history of every user of some events, distributed, with {@link HistoryTable#SCHEMA}.
   *
   * @param events user_index, item_index, value, event_time, event_date
   */
  public static Dataset<Row> fromScratch(DecayPolicy decay, Dataset<Row> events) {
    Dataset<Row> users =
        pairs(decay, events)
            .groupBy(col(EventColumns.USER_INDEX))
            .agg(
                sort_array(
                        collect_list(
                            struct(
                                col(EventColumns.ITEM_INDEX), col(COUNT), col(VALUE), col(LAST))))
                    .as("entries"));
    return users.select(
        col(EventColumns.USER_INDEX).as("index"),
        col("entries." + EventColumns.ITEM_INDEX).as("items"),
        col("entries." + COUNT).as("counts"),
        col("entries." + VALUE).as("values"),
        col("entries." + LAST).as("last_times"));
  }

  /** The history of every user of some events in memory: for the events of one night. */
  public static InteractionHistory inMemory(DecayPolicy decay, Dataset<Row> events) {
    return HistoryRows.collect(fromScratch(decay, events));
  }

  /**
   * The histories, after a night, of the users that it touched.
   *
   * @param before what they had done, loaded for all users of the night
   * @param events of the night
   */
  public static Dataset<Row> merged(DecayPolicy decay, LoadedHistory before, Dataset<Row> events) {
    InteractionHistory night = inMemory(decay, events);
    InteractionHistory after = merge(decay, before.rows(night.users()), night);
    return dataset(events.sparkSession(), after);
  }

  /**
   * Two histories as one: the users and pairs of both; counts of a pair in both are rolled forward
   * to the later of its two times and added; its value is that of the later event.
   */
  public static InteractionHistory merge(
      DecayPolicy decay, InteractionHistory before, InteractionHistory night) {
    int[] users = union(before.users(), night.users());
    int capacity = before.pairs() + night.pairs();
    int[] offsets = new int[users.length + 1];
    int[] items = new int[capacity];
    float[] counts = new float[capacity];
    float[] values = new float[capacity];
    long[] lastTimes = new long[capacity];
    int at = 0;
    for (int n = 0; n < users.length; n++) {
      int a = begin(before, users[n]);
      int aEnd = end(before, users[n]);
      int b = begin(night, users[n]);
      int bEnd = end(night, users[n]);
      while (a < aEnd || b < bEnd) {
        boolean fromBefore = a < aEnd && (b == bEnd || before.items()[a] <= night.items()[b]);
        boolean fromNight = b < bEnd && (a == aEnd || night.items()[b] <= before.items()[a]);
        if (fromBefore && fromNight) {
          long last = Math.max(before.lastTimes()[a], night.lastTimes()[b]);
          items[at] = before.items()[a];
          counts[at] =
              (float)
                  (before.counts()[a] * decay.fade(last - before.lastTimes()[a])
                      + night.counts()[b] * decay.fade(last - night.lastTimes()[b]));
          values[at] =
              night.lastTimes()[b] >= before.lastTimes()[a]
                  ? night.values()[b]
                  : before.values()[a];
          lastTimes[at++] = last;
          a++;
          b++;
        } else {
          InteractionHistory from = fromBefore ? before : night;
          int p = fromBefore ? a++ : b++;
          items[at] = from.items()[p];
          counts[at] = from.counts()[p];
          values[at] = from.values()[p];
          lastTimes[at++] = from.lastTimes()[p];
        }
      }
      offsets[n + 1] = at;
    }
    return new InteractionHistory(
        users,
        offsets,
        Arrays.copyOf(items, at),
        Arrays.copyOf(counts, at),
        Arrays.copyOf(values, at),
        Arrays.copyOf(lastTimes, at));
  }

  /** A history in memory as rows of {@link HistoryTable#SCHEMA}. */
  public static Dataset<Row> dataset(SparkSession spark, InteractionHistory history) {
    List<Row> rows = new ArrayList<>(history.users().length);
    for (int n = 0; n < history.users().length; n++) {
      int from = history.offsets()[n];
      int to = history.offsets()[n + 1];
      rows.add(
          RowFactory.create(
              history.users()[n],
              Arrays.copyOfRange(history.items(), from, to),
              Arrays.copyOfRange(history.counts(), from, to),
              Arrays.copyOfRange(history.values(), from, to),
              Arrays.copyOfRange(history.lastTimes(), from, to)));
    }
    return spark.createDataFrame(rows, HistoryTable.SCHEMA);
  }

  /**
   * One row for each distinct (user, item): count as of the pair's last time, value of its last
   * event, last time.
   */
  private static Dataset<Row> pairs(DecayPolicy decay, Dataset<Row> events) {
    Column time = unix_millis(col(EventColumns.TIME));
    Dataset<Row> timed =
        events.select(
            col(EventColumns.USER_INDEX),
            col(EventColumns.ITEM_INDEX),
            col(EventColumns.VALUE).cast("double").as(VALUE),
            col(EventColumns.DATE),
            time.as(LAST));
    if (decay.aggregate() == DecayPolicy.Aggregate.DAY) {
      timed =
          timed
              .groupBy(
                  col(EventColumns.USER_INDEX),
                  col(EventColumns.ITEM_INDEX),
                  col(EventColumns.DATE))
              .agg(lastValue().as(VALUE), max(col(LAST)).as(LAST));
    }
    Column counted = count(lit(1)).cast(DataTypes.DoubleType);
    if (decay.halfLife().isPresent()) {
      Row latest = timed.agg(max(col(LAST))).head();
      long reference = latest.isNullAt(0) ? 0 : latest.getLong(0);
      double halfLife = decay.halfLife().get().toMillis();
      Column faded = pow(lit(0.5), lit(reference).minus(col(LAST)).divide(lit(halfLife)));
      Column back = pow(lit(2.0), lit(reference).minus(max(col(LAST))).divide(lit(halfLife)));
      // An event that lies a thousand half-lives back underflows to 0 · ∞: it alone is left of its
      // pair.
      counted = nanvl(sum(faded).multiply(back), lit(1.0));
    }
    return timed
        .groupBy(col(EventColumns.USER_INDEX), col(EventColumns.ITEM_INDEX))
        .agg(
            counted.cast(DataTypes.FloatType).as(COUNT),
            lastValue().cast(DataTypes.FloatType).as(VALUE),
            max(col(LAST)).as(LAST));
  }

  /**
   * Value of the last event; of several at one instant the greatest, so that the answer does not
   * depend on their order.
   */
  private static Column lastValue() {
    return max_by(col(VALUE), struct(col(LAST), col(VALUE)));
  }

  private static int begin(InteractionHistory history, int user) {
    int at = history.position(user);
    return at < 0 ? 0 : history.offsets()[at];
  }

  private static int end(InteractionHistory history, int user) {
    int at = history.position(user);
    return at < 0 ? 0 : history.offsets()[at + 1];
  }

  private static int[] union(int[] a, int[] b) {
    int[] union = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, union, a.length, b.length);
    Arrays.sort(union);
    int n = 0;
    for (int i = 0; i < union.length; i++) {
      if (i == 0 || union[i] != union[i - 1]) {
        union[n++] = union[i];
      }
    }
    return Arrays.copyOf(union, n);
  }
}
