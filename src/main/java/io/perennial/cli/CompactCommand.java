package io.perennial.cli;

import io.perennial.ExitCode;
import io.perennial.registry.Compaction;
import io.perennial.registry.Compaction.Compacted;
import io.perennial.registry.Lease;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Few files of many. */
@Command(
    name = "compact",
    description = {
      "Merges the small files of a pipeline's small tables, and deletes files that were replaced"
          + " or taken out more than seven days ago. No row changes, and the same again does"
          + " nothing.",
      "--pipeline can be left out while the warehouse has only one."
    },
    footerHeading = "%nExample:%n",
    footer = "  perennial compact --pipeline pipelines/online-retail.yaml")
final class CompactCommand implements Callable<Integer> {
  private static final List<String> COLUMNS =
      List.of("pipeline", "table", "files_merged", "files_written", "files_deleted");

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    try (Composition composition = Composition.open(spec)) {
      composition.requireWarehouse();
      String pipeline =
          composition
              .namedPipeline()
              .orElseGet(() -> composition.pipelineName(composition.versions()));
      Compaction compaction = new Compaction(composition.spark(), composition.warehouse());
      if (Perennial.options(spec.commandLine()).isDryRun()) {
        composition
            .printer()
            .print(
                List.of("pipeline", "table"),
                compaction.tables().stream()
                    .map(table -> Map.of("pipeline", pipeline, "table", table))
                    .toList());
        return ExitCode.OK.code();
      }
      composition.progress().begin("compacting", 0);
      List<Compacted> done = underLease(composition, compaction, pipeline);
      composition.progress().end();
      composition
          .printer()
          .print(COLUMNS, done.stream().map(table -> row(pipeline, table)).toList());
      return ExitCode.OK.code();
    }
  }

  @SuppressWarnings("try") // the lease is held, not used
  private static List<Compacted> underLease(
      Composition composition, Compaction compaction, String pipeline) {
    try (Lease lease = composition.lease(pipeline)) {
      return compaction.run(pipeline, composition.clock().instant());
    }
  }

  private static Map<String, Object> row(String pipeline, Compacted table) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("pipeline", pipeline);
    row.put("table", table.table());
    row.put("files_merged", table.merged());
    row.put("files_written", table.into());
    row.put("files_deleted", table.deleted());
    return row;
  }
}
