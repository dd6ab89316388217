package io.perennial.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.perennial.Place;
import io.perennial.TestSession;
import io.perennial.evaluation.EvaluationWindow;
import io.perennial.evaluation.InputProfile;
import io.perennial.evaluation.ProfileBuilder;
import io.perennial.evaluation.WindowBuilder;
import io.perennial.model.history.DecayPolicy;
import io.perennial.model.history.HistoryTable;
import io.perennial.model.history.InteractionHistory;
import io.perennial.model.history.ItemCounts;
import io.perennial.model.history.ItemStatistics;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Date;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;

/**
 * The drift rules on real nights, honest and poisoned; every {@code perennial.nightStride}th night
 * from day 200 (default 6).
 */
class OnlineRetailDriftIT {
  private static final Path DATA =
      Path.of(System.getProperty("perennial.shared", "../shared"), "data", "online-retail");
  private static final LocalDate FIRST = LocalDate.of(2010, 12, 1);
  private static final int FROM_DAY = 200;
  private static final StructType EVENTS =
      new StructType()
          .add("user_index", DataTypes.IntegerType)
          .add("item_index", DataTypes.IntegerType)
          .add("value", DataTypes.DoubleType)
          .add("event_time", DataTypes.TimestampType)
          .add("event_date", DataTypes.DateType);

  private record Event(int user, int item, Instant time) {}

  private final Map<Integer, TreeSet<Integer>> histories = new HashMap<>();
  private float[] counts;
  private float[] recent;
  private long[] lastTimes;

  @Test
  void poisonedNightsAreRefusedAndMostHonestOnesAreNot() {
    assumeTrue(Files.isDirectory(DATA), "Skipped: " + DATA + " is absent (-Dperennial.shared=DIR)");
    TreeMap<LocalDate, List<Event>> nights = nights();
    int stride = Integer.getInteger("perennial.nightStride", 6);
    List<InputProfile> learnt = new ArrayList<>();
    Map<String, Integer> refused = new LinkedHashMap<>();
    int judged = 0;
    int night = 0;
    for (Map.Entry<LocalDate, List<Event>> entry : nights.entrySet()) {
      LocalDate date = entry.getKey();
      List<Event> events = entry.getValue();
      // 56 nights are looked at, so earlier profiles would be of no use
      if (date.isAfter(FIRST.plusDays(FROM_DAY - 80))) {
        InputProfile honest = profile(date, events);
        night++;
        if (date.isBefore(FIRST.plusDays(FROM_DAY)) || night % stride != 0) {
          learnt.add(0, honest);
        } else {
          judged++;
          boolean refusedHonest = isRefused(honest, learnt);
          count(refused, "honest", refusedHonest);
          for (Map.Entry<String, List<Event>> poison : poisons(events, night).entrySet()) {
            count(refused, poison.getKey(), isRefused(profile(date, poison.getValue()), learnt));
          }
          if (!refusedHonest) {
            learnt.add(0, honest);
          }
        }
      }
      learn(events);
    }
    System.out.println("Of " + judged + " nights the drift rules refused: " + refused);
    assertThat(refused.get("honest")).isLessThanOrEqualTo(judged / 6);
    int most = (int) Math.floor(0.9 * judged);
    refused.forEach(
        (kind, n) -> {
          if (!kind.equals("honest")) {
            assertThat(n).as(kind).isGreaterThanOrEqualTo(most);
          }
        });
  }

  private static void count(Map<String, Integer> refused, String kind, boolean isRefused) {
    refused.merge(kind, isRefused ? 1 : 0, Integer::sum);
  }

  private static boolean isRefused(InputProfile tonight, List<InputProfile> learnt) {
    return new InputDrift(DriftOptions.DEFAULT)
        .judge(tonight, learnt).stream().anyMatch(f -> f.outcome() == Finding.Outcome.FAILED);
  }

  private Map<String, List<Event>> poisons(List<Event> events, int seed) {
    Random random = new Random(seed);
    Map<String, List<Event>> poisons = new LinkedHashMap<>();
    List<Integer> items = new ArrayList<>(events.stream().map(Event::item).toList());
    Collections.shuffle(items, random);
    List<Event> shuffled = new ArrayList<>();
    List<Event> pushed = new ArrayList<>();
    List<Event> half = new ArrayList<>();
    int item = events.get(random.nextInt(events.size())).item;
    for (int n = 0; n < events.size(); n++) {
      Event event = events.get(n);
      shuffled.add(new Event(event.user, items.get(n), event.time));
      pushed.add(random.nextInt(10) < 3 ? new Event(event.user, item, event.time) : event);
      if (random.nextBoolean()) {
        half.add(event);
      }
    }
    int user = events.get(random.nextInt(events.size())).user;
    List<Event> own = events.stream().filter(e -> e.user == user).toList();
    List<Event> robot = new ArrayList<>(events);
    for (int n = own.size(); n < (events.size() - own.size()) * 1.2; n++) {
      robot.add(own.get(random.nextInt(own.size())));
    }
    poisons.put("items shuffled", shuffled);
    poisons.put("one user with most events", robot);
    poisons.put("one item pushed", pushed);
    poisons.put("half missing", half);
    poisons.put("second half of the day missing", events.subList(0, events.size() / 2));
    return poisons;
  }

  private InputProfile profile(LocalDate date, List<Event> events) {
    List<Row> rows = new ArrayList<>();
    for (Event e : events) {
      rows.add(RowFactory.create(e.user, e.item, 1.0, Timestamp.from(e.time), Date.valueOf(date)));
    }
    Dataset<Row> frame = TestSession.get().createDataFrame(rows, EVENTS).coalesce(1);
    ItemStatistics statistics = ItemCounts.of(counts, recent, lastTimes);
    Instant begin = date.atStartOfDay(ZoneOffset.UTC).toInstant();
    EvaluationWindow window =
        new WindowBuilder(20_000, new DecayPolicy(Optional.empty(), DecayPolicy.Aggregate.NONE), 1)
            .build(
                "prequential",
                frame,
                Optional.of(history()),
                Optional.empty(),
                Optional.of(statistics),
                begin);
    return ProfileBuilder.profile(
            frame, Optional.of(statistics), Optional.of(window), begin, Place.DRIVER)
        .orElseThrow();
  }

  private HistoryTable history() {
    return new HistoryTable() {
      @Override
      public InteractionHistory rows(int[] sortedUsers) {
        int[] known = Arrays.stream(sortedUsers).filter(histories::containsKey).toArray();
        int[] offsets = new int[known.length + 1];
        for (int n = 0; n < known.length; n++) {
          offsets[n + 1] = offsets[n] + histories.get(known[n]).size();
        }
        int pairs = offsets[known.length];
        int[] items = new int[pairs];
        for (int n = 0; n < known.length; n++) {
          int at = offsets[n];
          for (int item : histories.get(known[n])) {
            items[at++] = item;
          }
        }
        return new InteractionHistory(
            known,
            offsets,
            items,
            new float[pairs],
            new float[pairs],
            new int[pairs],
            new long[pairs]);
      }

      @Override
      public Dataset<Row> dataset() {
        throw new UnsupportedOperationException("not read here");
      }
    };
  }

  private void learn(List<Event> events) {
    for (Event event : events) {
      long time = event.time.toEpochMilli();
      double fade =
          Math.pow(
              0.5,
              (double) (time - lastTimes[event.item]) / ItemStatistics.RECENT_HALF_LIFE.toMillis());
      recent[event.item] = (float) (recent[event.item] * fade + 1);
      lastTimes[event.item] = time;
      counts[event.item]++;
      histories.computeIfAbsent(event.user, u -> new TreeSet<>()).add(event.item);
    }
  }

  /** Purchases by day, in order of time. */
  private TreeMap<LocalDate, List<Event>> nights() {
    List<Row> rows =
        TestSession.get()
            .read()
            .option("header", "true")
            .csv(DATA.toString())
            .filter(functions.col("CustomerID").isNotNull())
            .filter(functions.col("Quantity").cast("int").gt(0))
            .filter(functions.col("UnitPrice").cast("double").gt(0))
            .select(
                functions.col("CustomerID"),
                functions.col("StockCode"),
                functions.unix_timestamp(functions.col("InvoiceDate"), "yyyy-MM-dd HH:mm:ss"))
            .collectAsList();
    Map<String, Integer> users = new HashMap<>();
    Map<String, Integer> items = new HashMap<>();
    TreeMap<LocalDate, List<Event>> nights = new TreeMap<>();
    for (Row row : rows) {
      int user = users.computeIfAbsent(row.getString(0), id -> users.size());
      int item = items.computeIfAbsent(row.getString(1), id -> items.size());
      Instant time = Instant.ofEpochSecond(row.getLong(2));
      nights
          .computeIfAbsent(LocalDate.ofInstant(time, ZoneOffset.UTC), d -> new ArrayList<>())
          .add(new Event(user, item, time));
    }
    nights.values().forEach(events -> events.sort(java.util.Comparator.comparing(Event::time)));
    counts = new float[items.size()];
    recent = new float[items.size()];
    lastTimes = new long[items.size()];
    return nights;
  }
}
