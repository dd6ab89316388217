package io.perennial.pipeline;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import io.perennial.Progress;
import io.perennial.TestSession;
import io.perennial.Warehouse;
import io.perennial.config.BacktestArm;
import io.perennial.config.PipelineDefinition;
import io.perennial.config.PipelineReader;
import io.perennial.evaluation.Measurement;
import io.perennial.event.EventColumns;
import io.perennial.gate.Finding;
import io.perennial.pipeline.backtest.Backtest;
import io.perennial.pipeline.backtest.BacktestRequest;
import io.perennial.recommendation.ItemRules;
import io.perennial.recommendation.RecommendationOptions;
import io.perennial.recommendation.RecommendationRequest;
import io.perennial.recommendation.RecommendationSource;
import io.perennial.recommendation.Recommender;
import io.perennial.registry.DeltaModelRegistry;
import io.perennial.registry.DeltaRecommendations;
import io.perennial.registry.RecommendationBatch.Scope;
import io.perennial.registry.SliceState;
import io.perennial.registry.WriteListener;
import io.perennial.simulation.StoreDefinition;
import io.perennial.simulation.StoreGenerator;
import io.perennial.slice.Interval;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Date;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;

/**
 * A warehouse in a folder of a test, with the events of a small generated store, delivered day by
 * day.
 */
final class Shop {
  /** 150 users, 80 items, about 300 events a day from Monday, 6 October 2025. */
  static final StoreDefinition STORE =
      StoreDefinition.small()
          .with(
              Map.of(
                  "users", "150",
                  "items", "80",
                  "days", "16",
                  "firstDay", "2025-10-06",
                  "zone", "UTC",
                  "eventsPerDay", "300",
                  "newUsersPerDay", "2",
                  "lateShare", "0",
                  "badRowShare", "0"));

  /** Days that the first version learns. */
  static final int BASE_DAYS = 8;

  private static final String PIPELINE =
      """
      name: %s
      seed: 11
      model:
        rank: 8
        maxIter: 4
      evaluation:
        replicates: 100
      """;

  private final SparkSession spark = TestSession.get();
  private final Path folder;

  private Shop(Path folder) {
    this.folder = folder;
  }

  /** A shop that nothing was delivered to yet. */
  static Shop in(Path folder) {
    return new Shop(folder);
  }

  /** The same tables in another folder, to be changed there. */
  Shop copy(Path target) {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        Path copied = target.resolve(folder.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(copied);
        } else {
          Files.copy(file, copied);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new Shop(target);
  }

  /** A pipeline over the shop's own events table. */
  static PipelineDefinition pipeline(String name, String... more) {
    return PipelineReader.read(name + ".yaml", PIPELINE.formatted(name) + String.join("\n", more));
  }

  /** The same with more keys of the section model. */
  static PipelineDefinition pipelineWith(String name, String model, String more) {
    String text = PIPELINE.formatted(name).replace("  maxIter: 4\n", "  maxIter: 4\n" + model);
    return PipelineReader.read(name + ".yaml", text + more);
  }

  /** The first instant of a day of the store, counted from 0. */
  static Instant begin(int day) {
    return date(day).atStartOfDay(ZoneOffset.UTC).toInstant();
  }

  /** A day of the store, counted from 0. */
  static LocalDate date(int day) {
    return STORE.firstDay().plusDays(day);
  }

  /** The interval of the days from one to before another. */
  static Optional<Interval> days(int from, int to) {
    return Optional.of(new Interval(begin(from), begin(to)));
  }

  Warehouse warehouse() {
    return new Warehouse(folder.toString());
  }

  DeltaModelRegistry registry() {
    return new DeltaModelRegistry(spark, warehouse(), 14, WriteListener.NONE);
  }

  /**
   * Appends the store's events of the days from one to before another: one commit. Returns how
   * many.
   */
  long deliver(int from, int to) {
    return deliver(STORE, from, to);
  }

  /** Appends the events of another store with the same first day, likewise. */
  long deliver(StoreDefinition store, int from, int to) {
    Dataset<Row> events =
        StoreGenerator.events(spark, store)
            .filter(
                col(EventColumns.DATE)
                    .geq(lit(Date.valueOf(date(from))))
                    .and(col(EventColumns.DATE).lt(lit(Date.valueOf(date(to))))))
            .coalesce(1)
            .cache();
    try {
      append(events);
      return events.count();
    } finally {
      events.unpersist();
    }
  }

  /** Appends events of one user and item, one a second from a time on. */
  void deliver(String user, String item, Instant from, int count) {
    List<Row> rows = new ArrayList<>();
    for (int n = 0; n < count; n++) {
      rows.add(event(user, item, from.plusSeconds(n)));
    }
    deliver(rows);
  }

  /** Appends events in one commit. */
  void deliver(List<Row> rows) {
    append(spark.createDataFrame(rows, EventColumns.EVENTS).coalesce(1));
  }

  /** A row of the events table. */
  static Row event(String user, String item, Instant time) {
    return event(user, item, time, "purchase", 1.0);
  }

  /** A row of the events table that is a rating. */
  static Row rating(String user, String item, Instant time, double value) {
    return event(user, item, time, "rating", value);
  }

  /** A row of the events table of any type. */
  static Row event(String user, String item, Instant time, String type, double value) {
    return RowFactory.create(
        user,
        item,
        type,
        value,
        Timestamp.from(time),
        Date.valueOf(time.atZone(ZoneOffset.UTC).toLocalDate()),
        null,
        null);
  }

  private void append(Dataset<Row> events) {
    events
        .write()
        .format("delta")
        .mode("append")
        .partitionBy(EventColumns.DATE)
        .save(warehouse().table("events"));
  }

  RetrainingRun nights(PipelineDefinition pipeline) {
    return new RetrainingRun(
        spark, warehouse(), pipeline, Clock.systemUTC(), Progress.SILENT, WriteListener.NONE);
  }

  /** The night of the days from one to before another. */
  RunOutcome night(PipelineDefinition pipeline, int from, int to) {
    return nights(pipeline).run(NightRequest.of(days(from, to)));
  }

  /** The night of a day. */
  RunOutcome night(PipelineDefinition pipeline, int day) {
    return night(pipeline, day, day + 1);
  }

  /** A night that learns a slice that was set aside. */
  RunOutcome include(PipelineDefinition pipeline, String slice) {
    return nights(pipeline)
        .run(
            new NightRequest(
                Optional.empty(),
                NightRequest.Start.WARM,
                Optional.of(slice),
                NightRequest.Effect.WRITE,
                "retrain"));
  }

  /** Version in use; 0 when there is none. */
  long champion(PipelineDefinition pipeline) {
    return registry().alias(pipeline.name(), "champion").map(v -> v.version()).orElse(0L);
  }

  /** State of each slice, by its name. */
  Map<String, SliceState.State> slices(PipelineDefinition pipeline) {
    Map<String, SliceState.State> states = new TreeMap<>();
    registry().slices(pipeline.name()).forEach(s -> states.put(s.sliceId(), s.state()));
    return states;
  }

  /** Rows of a table. */
  Dataset<Row> table(String name) {
    return spark.read().format("delta").load(warehouse().table(name));
  }

  /** The row sums of the last run of a pipeline, as its table has them. */
  Map<String, Long> lastSums(PipelineDefinition pipeline) {
    return table("runs")
        .filter(col("pipeline").equalTo(pipeline.name()))
        .orderBy(col("closed_at").desc())
        .select("row_counts")
        .head()
        .getJavaMap(0);
  }

  /** Recommends for the users of a pipeline, without a table of items. */
  Recommender recommender(PipelineDefinition pipeline) {
    return new Recommender(
        TestSession.get(),
        warehouse(),
        registry(),
        new DeltaRecommendations(TestSession.get(), warehouse(), WriteListener.NONE),
        new RecommendationSource(
            pipeline.name(),
            pipeline.source(),
            ModelFamilies.of(pipeline),
            pipeline.rankedBy(),
            Optional.empty()),
        Progress.SILENT);
  }

  /** A list of so many items for everybody, of what they had too, without rules. */
  static RecommendationRequest everybody(int items, Instant now) {
    return new RecommendationRequest(
        Optional.empty(),
        new RecommendationOptions(
            items, false, true, Optional.empty(), Optional.empty(), 1000, 60, 1000),
        ItemRules.NONE,
        Scope.ALL,
        now);
  }

  /** Replays days of a pipeline anew for some arms; the backtest has the pipeline's name. */
  void replay(PipelineDefinition pipeline, int from, int to, List<BacktestArm> arms) {
    new Backtest(
            TestSession.get(),
            warehouse(),
            pipeline,
            Clock.systemUTC(),
            Progress.SILENT,
            WriteListener.NONE)
        .run(
            new BacktestRequest(
                date(from),
                date(to - 1),
                Optional.empty(),
                arms,
                2,
                Optional.of(pipeline.name()),
                BacktestRequest.Start.ANEW),
            told -> {});
  }

  /** Every file of the warehouse with its size. */
  Map<String, Long> files() {
    try (Stream<Path> files = Files.walk(folder)) {
      Map<String, Long> sizes = new TreeMap<>();
      for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
        sizes.put(folder.relativize(file).toString(), Files.size(file));
      }
      return sizes;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Names of the rules that failed. */
  static List<String> failed(RunOutcome outcome) {
    return outcome.findings().stream()
        .filter(f -> f.outcome() == Finding.Outcome.FAILED)
        .map(Finding::rule)
        .toList();
  }

  /** NDCG at 20 of a subject in a window, over all users. */
  static Optional<Measurement> ndcg(RunOutcome outcome, String window, String subject) {
    return outcome.measurements().stream()
        .filter(m -> m.window().equals(window) && m.subject().equals(subject))
        .filter(m -> m.segment().label().equals("all") && m.metric().label().equals("ndcg"))
        .filter(m -> m.k().orElse(0) == 20)
        .findFirst();
  }
}
