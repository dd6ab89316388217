package io.perennial.model;

import static org.apache.spark.sql.types.DataTypes.DateType;
import static org.apache.spark.sql.types.DataTypes.DoubleType;
import static org.apache.spark.sql.types.DataTypes.IntegerType;
import static org.apache.spark.sql.types.DataTypes.TimestampType;

import io.perennial.TestSession;
import io.perennial.model.history.DecayPolicy;
import io.perennial.model.history.HistoryTable;
import io.perennial.model.history.InteractionHistory;
import java.sql.Date;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;

/** Events for tests of model families, and the history that they make. */
public final class TrainingEvents {
  /** What a trainer is given. */
  public static final StructType SCHEMA =
      new StructType()
          .add("user_index", IntegerType, false)
          .add("item_index", IntegerType, false)
          .add("value", DoubleType, false)
          .add("event_time", TimestampType, false)
          .add("event_date", DateType, false);

  private static final LocalDate FIRST_DAY = LocalDate.of(2024, 1, 1);
  private final List<Event> events = new ArrayList<>();

  /** One event at midnight UTC of a day. */
  public record Event(int user, int item, double value, int day) {}

  /** Midnight UTC at which a day begins. */
  public static Instant day(int day) {
    return FIRST_DAY.plusDays(day).atStartOfDay(ZoneOffset.UTC).toInstant();
  }

  /** Adds one event. */
  public TrainingEvents add(int user, int item, double value, int day) {
    events.add(new Event(user, item, value, day));
    return this;
  }

  /**
   * Adds pairs of some tastes: users and items of the same class meet more often, or are rated
   * higher.
   */
  public TrainingEvents random(
      int count, int users, int items, int day, Feedback feedback, long seed) {
    Random random = new Random(seed);
    while (count > 0) {
      int user = random.nextInt(users);
      int item = (int) (items * Math.pow(random.nextDouble(), 1.5));
      boolean alike = user % 4 == item % 4;
      if (alike || random.nextInt(4) == 0) {
        double value =
            feedback == Feedback.IMPLICIT ? 1.0 : (alike ? 4.5 : 2.0) + random.nextInt(2) * 0.5;
        add(user, item, value, day);
        count--;
      }
    }
    return this;
  }

  /** As they are. */
  public List<Event> events() {
    return events;
  }

  /** As a trainer gets them, in so many partitions. */
  public Dataset<Row> dataset(int partitions) {
    List<Row> rows = new ArrayList<>(events.size());
    for (Event event : events) {
      rows.add(
          RowFactory.create(
              event.user(),
              event.item(),
              event.value(),
              Timestamp.from(day(event.day())),
              Date.valueOf(FIRST_DAY.plusDays(event.day()))));
    }
    return TestSession.get().createDataFrame(rows, SCHEMA).repartition(partitions).cache();
  }

  /** What the users did, without decay. */
  public HistoryTable history() {
    return history(new DecayPolicy(Optional.empty(), DecayPolicy.Aggregate.NONE));
  }

  /** What the users did, each count as of the last event of its pair. */
  public HistoryTable history(DecayPolicy decay) {
    TreeMap<Integer, TreeMap<Integer, List<Event>>> byUser = new TreeMap<>();
    for (Event event : events) {
      byUser
          .computeIfAbsent(event.user(), user -> new TreeMap<>())
          .computeIfAbsent(event.item(), item -> new ArrayList<>())
          .add(event);
    }
    int pairs = byUser.values().stream().mapToInt(Map::size).sum();
    int[] users = new int[byUser.size()];
    int[] offsets = new int[users.length + 1];
    int[] items = new int[pairs];
    float[] counts = new float[pairs];
    float[] values = new float[pairs];
    int[] counted = new int[pairs];
    long[] times = new long[pairs];
    int u = 0;
    int p = 0;
    for (Map.Entry<Integer, TreeMap<Integer, List<Event>>> user : byUser.entrySet()) {
      users[u++] = user.getKey();
      for (Map.Entry<Integer, List<Event>> item : user.getValue().entrySet()) {
        Event last = item.getValue().get(item.getValue().size() - 1);
        items[p] = item.getKey();
        for (Event event : item.getValue()) {
          counts[p] +=
              (float) decay.fade(Duration.between(day(event.day()), day(last.day())).toMillis());
        }
        values[p] = (float) last.value();
        counted[p] = item.getValue().size();
        times[p++] = day(last.day()).toEpochMilli();
      }
      offsets[u] = p;
    }
    return table(new InteractionHistory(users, offsets, items, counts, values, counted, times));
  }

  private static HistoryTable table(InteractionHistory all) {
    return new HistoryTable() {
      @Override
      public InteractionHistory rows(int[] sortedUsers) {
        return all;
      }

      @Override
      public Dataset<Row> dataset() {
        List<Row> rows = new ArrayList<>();
        for (int n = 0; n < all.users().length; n++) {
          int from = all.offsets()[n];
          int to = all.offsets()[n + 1];
          rows.add(
              RowFactory.create(
                  all.users()[n],
                  boxed(all.items(), from, to),
                  boxed(all.counts(), from, to),
                  boxed(all.values(), from, to),
                  boxed(all.events(), from, to),
                  Arrays.stream(all.lastTimes(), from, to).boxed().toArray()));
        }
        return TestSession.get().createDataFrame(rows, SCHEMA);
      }
    };
  }

  private static Object[] boxed(int[] values, int from, int to) {
    return Arrays.stream(values, from, to).boxed().toArray();
  }

  private static Object[] boxed(float[] values, int from, int to) {
    Object[] boxed = new Object[to - from];
    for (int n = 0; n < boxed.length; n++) {
      boxed[n] = values[from + n];
    }
    return boxed;
  }
}
