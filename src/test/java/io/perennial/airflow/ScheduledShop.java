package io.perennial.airflow;

import io.perennial.Progress;
import io.perennial.TestSession;
import io.perennial.Warehouse;
import io.perennial.config.PipelineDefinition;
import io.perennial.config.PipelineReader;
import io.perennial.event.Ingest;
import io.perennial.pipeline.NightRequest;
import io.perennial.pipeline.RetrainingRun;
import io.perennial.pipeline.RunOutcome;
import io.perennial.registry.WriteListener;
import io.perennial.simulation.StoreDefinition;
import io.perennial.simulation.StoreGenerator;
import io.perennial.slice.Interval;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;

/** A generated store with a scheduled pipeline; its files come day by day. */
final class ScheduledShop {
  /** Days that the first version learns. */
  static final int BASE_DAYS = 6;

  private static final int DAYS = BASE_DAYS + 4;

  private static final StoreDefinition STORE =
      StoreDefinition.small()
          .with(
              Map.of(
                  "users", "120",
                  "items", "60",
                  "days", Integer.toString(DAYS),
                  "firstDay", "2026-03-02",
                  "zone", "UTC",
                  "eventsPerDay", "250",
                  "lateShare", "0",
                  "badRowShare", "0"));

  /** So few events a day scatter widely: only what no shop does is refused. */
  private static final String PIPELINE =
      """
      name: %s
      seed: 11
      ingest:
        columns:
          user_id: user
          item_id: item
        timestampFormats:
          - iso
          - yyyy-MM-dd HH:mm:ss
        sourceTimeZone: UTC
      model:
        rank: 8
        maxIter: 4
      evaluation:
        replicates: 50
      gate:
        baseline: none
        maximalForgetting: 10
        minimalUsers: 1000000
        drift:
          newItemShare: 0.9
          rowsLoss: 0.9
          rowsPerUserLoss: 0.9
          hoursLoss: 0.9
          itemDivergence: 0.9
          repeatLiftChange: 50
      schedule:
        cron: "30 2 * * *"
        startDate: 2026-03-01
        retries: 1
        retryDelay: 1s
        sparkConf: %s
        executionTimeout: 15m
      %s
      """;

  /** Little memory, no page, quick compilation: a life of seconds. */
  private static final String SPARK =
      """
      spark.ui.enabled false
      spark.sql.shuffle.partitions 2
      spark.databricks.delta.snapshotPartitions 1
      spark.sql.codegen.wholeStage false
      spark.sql.codegen.factoryMode NO_CODEGEN
      spark.sql.adaptive.enabled false
      spark.driver.bindAddress 127.0.0.1
      spark.driver.host 127.0.0.1
      spark.driver.memory 1g
      spark.driver.extraJavaOptions -XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=240m
      spark.log.level WARN
      """;

  private final Path folder;
  private final Path file;
  private final PipelineDefinition pipeline;

  private ScheduledShop(Path folder, Path file) {
    this.folder = folder;
    this.file = file;
    this.pipeline = PipelineReader.read(file);
  }

  /**
   * A store in a folder, with its files in {@code store/events} and nothing learnt.
   *
   * @param more keys of the section schedule
   */
  static ScheduledShop generate(Path folder, String name, String... more) throws IOException {
    Path spark = Files.writeString(folder.resolve("spark.conf"), SPARK);
    Path pipelines = Files.createDirectories(folder.resolve("pipelines"));
    StringBuilder keys = new StringBuilder();
    for (String key : more) {
      keys.append("  ").append(key).append('\n');
    }
    Path file =
        Files.writeString(pipelines.resolve(name + ".yaml"), PIPELINE.formatted(name, spark, keys));
    StoreGenerator.generate(
        TestSession.get(), STORE, folder.resolve("store").toString(), Progress.SILENT);
    return new ScheduledShop(folder, file);
  }

  Path pipelines() {
    return file.getParent();
  }

  Path warehouse() {
    return folder.resolve("warehouse");
  }

  static LocalDate day(int number) {
    return STORE.firstDay().plusDays(number);
  }

  /** The file of a day. */
  Path delivery(int day) {
    return folder.resolve("store/events/events-" + day(day) + ".csv.gz");
  }

  /** A file of one more day of which one machine is nearly all: no shop's customers do that. */
  Path corrupted(int day) throws IOException {
    Path file = folder.resolve("corrupted-" + day + ".csv.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
      StringBuilder lines = new StringBuilder("user,item,event_type,value,event_time\n");
      for (int n = 0; n < 600; n++) {
        lines
            .append(n % 10 == 0 ? "u" + n : "machine")
            .append(",ware,purchase,1,")
            .append(day(day))
            .append(" 12:%02d:%02d%n".formatted(n / 60, n % 60));
      }
      out.write(lines.toString().getBytes(StandardCharsets.UTF_8));
    }
    return file;
  }

  /** Files of the days from one to before another become events, in this process. */
  void ingest(int from, int to) throws IOException {
    Path files = Files.createDirectories(folder.resolve("days-" + from + "-to-" + to));
    for (int day = from; day < to; day++) {
      Files.copy(delivery(day), files.resolve(delivery(day).getFileName()));
    }
    ingest(files);
  }

  /** A file, or the files of a folder, become events, in this process. */
  void ingest(Path delivery) {
    new Ingest(
            TestSession.get(),
            new Warehouse(warehouse().toString()),
            pipeline.ingest().orElseThrow(),
            pipeline.zone(),
            Progress.SILENT)
        .run(
            delivery.toString(),
            "ingest-" + delivery.getFileName(),
            Instant.EPOCH,
            Ingest.Mode.WRITE);
  }

  /** Learns the days from one to before another, in this process. */
  RunOutcome learn(Path warehouse, int from, int to) {
    return new RetrainingRun(
            TestSession.get(),
            new Warehouse(warehouse.toString()),
            pipeline,
            Clock.systemUTC(),
            Progress.SILENT,
            WriteListener.NONE)
        .run(
            NightRequest.of(
                Optional.of(
                    new Interval(
                        day(from).atStartOfDay(pipeline.zone()).toInstant(),
                        day(to).atStartOfDay(pipeline.zone()).toInstant()))));
  }
}
