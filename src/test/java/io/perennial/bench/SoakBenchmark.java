package io.perennial.bench;

import io.perennial.Progress;
import io.perennial.TestSession;
import io.perennial.Warehouse;
import io.perennial.config.PipelineDefinition;
import io.perennial.config.PipelineReader;
import io.perennial.event.EventColumns;
import io.perennial.pipeline.RetrainingRun;
import io.perennial.pipeline.RunOutcome;
import io.perennial.registry.WriteListener;
import io.perennial.simulation.StoreDefinition;
import io.perennial.simulation.StoreGenerator;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.nio.file.Path;
import java.time.Clock;
import java.time.LocalDate;
import java.util.Locale;
import java.util.Map;
import org.apache.spark.sql.SparkSession;
import org.bytedeco.javacpp.Pointer;

/**
 * Many nights of a small store in one session: whether anything grows that should not. After every
 * so many nights garbage is collected, and a row is printed of what is left.
 */
public final class SoakBenchmark {
  private static final int BASE_DAYS = 20;

  private final SparkSession spark;
  private final Options options;
  private final Path folder;

  private SoakBenchmark(SparkSession spark, Options options, Path folder) {
    this.spark = spark;
    this.options = options;
    this.folder = folder;
  }

  /** Runs the benchmark; see {@code bin/bench --help}. */
  public static void main(String[] arguments) throws IOException {
    Options options =
        Options.read(
            arguments, "nights", "200", "every", "20", "family", "embedding", "folder", "");
    try (ScratchFolder folder = ScratchFolder.of(options.optional("folder"))) {
      new SoakBenchmark(TestSession.get(), options, folder.path()).run();
    }
    System.exit(0);
  }

  private void run() {
    int nights = options.small("nights");
    StoreDefinition store =
        StoreDefinition.small()
            .with(Map.of("days", Integer.toString(BASE_DAYS + nights), "zone", "UTC"));
    String source = folder.resolve("shop").toString();
    StoreGenerator.events(spark, store)
        .drop(EventColumns.SOURCE, EventColumns.INGEST_RUN)
        .coalesce(1)
        .write()
        .format("delta")
        .partitionBy(EventColumns.DATE)
        .save(source);
    RetrainingRun run =
        new RetrainingRun(
            spark,
            new Warehouse(folder.resolve("warehouse").toString()),
            pipeline(source),
            Clock.systemUTC(),
            Progress.SILENT,
            WriteListener.NONE);
    System.out.printf(
        Locale.ROOT,
        "%d nights of family %s in one session, %s%n%n",
        nights,
        options.text("family"),
        Machine.line());
    System.out.println(
        "| nights | s a night | events | heap, MB | beside the heap: ND4J, MB | buffers, MB | Java's"
            + " own, MB | resident, MB | threads | kept by Spark |");
    System.out.println("|---|---|---|---|---|---|---|---|---|---|");
    LocalDate day = store.firstDay();
    long events = learn(run, store, day, day.plusDays(BASE_DAYS));
    row(0, 0, events);
    day = day.plusDays(BASE_DAYS);
    long begin = System.nanoTime();
    int every = options.small("every");
    for (int night = 1; night <= nights; night++, day = day.plusDays(1)) {
      events += learn(run, store, day, day.plusDays(1));
      if (night % every == 0) {
        row(night, (System.nanoTime() - begin) / 1e9 / every, events);
        begin = System.nanoTime();
      }
    }
  }

  private static long learn(
      RetrainingRun run, StoreDefinition store, LocalDate from, LocalDate to) {
    RunOutcome outcome = run.run(NightCostBenchmark.request(from, to, store.zone()));
    System.err.println(outcome.sentence());
    if (outcome.kind() == RunOutcome.Kind.REJECTED) {
      throw new IllegalStateException("Not promoted: " + outcome.findings());
    }
    return outcome.rows().getOrDefault("slice", 0L);
  }

  /** What is left once nobody holds what is not needed. */
  private void row(int nights, double seconds, long events) {
    for (int n = 0; n < 3; n++) {
      System.gc();
      pause();
    }
    Runtime runtime = Runtime.getRuntime();
    System.out.printf(
        Locale.ROOT,
        "| %d | %s | %,d | %d | %d | %d | %d | %,d | %d | %d |%n",
        nights,
        seconds == 0 ? "" : Samples.digits(seconds),
        events,
        runtime.totalMemory() - runtime.freeMemory() >> 20,
        Pointer.totalBytes() >> 20,
        ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .mapToLong(BufferPoolMXBean::getMemoryUsed)
                .sum()
            >> 20,
        ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.NON_HEAP)
                .mapToLong(SoakBenchmark::used)
                .sum()
            >> 20,
        Machine.residentMegabytes(),
        ManagementFactory.getThreadMXBean().getThreadCount(),
        spark.sparkContext().getPersistentRDDs().size());
  }

  private static long used(MemoryPoolMXBean pool) {
    return pool.getUsage().getUsed();
  }

  /** Time for what is cleaned after a collection. */
  private static void pause() {
    try {
      Thread.sleep(500);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private PipelineDefinition pipeline(String source) {
    String family = options.text("family");
    String own =
        family.equals("embedding")
            ? """
              preset: retrieval
              recipe:
                dimension: 16
            distillation:
              teaching:
                likelihood: 0.5
                adversarial: 0.1
              replay:
                from: exemplars
                most: 10
                owner: user
            """
            : """
              preset: ials
              rank: 16
            """;
    return PipelineReader.read(
        "soak.yaml",
        """
        name: soak
        zone: UTC
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
        gate:
          # What is kept is looked at here, not models: every night is promoted.
          baseline: none
          maximalRegression: 1
          maximalForgetting: 1
          drift: none
          minimalUsers: 1
        model:
          family: %s
        %s"""
            .formatted(source.replace("'", "''"), family, own));
  }
}
