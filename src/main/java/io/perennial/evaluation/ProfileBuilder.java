package io.perennial.evaluation;

import io.perennial.event.EventColumns;
import io.perennial.model.history.ItemStatistics;
import java.io.Serializable;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;

/** Measures the shape of a night's events, for the rules of input drift. */
public final class ProfileBuilder {
  /** Classes of items with equal shares of recent popularity. */
  private static final int CLASSES = 10;

  /** Pairs added to observed and expected repeats, so that a handful of them decides nothing. */
  private static final double PRIOR_PAIRS = 5;

  private static final long HOUR = 3_600_000L;

  private ProfileBuilder() {}

  /**
   * The profile of some events, in one Spark job; empty when there are none.
   *
   * @param events the night's new events without late ones: user_index, item_index, event_time,
   *     event_date
   * @param statistics items as of the champion; without them, figures that compare with earlier
   *     items are left out
   * @param window prequential window over the same events, for how far users repeat themselves;
   *     without it that figure is left out
   * @param begin of the events, to which recent popularity fades
   */
  public static Optional<InputProfile> profile(
      Dataset<Row> events,
      Optional<ItemStatistics> statistics,
      Optional<EvaluationWindow> window,
      Instant begin) {
    Counts counts = count(events);
    if (counts.rows == 0) {
      return Optional.empty();
    }
    Map<String, Double> figures = new HashMap<>();
    int days = counts.days.size();
    double rows = counts.rows;
    figures.put(ProfileFigure.ROWS, rows / days);
    figures.put(ProfileFigure.USERS, (double) counts.userDays.size() / days);
    figures.put(ProfileFigure.ITEMS, (double) counts.items.size());
    figures.put(ProfileFigure.ROWS_PER_USER, rows / counts.userDays.size());
    figures.put(ProfileFigure.MEDIAN_ROWS_PER_USER, median(counts.userDays));
    figures.put(ProfileFigure.HOURS, hours(counts) / days);
    figures.put(ProfileFigure.TOP_USER_SHARE, largest(counts.users) / rows);
    figures.put(ProfileFigure.TOP_ITEM_SHARE, largest(counts.items) / rows);
    statistics.ifPresent(
        s -> {
          figures.put(ProfileFigure.NEW_ITEM_SHARE, newItemShare(counts, s));
          itemDivergence(counts, s, begin.toEpochMilli())
              .ifPresent(value -> figures.put(ProfileFigure.ITEM_DIVERGENCE, value));
        });
    window
        .flatMap(ProfileBuilder::repeatLift)
        .ifPresent(value -> figures.put(ProfileFigure.REPEAT_LIFT, value));
    LocalDate night = LocalDate.ofEpochDay(counts.days.stream().max(Integer::compare).get());
    return Optional.of(new InputProfile(night, days, figures));
  }

  /** How often each thing occurs; adds up over partitions. */
  private static final class Counts implements Serializable {
    private static final long serialVersionUID = 1L;
    private long rows;
    private final Map<Long, Long> userDays = new HashMap<>();
    private final Map<Long, Long> users = new HashMap<>();
    private final Map<Long, Long> items = new HashMap<>();
    private final Map<Long, Long> hours = new HashMap<>();
    private final Set<Integer> days = new HashSet<>();

    private void add(int user, int item, long time, int day) {
      rows++;
      userDays.merge(((long) user << 32) | (day & 0xFFFFFFFFL), 1L, Long::sum);
      users.merge((long) user, 1L, Long::sum);
      items.merge((long) item, 1L, Long::sum);
      hours.merge(Math.floorDiv(time, HOUR), 1L, Long::sum);
      days.add(day);
    }

    private void add(Counts other) {
      rows += other.rows;
      other.userDays.forEach((key, n) -> userDays.merge(key, n, Long::sum));
      other.users.forEach((key, n) -> users.merge(key, n, Long::sum));
      other.items.forEach((key, n) -> items.merge(key, n, Long::sum));
      other.hours.forEach((key, n) -> hours.merge(key, n, Long::sum));
      days.addAll(other.days);
    }
  }

  private static Counts count(Dataset<Row> events) {
    FlatMapFunction<java.util.Iterator<Row>, Counts> countPart =
        part -> {
          Counts counts = new Counts();
          part.forEachRemaining(
              row ->
                  counts.add(
                      row.getInt(0),
                      row.getInt(1),
                      row.<Timestamp>getAs(2).getTime(),
                      row.getInt(3)));
          return List.of(counts).iterator();
        };
    Counts sum = new Counts();
    events
        .select(
            functions.col(EventColumns.USER_INDEX),
            functions.col(EventColumns.ITEM_INDEX),
            functions.col(EventColumns.TIME),
            functions.unix_date(functions.col(EventColumns.DATE)))
        .toJavaRDD()
        .mapPartitions(countPart)
        .collect()
        .forEach(sum::add);
    return sum;
  }

  private static double largest(Map<Long, Long> counts) {
    return counts.values().stream().mapToLong(Long::longValue).max().orElse(0);
  }

  private static double median(Map<Long, Long> counts) {
    long[] sorted = counts.values().stream().mapToLong(Long::longValue).sorted().toArray();
    int n = sorted.length;
    return n % 2 == 1 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2.0;
  }

  /** Effective number of (day, hour) cells: exp of the entropy. */
  private static double hours(Counts counts) {
    double entropy = 0;
    for (long hour : counts.hours.keySet().stream().sorted().toList()) {
      double share = (double) counts.hours.get(hour) / counts.rows;
      entropy -= share * Math.log(share);
    }
    return Math.exp(entropy);
  }

  private static double newItemShare(Counts counts, ItemStatistics statistics) {
    long fresh = 0;
    for (Map.Entry<Long, Long> entry : counts.items.entrySet()) {
      int item = entry.getKey().intValue();
      if (item >= statistics.capacity() || !(statistics.eventCounts()[item] > 0)) {
        fresh += entry.getValue();
      }
    }
    return (double) fresh / counts.rows;
  }

  private static Optional<Double> itemDivergence(
      Counts counts, ItemStatistics statistics, long millis) {
    double[] recent = new double[statistics.capacity()];
    double total = 0;
    for (int item = 0; item < recent.length; item++) {
      recent[item] = statistics.recentAt(item, millis);
      total += recent[item];
    }
    if (!(total > 0)) {
      return Optional.empty();
    }
    int[] order =
        IntStream.range(0, recent.length)
            .filter(item -> recent[item] > 0)
            .boxed()
            .sorted(
                Comparator.comparingDouble((Integer item) -> -recent[item])
                    .thenComparing(Comparator.naturalOrder()))
            .mapToInt(Integer::intValue)
            .toArray();
    double[] usual = new double[CLASSES];
    double[] tonight = new double[CLASSES];
    double below = 0;
    double rows = 0;
    for (int item : order) {
      double share = recent[item] / total;
      int of = Math.min(CLASSES - 1, (int) ((below + share / 2) * CLASSES));
      usual[of] += share;
      below += share;
      long count = counts.items.getOrDefault((long) item, 0L);
      tonight[of] += count;
      rows += count;
    }
    if (rows == 0) {
      return Optional.of(1.0);
    }
    double distance = 0;
    for (int c = 0; c < CLASSES; c++) {
      distance += Math.abs(usual[c] - tonight[c] / rows) / 2;
    }
    return Optional.of(distance);
  }

  private static Optional<Double> repeatLift(EvaluationWindow window) {
    Map<Integer, Integer> counts = new HashMap<>();
    long pairs = 0;
    for (UserCase user : window.cases()) {
      for (int item : user.items()) {
        counts.merge(item, 1, Integer::sum);
      }
      pairs += user.items().length;
    }
    long returning = 0;
    long repeats = 0;
    double expected = 0;
    for (UserCase user : window.cases()) {
      if (user.isNewUser()) {
        continue;
      }
      returning++;
      long owned = 0;
      for (int seen : user.seenItems()) {
        owned += counts.getOrDefault(seen, 0);
        if (Arrays.binarySearch(user.items(), seen) >= 0) {
          repeats++;
        }
      }
      expected += (double) owned / pairs * user.items().length;
    }
    return returning == 0
        ? Optional.empty()
        : Optional.of((repeats + PRIOR_PAIRS) / (expected + PRIOR_PAIRS));
  }
}
