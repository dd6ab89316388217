package io.perennial.bench;

import static org.apache.spark.sql.functions.col;

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
import java.nio.file.Path;
import java.sql.Date;
import java.time.Clock;
import java.time.LocalDate;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;

/**
 * What it takes to learn a large store inside the heap of this process, step by step: events are
 * generated into a Delta table, learnt as version 1 by a whole run of the product, and followed by
 * a night of one more day. Prints seconds and the peaks of heap and of resident memory.
 */
public final class MemoryBenchmark {
  private final SparkSession spark;
  private final Options options;
  private final Path folder;

  private MemoryBenchmark(SparkSession spark, Options options, Path folder) {
    this.spark = spark;
    this.options = options;
    this.folder = folder;
  }

  /** Runs the benchmark; see {@code bin/bench --help}. */
  public static void main(String[] arguments) throws IOException {
    Options options =
        Options.read(
            arguments,
            "events",
            "10m",
            "rank",
            "64",
            "sweeps",
            "3",
            "partitions",
            "2",
            "folder",
            "");
    SparkSession spark = TestSession.compiled();
    spark.conf().set("spark.sql.shuffle.partitions", options.text("partitions"));
    try (ScratchFolder folder = ScratchFolder.of(options.optional("folder"))) {
      new MemoryBenchmark(spark, options, folder.path()).run();
    }
    System.exit(0);
  }

  private void run() {
    StoreDefinition sized = StoreDefinition.sized(options.number("events"));
    int days = sized.days();
    StoreDefinition store = sized.with(Map.of("days", Integer.toString(days + 1)));
    String source = folder.resolve("shop").toString();
    System.out.printf(
        Locale.ROOT,
        "%,d events wanted, rank %d, %d sweeps, %s shuffle partitions on %s.%n%n",
        options.number("events"),
        options.small("rank"),
        options.small("sweeps"),
        options.text("partitions"),
        Machine.line());
    System.out.println(
        "| step | events | s | processor s | peak heap, MB | peak resident, MB | phases, s |");
    System.out.println("|---|---|---|---|---|---|---|");
    int commits = NightCostBenchmark.commits(source);
    if (commits == 0) {
      step("generate", () -> generate(store, 0, days, source));
    }
    RetrainingRun run = pipeline(source);
    LocalDate first = store.firstDay();
    step("first version", () -> learn(run, store, first, first.plusDays(days)));
    LocalDate next = first.plusDays(days);
    if (commits < 2) {
      step("generate a day", () -> generate(store, days, 1, source));
    }
    step("a night", () -> learn(run, store, next, next.plusDays(1)));
  }

  /** What a step did: its events, and what it tells of its phases. */
  private record Done(long events, String phases) {}

  private interface Step {
    Done run();
  }

  private static void step(String name, Step step) {
    Machine.forgetPeak();
    Done[] done = new Done[1];
    try (HeapPeak heap = new HeapPeak()) {
      Cost cost = Cost.of(() -> done[0] = step.run());
      System.out.printf(
          Locale.ROOT,
          "| %s | %,d | %s | %s | %,d | %,d | %s |%n",
          name,
          done[0].events(),
          Samples.digits(cost.seconds()),
          Samples.digits(cost.processorSeconds()),
          heap.megabytes(),
          Machine.peakResidentMegabytes(),
          done[0].phases());
    }
  }

  private Done generate(StoreDefinition store, int from, int days, String source) {
    StoreGenerator.events(spark, store, from, days)
        .drop(EventColumns.SOURCE, EventColumns.INGEST_RUN)
        .write()
        .format("delta")
        .mode(SaveMode.Append)
        .partitionBy(EventColumns.DATE)
        .save(source);
    LocalDate first = store.firstDay().plusDays(from);
    long events =
        spark
            .read()
            .format("delta")
            .load(source)
            .where(col(EventColumns.DATE).geq(Date.valueOf(first)))
            .count();
    return new Done(events, "");
  }

  private RetrainingRun pipeline(String source) {
    PipelineDefinition pipeline =
        PipelineReader.read(
            "benchmark.yaml",
            NightCostBenchmark.pipelineFile(
                source, options.small("rank"), options.small("sweeps")));
    return new RetrainingRun(
        spark,
        new Warehouse(folder.resolve("warehouse").toString()),
        pipeline,
        Clock.systemUTC(),
        Progress.SILENT,
        WriteListener.NONE);
  }

  private static Done learn(
      RetrainingRun run, StoreDefinition store, LocalDate from, LocalDate to) {
    RunOutcome outcome = run.run(NightCostBenchmark.request(from, to, store.zone()));
    System.err.println(outcome.sentence());
    if (outcome.kind() == RunOutcome.Kind.REJECTED) {
      throw new IllegalStateException("Not promoted: " + outcome.findings());
    }
    Stream<String> phases =
        outcome.phases().entrySet().stream()
            .filter(phase -> phase.getValue() >= 0.5)
            .map(phase -> phase.getKey() + " " + Samples.digits(phase.getValue()));
    return new Done(outcome.rows().getOrDefault("slice", 0L), String.join(", ", phases.toList()));
  }
}
