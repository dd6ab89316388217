package io.perennial.model.history;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.collect_list;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.sort_array;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.unix_millis;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.Optional;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.expressions.Window;

/**
 * Turns events into histories: all at once, or a night's laid upon the parent's.
 *
 * <p>Both ways give the same counts, as counts only ever fade forward: an event at t adds 0.5^((L −
 * t) / halfLife) to a pair whose last event is at L, whether it came in order or late. One
 * exception: with {@link DecayPolicy.Aggregate#DAY}, a late event on a day before the pair's last
 * one counts as a day of its own, even if that day was counted in an earlier night, because a
 * history does not keep its days. Of several behaviours on one day the one of the greatest weight
 * counts. Where a day is cut by the border of two nights and the pair had more than one event, what
 * the day had counted is taken for what tonight's event weighs: a history does not keep that
 * either.
 *
 * @param policy how events fade, and what counts as one
 * @param zone in which days begin: the zone of the events' event_date
 */
public record HistoryBuilder(DecayPolicy policy, ZoneId zone) {

  /**
   * Histories from nothing but events, distributed.
   *
   * @param events with user_index, item_index, value, event_time and event_date
   * @return {@link HistoryTable#SCHEMA}, one row a user
   */
  public Dataset<Row> fromScratch(Dataset<Row> events) {
    Dataset<Row> contributions =
        events
            .select(
                col("user_index"),
                col("item_index"),
                col("event_date"),
                unix_millis(col("event_time")).as("time"),
                col("value"),
                EventBehaviour.weight(events).as("weight"))
            .repartition(col("user_index"));
    if (policy.aggregate() == DecayPolicy.Aggregate.DAY) {
      contributions =
          contributions
              .groupBy("user_index", "item_index", "event_date")
              .agg(
                  max(struct(col("time"), col("value"))).as("latest"),
                  max(col("weight")).as("weight"))
              .select(
                  col("user_index"),
                  col("item_index"),
                  col("latest.time").as("time"),
                  col("latest.value").as("value"),
                  col("weight"));
    }
    Column last = max(col("time")).over(Window.partitionBy(col("user_index"), col("item_index")));
    Dataset<Row> pairs =
        contributions
            .withColumn("last", last)
            .groupBy("user_index", "item_index")
            .agg(
                sum(DatedEvents.fade(policy, col("last").minus(col("time")))
                        .multiply(col("weight")))
                    .as("count"),
                count(lit(1)).as("events"),
                max(struct(col("time"), col("value"))).as("latest"));
    Column entry =
        struct(
            col("item_index").as("item"),
            col("count").cast("float").as("count"),
            col("latest.value").cast("float").as("value"),
            col("events").cast("int").as("events"),
            col("latest.time").as("last"));
    return pairs
        .groupBy("user_index")
        .agg(sort_array(collect_list(entry)).as("entries"))
        .select(
            col("user_index").as("index"),
            col("entries.item").as("items"),
            col("entries.count").as("counts"),
            col("entries.value").as("values"),
            col("entries.events").as("events"),
            col("entries.last").as("last_times"));
  }

  /** The changed rows only: histories of the users of these events, as of after them. */
  public Dataset<Row> merge(HistoryTable parent, Dataset<Row> events) {
    return HistoryRows.dataset(events.sparkSession(), merged(parent, events));
  }

  /** The same in memory. */
  public InteractionHistory merged(HistoryTable parent, Dataset<Row> events) {
    PairEvents night = PairEvents.collect(events);
    return merge(parent.rows(Arrays.stream(night.users()).distinct().toArray()), night);
  }

  /**
   * The changed rows only, worked out by executors: nothing of the size of users or events comes to
   * the driver.
   */
  public Dataset<Row> mergeDistributed(HistoryTable parent, Dataset<Row> events) {
    SparkSession spark = events.sparkSession();
    long half = policy.halfLife().map(Duration::toMillis).orElse(-1L);
    DecayPolicy.Aggregate aggregate = policy.aggregate();
    ZoneId days = zone;
    return spark.createDataFrame(
        TouchedUsers.of(events, parent)
            .flatMap(
                users ->
                    HistoryRows.rows(
                        new HistoryBuilder(sent(half, aggregate), days)
                            .merge(users.before(), users.night()))),
        HistoryTable.SCHEMA);
  }

  /** A policy from what can be sent to an executor. */
  private static DecayPolicy sent(long halfLifeMillis, DecayPolicy.Aggregate aggregate) {
    return new DecayPolicy(
        halfLifeMillis < 0 ? Optional.empty() : Optional.of(Duration.ofMillis(halfLifeMillis)),
        aggregate);
  }

  /**
   * The histories of the users of these events, in memory.
   *
   * @param parent what those users did before; users without events are left out of the result
   */
  public InteractionHistory merge(InteractionHistory parent, Dataset<Row> events) {
    return merge(parent, PairEvents.collect(events));
  }

  InteractionHistory merge(InteractionHistory parent, PairEvents night) {
    Output output = new Output(night.users().length + parent.pairs());
    int at = 0;
    while (at < night.users().length) {
      int user = night.users()[at];
      int position = parent.position(user);
      int old = position < 0 ? 0 : parent.offsets()[position];
      int oldEnd = position < 0 ? 0 : parent.offsets()[position + 1];
      while (at < night.users().length && night.users()[at] == user) {
        int item = night.items()[at];
        while (old < oldEnd && parent.items()[old] < item) {
          output.add(
              parent.items()[old],
              parent.counts()[old],
              parent.values()[old],
              parent.events()[old],
              parent.lastTimes()[old]);
          old++;
        }
        Pair pair = new Pair();
        if (old < oldEnd && parent.items()[old] == item) {
          pair.begin(
              parent.counts()[old],
              parent.values()[old],
              parent.events()[old],
              parent.lastTimes()[old],
              day(parent.lastTimes()[old]));
          old++;
        }
        while (at < night.users().length
            && night.users()[at] == user
            && night.items()[at] == item) {
          pair.add(
              night.times()[at], (float) night.values()[at], night.days()[at], night.weights()[at]);
          at++;
        }
        output.add(item, (float) pair.count, pair.value, pair.events, pair.last);
      }
      while (old < oldEnd) {
        output.add(
            parent.items()[old],
            parent.counts()[old],
            parent.values()[old],
            parent.events()[old],
            parent.lastTimes()[old]);
        old++;
      }
      output.endUser(user);
    }
    return output.history();
  }

  private int day(long millis) {
    return (int) Instant.ofEpochMilli(millis).atZone(zone).toLocalDate().toEpochDay();
  }

  /** One pair while its events are added; events of one day come together. */
  private final class Pair {
    private double count;
    private float value;
    private int events;
    private long last;
    private int lastDay;
    private boolean began;

    /** The late day that was counted last; events of the same day do not count again. */
    private int lateDay = Integer.MIN_VALUE;

    /** Latest instant of that day. */
    private long lateTime;

    /** What that day counts. */
    private double lateWeight;

    /** What the last day counts; NaN where an earlier night counted it. */
    private double lastWeight = Double.NaN;

    void begin(double count, float value, int events, long last, int day) {
      this.count = count;
      this.value = value;
      this.events = events;
      this.last = last;
      this.lastDay = day;
      began = true;
    }

    void add(long time, float newValue, int day, double weight) {
      if (!began) {
        begin(weight, newValue, 1, time, day);
        lastWeight = weight;
        return;
      }
      boolean byDay = policy.aggregate() == DecayPolicy.Aggregate.DAY;
      if (byDay && day == lastDay) {
        double counted = counted(weight);
        lastWeight = Math.max(counted, weight);
        count = (count - counted) * policy.fade(time - last) + lastWeight;
        latest(time, newValue);
      } else if (time >= last) {
        count = count * policy.fade(time - last) + weight;
        events++;
        latest(time, newValue);
        lastDay = day;
        lastWeight = weight;
      } else if (byDay && day == lateDay) {
        double greatest = Math.max(lateWeight, weight);
        count += greatest * policy.fade(last - time) - lateWeight * policy.fade(last - lateTime);
        lateTime = time;
        lateWeight = greatest;
      } else {
        count += weight * policy.fade(last - time);
        events++;
        lateDay = day;
        lateTime = time;
        lateWeight = weight;
      }
    }

    /** What the last day has counted so far; of an earlier night's, as far as that can be told. */
    private double counted(double weight) {
      if (!Double.isNaN(lastWeight)) {
        return lastWeight;
      }
      return events == 1 ? count : Math.min(count, weight);
    }

    private void latest(long time, float newValue) {
      if (time > last || (time == last && newValue > value)) {
        value = newValue;
        last = time;
      }
    }
  }

  /** Growing arrays of a history. */
  private static final class Output {
    private int[] users = new int[256];
    private int[] offsets = new int[257];
    private int count;
    private final int[] items;
    private final float[] counts;
    private final float[] values;
    private final int[] events;
    private final long[] lastTimes;
    private int pairs;

    Output(int maximalPairs) {
      items = new int[maximalPairs];
      counts = new float[maximalPairs];
      values = new float[maximalPairs];
      events = new int[maximalPairs];
      lastTimes = new long[maximalPairs];
    }

    void add(int item, float pairCount, float value, int pairEvents, long last) {
      items[pairs] = item;
      counts[pairs] = pairCount;
      values[pairs] = value;
      events[pairs] = pairEvents;
      lastTimes[pairs++] = last;
    }

    void endUser(int user) {
      if (count == users.length) {
        users = Arrays.copyOf(users, 2 * count);
        offsets = Arrays.copyOf(offsets, 2 * count + 1);
      }
      users[count++] = user;
      offsets[count] = pairs;
    }

    InteractionHistory history() {
      return new InteractionHistory(
          Arrays.copyOf(users, count),
          Arrays.copyOf(offsets, count + 1),
          Arrays.copyOf(items, pairs),
          Arrays.copyOf(counts, pairs),
          Arrays.copyOf(values, pairs),
          Arrays.copyOf(events, pairs),
          Arrays.copyOf(lastTimes, pairs));
    }
  }
}
