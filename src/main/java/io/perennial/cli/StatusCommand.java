package io.perennial.cli;

import io.perennial.ExitCode;
import io.perennial.config.PipelineDefinition;
import io.perennial.pipeline.Standing;
import io.perennial.registry.ModelVersion;
import io.perennial.registry.OpenedRun;
import io.perennial.registry.RunState;
import io.perennial.registry.Tables;
import io.perennial.slice.Interval;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.apache.spark.sql.Row;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** How a night ended, and how its pipeline stands. */
@Command(
    name = "status",
    description = {
      "Tells how a night ended by what the table runs says, which version is in use, how far its"
          + " events go, and how many nights in a row were rejected. A scheduler branches on it.",
      "Without --interval: the latest night."
    },
    footerHeading = "%nExample:%n",
    footer =
        "  perennial status --pipeline pipelines/online-retail.yaml --interval"
            + " 2011-06-19/2011-06-20 --output json")
final class StatusCommand implements Callable<Integer> {
  private static final List<String> COLUMNS =
      List.of(
          "pipeline",
          "run_id",
          "interval_from",
          "interval_to",
          "state",
          "outcome",
          "version",
          "rejected_by",
          "metrics",
          "champion",
          "champion_to_time",
          "rejections_in_a_row");

  private static final Set<String> JUDGED = Set.of("promoted", "rejected");

  @Spec private CommandSpec spec;

  @Option(
      names = "--interval",
      paramLabel = "FROM/TO",
      description = "The night, as it was given to 'retrain'.")
  private String interval;

  @Override
  public Integer call() {
    PipelineDefinition pipeline = Perennial.options(spec.commandLine()).requiredPipeline();
    Optional<Interval> span =
        Optional.ofNullable(interval).map(text -> Intervals.parse(text, pipeline.zone()));
    try (Composition composition = Composition.openInterpreted(spec)) {
      composition.requireWarehouse();
      Standing standing = Standing.of(composition.registry(), pipeline.name(), span);
      Map<String, Object> row = row(standing, composition);
      if (composition.printer().isTable()) {
        sentences(standing, row).forEach(composition.printer()::say);
      } else {
        composition.printer().print(COLUMNS, List.of(row));
      }
      return ExitCode.OK.code();
    }
  }

  private static Map<String, Object> row(Standing standing, Composition composition) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("pipeline", standing.pipeline());
    standing.run().ifPresent(run -> row.putAll(of(run)));
    standing
        .run()
        .filter(run -> run.outcome().filter(JUDGED::contains).isPresent())
        .ifPresent(run -> row.putAll(judged(run.opened(), composition.versions())));
    row.put("champion", standing.champion().map(ModelVersion::version).orElse(null));
    row.put("champion_to_time", standing.champion().map(StatusCommand::end).orElse(null));
    row.put("rejections_in_a_row", standing.rejections());
    return row;
  }

  private static Map<String, Object> of(RunState run) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("run_id", run.opened().runId());
    row.put("interval_from", run.interval().map(Interval::from).orElse(null));
    row.put("interval_to", run.interval().map(Interval::to).orElse(null));
    row.put("state", run.closed() ? "closed" : "open");
    row.put("outcome", run.outcome().orElse(null));
    row.put("version", run.opened().version() > 0 ? run.opened().version() : null);
    return row;
  }

  /** The figures that the gate saw, over all users, and the rules that failed. */
  private static Map<String, Object> judged(OpenedRun run, Versions versions) {
    ModelVersion version = versions.version(run.pipeline(), run.version());
    Map<String, Object> metrics = new LinkedHashMap<>();
    for (Row figure : versions.rows(Tables.MODEL_METRICS, version, "metric", "k")) {
      if (figure.getAs("window").equals("validation")
          && figure.getAs("subject").equals("candidate")
          && figure.getAs("segment").equals("all")) {
        Object k = figure.getAs("k");
        metrics.put(figure.getAs("metric") + (k == null ? "" : "@" + k), figure.getAs("value"));
      }
    }
    List<String> failed =
        versions.rows(Tables.GATE_FINDINGS, version, "position").stream()
            .filter(finding -> finding.getAs("outcome").equals("failed"))
            .map(finding -> finding.<String>getAs("rule"))
            .toList();
    return Map.of("metrics", metrics, "rejected_by", failed);
  }

  private static Instant end(ModelVersion version) {
    return version.slice().to().eventTime();
  }

  private static List<String> sentences(Standing standing, Map<String, Object> row) {
    String night =
        row.get("interval_from") == null
            ? "The latest night"
            : "The night " + row.get("interval_from") + " to " + row.get("interval_to");
    String ended =
        standing.run().isEmpty()
            ? standing.pipeline() + ": no run of this night is recorded."
            : standing.pipeline()
                + ": "
                + night
                + (row.get("outcome") == null
                    ? " is open: at work, or dead"
                    : " ended as " + row.get("outcome").toString().replace('_', ' '))
                + (row.get("version") == null ? "." : ", version " + row.get("version") + ".");
    String champion =
        standing
            .champion()
            .map(v -> "Version " + v.version() + " is in use; it knows events before " + end(v))
            .orElse("No version is in use yet");
    return List.of(ended, champion + ". Rejected nights in a row: " + standing.rejections() + ".");
  }
}
