package io.perennial.evaluation;

import io.perennial.Place;
import io.perennial.evaluation.EventCounts.Shape;
import io.perennial.event.EventColumns;
import io.perennial.model.history.ItemStatistics;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
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
   * @param place where users are counted: on executors each sees all events of its own
   */
  public static Optional<InputProfile> profile(
      Dataset<Row> events,
      Optional<ItemStatistics> statistics,
      Optional<EvaluationWindow> window,
      Instant begin,
      Place place) {
    EventCounts counts = new EventCounts();
    Dataset<Row> columns = columns(events);
    if (place == Place.DRIVER) {
      columns.toJavaRDD().mapPartitions(counting()).collect().forEach(counts::add);
    } else {
      counts.add(
          columns
              .repartition(functions.col(EventColumns.USER_INDEX))
              .toJavaRDD()
              .mapPartitions(counting())
              .map(EventCounts::closed)
              .treeAggregate(new EventCounts(), EventCounts::plus, EventCounts::plus));
    }
    if (counts.rows() == 0) {
      return Optional.empty();
    }
    Shape shape = counts.shape();
    Map<String, Double> figures = new HashMap<>(shape.figures());
    statistics.ifPresent(s -> figures.putAll(compared(shape, s, begin)));
    window
        .flatMap(ProfileBuilder::repeatLift)
        .ifPresent(value -> figures.put(ProfileFigure.REPEAT_LIFT, value));
    return Optional.of(profile(shape, figures));
  }

  /**
   * The profile of each of the last days of a first version's events, as if every day had been a
   * night. Days that validate as a whole are compared with what came before the cut; of the others
   * such figures are left out. Two Spark jobs.
   *
   * @param events user_index, item_index, event_time, event_date
   * @param statistics items as of the cut
   * @param window validation window
   * @param cut first instant of validation
   * @param days at most so many
   */
  public static List<InputProfile> days(
      Dataset<Row> events,
      ItemStatistics statistics,
      EvaluationWindow window,
      Instant cut,
      int days) {
    List<Row> last =
        events
            .select(EventColumns.DATE)
            .distinct()
            .orderBy(functions.col(EventColumns.DATE).desc())
            .limit(days)
            .collectAsList();
    if (last.isEmpty()) {
      return List.of();
    }
    long millis = cut.toEpochMilli();
    Dataset<Row> ofLast =
        events
            .filter(
                functions
                    .col(EventColumns.DATE)
                    .geq(functions.lit(last.get(last.size() - 1).get(0))))
            .repartition(functions.col(EventColumns.DATE));
    Map<String, Double> lift = new HashMap<>();
    repeatLift(window).ifPresent(value -> lift.put(ProfileFigure.REPEAT_LIFT, value));
    List<InputProfile> profiles = new ArrayList<>();
    for (Shape shape : columns(ofLast).toJavaRDD().mapPartitions(shapes(millis)).collect()) {
      Map<String, Double> figures = new HashMap<>(shape.figures());
      if (shape.begin() >= millis) {
        figures.putAll(compared(shape, statistics, cut));
        figures.putAll(lift);
      }
      profiles.add(profile(shape, figures));
    }
    profiles.sort(Comparator.comparing(InputProfile::night));
    return profiles;
  }

  private static Dataset<Row> columns(Dataset<Row> events) {
    return events.select(
        functions.col(EventColumns.USER_INDEX),
        functions.col(EventColumns.ITEM_INDEX),
        functions.col(EventColumns.TIME),
        functions.unix_date(functions.col(EventColumns.DATE)));
  }

  private static FlatMapFunction<Iterator<Row>, EventCounts> counting() {
    return rows -> {
      EventCounts counts = new EventCounts();
      rows.forEachRemaining(counts::add);
      return List.of(counts).iterator();
    };
  }

  /** The shape of each day of a partition that holds whole days; items only of validation days. */
  private static FlatMapFunction<Iterator<Row>, Shape> shapes(long cut) {
    return rows -> {
      Map<Integer, EventCounts> days = new TreeMap<>();
      rows.forEachRemaining(
          row -> days.computeIfAbsent(row.getInt(3), day -> new EventCounts()).add(row));
      return days.values().stream()
          .map(EventCounts::shape)
          .map(shape -> shape.begin() >= cut ? shape : shape.withoutItems())
          .iterator();
    };
  }

  private static InputProfile profile(Shape shape, Map<String, Double> figures) {
    return new InputProfile(LocalDate.ofEpochDay(shape.lastDay()), shape.days(), figures);
  }

  private static Map<String, Double> compared(
      Shape shape, ItemStatistics statistics, Instant begin) {
    Map<String, Double> figures = new HashMap<>();
    figures.put(ProfileFigure.NEW_ITEM_SHARE, newItemShare(shape, statistics));
    itemDivergence(shape, statistics, begin.toEpochMilli())
        .ifPresent(value -> figures.put(ProfileFigure.ITEM_DIVERGENCE, value));
    return figures;
  }

  private static double newItemShare(Shape shape, ItemStatistics statistics) {
    long fresh = 0;
    for (Map.Entry<Long, Long> entry : shape.items().entrySet()) {
      int item = entry.getKey().intValue();
      if (item >= statistics.capacity() || !(statistics.eventCounts()[item] > 0)) {
        fresh += entry.getValue();
      }
    }
    return (double) fresh / shape.rows();
  }

  private static Optional<Double> itemDivergence(
      Shape shape, ItemStatistics statistics, long millis) {
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
      long count = shape.items().getOrDefault((long) item, 0L);
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
