package io.perennial.bench;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.hash;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.pmod;
import static org.apache.spark.sql.functions.timestamp_millis;
import static org.apache.spark.sql.functions.unix_millis;
import static org.apache.spark.sql.functions.when;

import io.perennial.Progress;
import io.perennial.TestSession;
import io.perennial.Warehouse;
import io.perennial.config.PipelineDefinition;
import io.perennial.config.PipelineReader;
import io.perennial.event.EventColumns;
import io.perennial.model.ModelState;
import io.perennial.pipeline.NightRequest;
import io.perennial.pipeline.RetrainingRun;
import io.perennial.pipeline.RunOutcome;
import io.perennial.registry.DeltaModelRegistry;
import io.perennial.registry.ModelVersion;
import io.perennial.registry.WriteListener;
import io.perennial.simulation.StoreDefinition;
import io.perennial.simulation.StoreGenerator;
import io.perennial.slice.Interval;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Date;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * What a night costs when the same new events come on top of histories of different sizes.
 *
 * <p>For each size a store is made ({@link StoreDefinition#sized}), written as a Delta table of the
 * user's own and learnt as version 1. Then nights follow: in each of them the same number of
 * shoppers, most of them known, leave the same number of events. Prints a Markdown table of the
 * medians after each size.
 */
public final class NightCostBenchmark {
  private static final int SHOPPERS = 1_000;
  private static final int EVENTS = 10_000;

  /** Days of the shoppers' lives that make one night: a day of theirs has about 833 events. */
  private static final int SQUEEZED_DAYS = 14;

  private static final int WARM_UP = 2;

  private final SparkSession spark;
  private final Path folder;
  private final int measured;

  private NightCostBenchmark(SparkSession spark, Path folder, int measured) {
    this.spark = spark;
    this.folder = folder;
    this.measured = measured;
  }

  /** Runs the benchmark; see {@code bin/bench --help}. */
  public static void main(String[] arguments) throws IOException {
    Options options =
        Options.read(arguments, "folder", "", "nights", "3", "events", "10000000,100000,1000000");
    try (ScratchFolder folder = ScratchFolder.of(options.optional("folder"))) {
      NightCostBenchmark benchmark =
          new NightCostBenchmark(TestSession.compiled(), folder.path(), options.small("nights"));
      List<HistoryCost> costs = new ArrayList<>();
      for (int size : options.numbers("events")) {
        costs.add(benchmark.run(size));
        costs.sort(Comparator.comparingLong(HistoryCost::history));
        System.out.println("\n" + Machine.line() + "; medians of " + options.small("nights"));
        System.out.println(table(costs));
      }
    }
    System.exit(0);
  }

  /** Nights at one history size. */
  private record HistoryCost(long history, long users, long items, List<NightCost> nights) {
    double median(ToDoubleFunction<NightCost> figure) {
      double[] sorted = nights.stream().mapToDouble(figure).sorted().toArray();
      int middle = sorted.length / 2;
      return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
  }

  /** One night, with seconds of reading by phase and of reading its parent's rows alone. */
  private record NightCost(
      RunOutcome outcome,
      double seconds,
      double processorSeconds,
      long itemsWritten,
      long rowsWritten,
      double itemFactors,
      double userFactors,
      double history) {
    double phase(String... names) {
      return Arrays.stream(names).mapToDouble(n -> outcome.phases().getOrDefault(n, 0.0)).sum();
    }

    double outsidePhases() {
      return seconds - outcome.phases().values().stream().mapToDouble(s -> s).sum();
    }
  }

  private HistoryCost run(long size) throws IOException {
    Path home = Files.createDirectories(folder.resolve(Long.toString(size)));
    String source = home.resolve("shop").toString();
    StoreDefinition sized = StoreDefinition.sized(size);
    int days = sized.days();
    StoreDefinition store =
        sized.with(Map.of("days", Integer.toString(days + SQUEEZED_DAYS * (WARM_UP + measured))));
    StoreDefinition shoppers =
        store.with(
            Map.of(
                "users", Integer.toString(Math.min(SHOPPERS, store.users())),
                "newUsersPerDay", "0",
                "eventsPerDay", Double.toString(Math.min(SHOPPERS, store.users()) / 1.2)));
    long begin = System.nanoTime();
    if (commits(source) == 0) {
      StoreGenerator.events(spark, store, 0, days)
          .drop(EventColumns.SOURCE, EventColumns.INGEST_RUN)
          .write()
          .format("delta")
          .partitionBy(EventColumns.DATE)
          .save(source);
    }
    say("%,d events generated in %.0f s", size, seconds(begin));
    PipelineDefinition pipeline =
        PipelineReader.read("benchmark.yaml", pipelineFile(source, 32, 3));
    Warehouse warehouse = new Warehouse(home.resolve("warehouse").toString());
    RetrainingRun run =
        new RetrainingRun(
            spark, warehouse, pipeline, Clock.systemUTC(), Progress.SILENT, WriteListener.NONE);
    LocalDate first = store.firstDay();
    ZoneId zone = store.zone();
    begin = System.nanoTime();
    RunOutcome base = run.run(request(first, first.plusDays(days), zone));
    say("%s %.0f s %s", base.sentence(), seconds(begin), base.phases());
    List<NightCost> nights = new ArrayList<>();
    for (int night = 0; night < WARM_UP + measured; night++) {
      LocalDate day = first.plusDays(days + night);
      if (commits(source) == night + 1) {
        newEvents(shoppers, days + night * SQUEEZED_DAYS, day, night)
            .repartition(1)
            .write()
            .format("delta")
            .mode("append")
            .partitionBy(EventColumns.DATE)
            .save(source);
      }
      begin = System.nanoTime();
      double beginProcessor = Machine.processorSeconds();
      RunOutcome outcome = run.run(request(day, day.plusDays(1), zone));
      double processor = Machine.processorSeconds() - beginProcessor;
      double seconds = seconds(begin);
      say(
          "%s %.1f s, %.1f processor s %s",
          outcome.sentence(), seconds, processor, outcome.phases());
      if (outcome.kind() == RunOutcome.Kind.REJECTED) {
        throw new IllegalStateException(
            "Night " + night + " was not promoted: " + outcome.findings());
      }
      if (night >= WARM_UP && outcome.kind() == RunOutcome.Kind.PROMOTED) {
        nights.add(reading(warehouse, pipeline, outcome, seconds, processor));
      }
    }
    return new HistoryCost(
        spark
            .read()
            .format("delta")
            .load(source)
            .where(col(EventColumns.DATE).lt(lit(Date.valueOf(first.plusDays(days)))))
            .count(),
        ids(warehouse, "user"),
        ids(warehouse, "item"),
        nights);
  }

  /** Commits of the source table: one of the history, one for each night's events. */
  static int commits(String source) {
    File[] files = new File(source, "_delta_log").listFiles((log, name) -> name.endsWith(".json"));
    return files == null ? 0 : files.length;
  }

  /**
   * The same shoppers' next two weeks, squeezed into one day; one in twenty comes under a new name.
   */
  private Dataset<Row> newEvents(StoreDefinition shoppers, int fromDay, LocalDate day, int night) {
    long from = start(shoppers.firstDay().plusDays(fromDay), shoppers.zone());
    long to = start(day, shoppers.zone());
    Column user = col(EventColumns.USER);
    Column millis = unix_millis(col(EventColumns.TIME));
    return StoreGenerator.events(spark, shoppers, fromDay, SQUEEZED_DAYS)
        .drop(EventColumns.SOURCE, EventColumns.INGEST_RUN)
        .orderBy(EventColumns.TIME, EventColumns.USER, EventColumns.ITEM)
        .limit(EVENTS)
        .withColumn(
            EventColumns.TIME,
            timestamp_millis(
                millis.minus(lit(from)).divide(lit(SQUEEZED_DAYS)).cast("long").plus(lit(to))))
        .withColumn(EventColumns.DATE, lit(Date.valueOf(day)))
        .withColumn(
            EventColumns.USER,
            when(pmod(hash(user), lit(20)).equalTo(lit(0)), concat(user, lit("/" + night)))
                .otherwise(user));
  }

  /** Reads what a night reads of its parent once more, to tell how long that alone takes. */
  private NightCost reading(
      Warehouse warehouse,
      PipelineDefinition pipeline,
      RunOutcome outcome,
      double seconds,
      double processorSeconds) {
    DeltaModelRegistry registry =
        new DeltaModelRegistry(spark, warehouse, pipeline.keyframeEvery(), WriteListener.NONE);
    long number = outcome.version().orElseThrow();
    ModelVersion version = registry.version(pipeline.name(), number).orElseThrow();
    int[] touched =
        written(warehouse, "user_history", pipeline, number)
            .select("index")
            .collectAsList()
            .stream()
            .mapToInt(row -> row.getInt(0))
            .sorted()
            .toArray();
    ModelState state = registry.open(version);
    double items = timed(() -> state.items().all());
    double users = timed(() -> state.users().rows(touched));
    double history = timed(() -> registry.history(version).rows(touched));
    long itemsWritten = written(warehouse, "item_factors", pipeline, number).count();
    long rows =
        written(warehouse, "user_factors", pipeline, number).count()
            + itemsWritten
            + touched.length;
    return new NightCost(
        outcome, seconds, processorSeconds, itemsWritten, rows, items, users, history);
  }

  private Dataset<Row> written(
      Warehouse warehouse, String table, PipelineDefinition pipeline, long version) {
    return spark
        .read()
        .format("delta")
        .load(warehouse.table(table))
        .where(col("pipeline").equalTo(pipeline.name()).and(col("version").equalTo(version)));
  }

  private long ids(Warehouse warehouse, String kind) {
    return spark
        .read()
        .format("delta")
        .load(warehouse.table("entity_ids"))
        .where(col("kind").equalTo(kind))
        .count();
  }

  /** A pipeline whose gate lets every night pass, over a Delta table of the user's own. */
  static String pipelineFile(String source, int rank, int sweeps) {
    return """
    name: night-cost
    zone: Europe/Berlin
    seed: 7
    source:
      table: '%s'
      columns:
        user_id: user_id
        item_id: item_id
        event_time: event_time
        event_type: event_type
        value: value
        event_date: event_date
    model:
      family: als
      preset: ials
      rank: %d
      maxIter: %d
    gate:
      # Costs are compared here, not models: every night is promoted.
      baseline: none
      maximalRegression: 1
      maximalForgetting: 1
      drift: none
    """
        .formatted(source.replace("'", "''"), rank, sweeps);
  }

  static NightRequest request(LocalDate from, LocalDate to, ZoneId zone) {
    return NightRequest.of(
        Optional.of(
            new Interval(from.atStartOfDay(zone).toInstant(), to.atStartOfDay(zone).toInstant())));
  }

  private static long start(LocalDate day, ZoneId zone) {
    Instant instant = day.atStartOfDay(zone).toInstant();
    return instant.toEpochMilli();
  }

  private static double seconds(long begin) {
    return (System.nanoTime() - begin) / 1e9;
  }

  private static double timed(Supplier<?> work) {
    long begin = System.nanoTime();
    work.get();
    return seconds(begin);
  }

  private static void say(String format, Object... values) {
    System.err.printf(Locale.ROOT, format + "%n", values);
  }

  private static String table(List<HistoryCost> costs) {
    StringBuilder text = new StringBuilder("\n");
    row(text, costs, "events before", c -> number(c.history()));
    text.append("|---|").append("---:|".repeat(costs.size())).append('\n');
    row(text, costs, "users", c -> number(c.users()));
    row(text, costs, "items", c -> number(c.items()));
    row(text, costs, "new events", c -> median(c, n -> n.outcome().rows().get("slice")));
    row(text, costs, "users touched", c -> median(c, n -> n.outcome().rows().get("users")));
    row(text, costs, "item rows written", c -> median(c, NightCost::itemsWritten));
    row(text, costs, "rows written: users, items, history", c -> median(c, NightCost::rowsWritten));
    row(text, costs, "**a night (s)**", c -> "**" + tenths(c.median(NightCost::seconds)) + "**");
    row(
        text,
        costs,
        "**a night, processor seconds**",
        c -> "**" + tenths(c.median(NightCost::processorSeconds)) + "**");
    phase(text, costs, "read the new events", "read");
    phase(text, costs, "ids", "ids");
    phase(text, costs, "read the parent", "read_parent");
    phase(text, costs, "train (candidate, absorption)", "train", "absorb");
    phase(
        text, costs, "measure and judge", "prequential", "split", "validate", "forgetting", "gate");
    phase(text, costs, "write", "register");
    row(text, costs, "plan, lease, rows of runs", c -> tenths(c.median(NightCost::outsidePhases)));
    row(text, costs, "*of which* item factors", c -> hundredths(c.median(NightCost::itemFactors)));
    row(
        text,
        costs,
        "*of which* touched users' factors",
        c -> hundredths(c.median(NightCost::userFactors)));
    row(
        text,
        costs,
        "*of which* touched users' history",
        c -> hundredths(c.median(NightCost::history)));
    return text.toString();
  }

  private static void phase(
      StringBuilder text, List<HistoryCost> costs, String label, String... phases) {
    row(text, costs, label, c -> tenths(c.median(n -> n.phase(phases))));
  }

  private static void row(
      StringBuilder text,
      List<HistoryCost> costs,
      String label,
      java.util.function.Function<HistoryCost, String> cell) {
    text.append("| ").append(label).append(" |");
    costs.forEach(cost -> text.append(' ').append(cell.apply(cost)).append(" |"));
    text.append('\n');
  }

  private static String median(HistoryCost cost, ToDoubleFunction<NightCost> figure) {
    return number(Math.round(cost.median(figure)));
  }

  private static String number(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }

  private static String tenths(double seconds) {
    return String.format(Locale.ROOT, "%.1f", seconds);
  }

  private static String hundredths(double seconds) {
    return String.format(Locale.ROOT, "%.2f", seconds);
  }
}
