package io.perennial.cli;

import io.perennial.Progress;
import io.perennial.QueryExecutionMode;
import io.perennial.Warehouse;
import io.perennial.config.PipelineDefinition;
import io.perennial.event.Ingest;
import io.perennial.pipeline.Backfill;
import io.perennial.pipeline.ModelFamilies;
import io.perennial.pipeline.RetrainingRun;
import io.perennial.pipeline.RunOutcome;
import io.perennial.recommendation.RecommendationSource;
import io.perennial.recommendation.Recommender;
import io.perennial.registry.DeltaModelRegistry;
import io.perennial.registry.DeltaRecommendations;
import io.perennial.registry.Lease;
import io.perennial.registry.Leases;
import io.perennial.registry.ModelRegistry;
import io.perennial.registry.Records;
import io.perennial.registry.WarehouseViews;
import io.perennial.registry.WriteListener;
import io.perennial.report.ReportWriter;
import java.io.IOException;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Model.CommandSpec;

/** Puts a command's parts together: the clock, Spark, the warehouse, progress and the printer. */
final class Composition implements AutoCloseable {
  private static final Set<RunOutcome.Kind> REPORTED =
      Set.of(RunOutcome.Kind.PROMOTED, RunOutcome.Kind.REJECTED);

  private static final DateTimeFormatter RUN_TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

  /** Keyframes are planned by nights, which bring the pipeline's own number. */
  private static final int ANY_KEYFRAME = 1;

  private final CommonOptions options;
  private final SparkSession spark;
  private final Clock clock = Clock.systemUTC();
  private final ResultPrinter printer;
  private final TerminalProgress progress;

  private Composition(CommonOptions options, SparkSession spark, CommandSpec command) {
    this.options = options;
    this.spark = spark;
    this.printer = printer(command);
    this.progress =
        new TerminalProgress(
            System.err,
            clock,
            options.log() == CommonOptions.LogForm.JSON
                ? TerminalProgress.Terminal.LOG
                : TerminalProgress.Terminal.detected());
  }

  /** Starts Spark for a command. */
  static Composition open(CommandSpec command) {
    CommonOptions options = Perennial.options(command.commandLine());
    Logs.settle(options);
    options.warehouse();
    Logs.belongTo(
        runId(command.name(), Clock.systemUTC()),
        options.pipeline().map(PipelineDefinition::name).orElse(""));
    SparkSession spark = Sessions.start(options.conf());
    Logs.settle(options);
    return new Composition(options, spark, command);
  }

  /** Starts Spark for a command whose queries see few rows: they are not compiled. */
  static Composition openInterpreted(CommandSpec command) {
    Composition composition = open(command);
    QueryExecutionMode.interpreted(composition.spark);
    return composition;
  }

  /** Where a command's result goes, for those that need no Spark. */
  static ResultPrinter printer(CommandSpec command) {
    return new ResultPrinter(
        command.commandLine().getOut(), Perennial.options(command.commandLine()).output());
  }

  SparkSession spark() {
    return spark;
  }

  Warehouse warehouse() {
    return options.warehouse();
  }

  Clock clock() {
    return clock;
  }

  ResultPrinter printer() {
    return printer;
  }

  Progress progress() {
    return progress;
  }

  /** A line for people while work goes on: to standard error, so that results stay alone. */
  void note(String line) {
    progress.note(line);
  }

  /** A name for a run that no other has: command, instant, and a few random characters. */
  String newRunId(String command) {
    return runId(command, clock);
  }

  private static String runId(String command, Clock clock) {
    return command
        + "-"
        + RUN_TIME.format(clock.instant())
        + "-"
        + UUID.randomUUID().toString().substring(0, 8);
  }

  /** Files of a pipeline become events. */
  Ingest ingest(PipelineDefinition pipeline) {
    return new Ingest(
        spark, warehouse(), IngestCommand.options(pipeline), pipeline.zone(), progress);
  }

  /** The registry of the warehouse. */
  ModelRegistry registry() {
    return new DeltaModelRegistry(spark, warehouse(), ANY_KEYFRAME, WriteListener.NONE);
  }

  /** The right to change a pipeline's versions. */
  Lease lease(String pipeline) {
    return new Leases(spark, warehouse(), clock)
        .acquire(
            pipeline,
            "models-" + ProcessHandle.current().pid() + "-" + clock.instant().toEpochMilli());
  }

  /**
   * Makes tables and views known to SQL.
   *
   * @throws UsageException where there is no warehouse
   */
  void openViews() {
    requireWarehouse();
    WarehouseViews.create(spark, warehouse());
  }

  /**
   * The versions of the warehouse.
   *
   * @throws UsageException where there is no warehouse
   */
  Versions versions() {
    requireWarehouse();
    return new Versions(new Records(spark, warehouse()), registry());
  }

  /** The pipeline whose file is named with --pipeline. */
  Optional<String> namedPipeline() {
    return options.pipeline().map(PipelineDefinition::name);
  }

  /**
   * The pipeline whose file is named, or the only one of the warehouse.
   *
   * @throws UsageException where neither tells which
   */
  String pipelineName(Versions versions) {
    return namedPipeline()
        .orElseGet(
            () -> {
              List<String> known = versions.pipelines();
              if (known.isEmpty()) {
                throw new UsageException(
                    "The warehouse "
                        + warehouse().root()
                        + " holds no version yet. Run 'perennial retrain' first, or name another"
                        + " with --warehouse.");
              }
              if (known.size() > 1) {
                throw new UsageException(
                    "Which pipeline? The warehouse holds "
                        + String.join(", ", known)
                        + ": name the file of one with --pipeline FILE.");
              }
              return known.get(0);
            });
  }

  /**
   * Looks whether the warehouse is there.
   *
   * @throws UsageException where it is not
   */
  void requireWarehouse() {
    String root = warehouse().root();
    try {
      Path path = new Path(root);
      if (!path.getFileSystem(spark.sessionState().newHadoopConf()).exists(path)) {
        throw new UsageException(
            "There is no warehouse in "
                + root
                + ". 'perennial demo' or 'perennial ingest' makes one; name another with"
                + " --warehouse.");
      }
    } catch (IOException e) {
      throw new UsageException("Cannot look into the warehouse " + root + ": " + e.getMessage(), e);
    }
  }

  /**
   * Top-N lists of a pipeline.
   *
   * @throws UsageException where there is no warehouse
   */
  Recommender recommender(PipelineDefinition pipeline) {
    requireWarehouse();
    return new Recommender(
        spark,
        warehouse(),
        registry(),
        new DeltaRecommendations(spark, warehouse(), WriteListener.NONE),
        new RecommendationSource(
            pipeline.name(),
            pipeline.source(),
            ModelFamilies.of(pipeline),
            pipeline.rankedBy(),
            pipeline.items()),
        progress);
  }

  /** One night of a pipeline. */
  RetrainingRun night(PipelineDefinition pipeline) {
    return new RetrainingRun(spark, warehouse(), pipeline, clock, progress, WriteListener.NONE);
  }

  /** Nights in a row. */
  Backfill nights(PipelineDefinition pipeline) {
    return new Backfill(night(pipeline), pipeline.zone());
  }

  /** Writes the pages of the versions that some nights made, and says where they are. */
  void report(PipelineDefinition pipeline, List<RunOutcome> outcomes) {
    List<Long> versions =
        outcomes.stream()
            .filter(outcome -> REPORTED.contains(outcome.kind()))
            .flatMap(outcome -> outcome.version().stream())
            .toList();
    if (!versions.isEmpty()) {
      progress.begin("writing the report", 0);
      List<String> pages =
          new ReportWriter(spark, warehouse()).writeVersions(pipeline.name(), versions);
      note("Report: " + pages.get(pages.size() - 1));
    }
  }

  @Override
  public void close() {
    progress.end();
    spark.stop();
  }
}
