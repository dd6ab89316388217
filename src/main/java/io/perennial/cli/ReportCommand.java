package io.perennial.cli;

import io.perennial.ExitCode;
import io.perennial.report.ReportWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** HTML pages. */
@Command(
    name = "report",
    description = {
      "Writes HTML pages that open offline: one for each version, one for the pipeline's history.",
      "They lie in WAREHOUSE/reports. --pipeline can be left out while the warehouse has only one."
    },
    footerHeading = "%nExample:%n",
    footer = "  perennial report --pipeline pipelines/online-retail.yaml --version 3")
final class ReportCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--version",
      paramLabel = "N",
      description = "The version; without it, every version has its page written anew.")
  private Long version;

  @Override
  public Integer call() {
    try (Composition composition = Composition.openInterpreted(spec)) {
      Versions versions = composition.versions();
      String pipeline = composition.pipelineName(versions);
      List<Long> wanted =
          version == null
              ? versions.numbers(pipeline)
              : List.of(versions.version(pipeline, version).version());
      List<Map<String, Object>> rows = new ArrayList<>();
      if (!Perennial.options(spec.commandLine()).isDryRun()) {
        ReportWriter writer = new ReportWriter(composition.spark(), composition.warehouse());
        composition.progress().begin("writing pages", 0);
        List<String> pages = writer.writeVersions(pipeline, wanted);
        for (int n = 0; n < wanted.size(); n++) {
          rows.add(row(pipeline, wanted.get(n), pages.get(n)));
        }
        rows.add(row(pipeline, null, pages.get(wanted.size())));
        composition.progress().end();
      } else {
        wanted.forEach(number -> rows.add(row(pipeline, number, "")));
      }
      composition.printer().print(List.of("pipeline", "version", "page"), rows);
      return ExitCode.OK.code();
    }
  }

  private static Map<String, Object> row(String pipeline, Long version, String page) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("pipeline", pipeline);
    row.put("version", version);
    row.put("page", page);
    return row;
  }
}
