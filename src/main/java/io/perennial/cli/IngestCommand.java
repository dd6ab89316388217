package io.perennial.cli;

import io.perennial.ExitCode;
import io.perennial.config.PipelineDefinition;
import io.perennial.event.Ingest;
import io.perennial.event.IngestOptions;
import io.perennial.event.IngestReport;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Files become events. */
@Command(
    name = "ingest",
    description = {
      "Reads CSV, JSON or Parquet files into the table events; refused lines go to quarantine.",
      "A file whose content was ingested before is skipped, so the same command can be run again."
    },
    footerHeading = "%nExample:%n",
    footer =
        "  perennial ingest --pipeline pipelines/online-retail.yaml --input"
            + " online-retail/2011-06-19.csv.gz")
final class IngestCommand implements Callable<Integer> {
  private static final List<String> COLUMNS =
      List.of(
          "files_read",
          "files_skipped",
          "raw_lines",
          "events",
          "excluded",
          "malformed",
          "first_event",
          "last_event",
          "excluded_by_rule",
          "malformed_by_reason",
          "written");

  @Spec private CommandSpec spec;

  @Option(
      names = {"-i", "--input"},
      paramLabel = "FILE|DIR",
      required = true,
      description = "A file, or a folder with files.")
  private String input;

  @Override
  public Integer call() {
    CommonOptions options = Perennial.options(spec.commandLine());
    PipelineDefinition pipeline = options.requiredPipeline();
    if (pipeline.source().table().isPresent()) {
      throw new UsageException(
          "Pipeline "
              + pipeline.name()
              + " reads the table "
              + pipeline.source().table().get()
              + ", which others fill: leave source.table out to ingest files into the warehouse's"
              + " own.");
    }
    try (Composition composition = Composition.open(spec)) {
      Ingest ingest = composition.ingest(pipeline);
      IngestReport report =
          ingest.run(
              input,
              composition.newRunId("ingest"),
              composition.clock().instant(),
              options.isDryRun() ? Ingest.Mode.DRY_RUN : Ingest.Mode.WRITE);
      print(composition.printer(), report);
      return ExitCode.OK.code();
    }
  }

  /** What an ingest without a section of the pipeline file would do. */
  static IngestOptions options(PipelineDefinition pipeline) {
    return pipeline.ingest().orElse(IngestOptions.DEFAULT);
  }

  private static void print(ResultPrinter printer, IngestReport report) {
    if (printer.isTable()) {
      report.sentences().forEach(printer::say);
      if (report.events() > 0 && report.written() == Ingest.Mode.WRITE) {
        printer.say("");
        printer.say("Next: 'perennial retrain' with the same pipeline learns them.");
      }
      return;
    }
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("files_read", report.filesRead().size());
    row.put("files_skipped", report.filesSkipped().size());
    row.put("raw_lines", report.rawLines());
    row.put("events", report.events());
    row.put("excluded", report.excludedRows());
    row.put("malformed", report.malformedRows());
    row.put("first_event", report.firstEvent().orElse(null));
    row.put("last_event", report.lastEvent().orElse(null));
    row.put("excluded_by_rule", report.excluded());
    row.put("malformed_by_reason", report.malformed());
    row.put("written", report.written() == Ingest.Mode.WRITE);
    printer.print(COLUMNS, List.of(row));
  }
}
