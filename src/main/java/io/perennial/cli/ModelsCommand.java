package io.perennial.cli;

import io.perennial.ExitCode;
import io.perennial.registry.Lease;
import io.perennial.registry.ModelRegistry;
import io.perennial.registry.ModelVersion;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The versions of a pipeline. */
@Command(
    name = "models",
    description = {
      "Shows versions, says which one is in use, and deletes what they keep of users.",
      "--pipeline can be left out while the warehouse has only one."
    },
    subcommands = ForgetCommand.class,
    footerHeading = "%nExample:%n",
    footer = {
      "  perennial models list --pipeline pipelines/online-retail.yaml",
      "  perennial models compare 1 3",
      "  perennial models rollback"
    })
final class ModelsCommand implements Runnable {
  private static final List<String> CHANGE =
      List.of("pipeline", "alias", "version", "previous", "changed");

  @Spec private CommandSpec spec;

  /** Without an action: a usage error. */
  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(),
        "Which action? list, show, compare, promote, rollback, prune or forget.");
  }

  @Command(
      name = "list",
      description = "Every version, with its figure beside its parent's and the baseline's.",
      footerHeading = "%nExample:%n",
      footer = "  perennial models list --output json")
  int list() {
    try (Composition composition = Composition.openInterpreted(spec)) {
      Versions versions = composition.versions();
      List<String> pipelines =
          composition.namedPipeline().map(List::of).orElseGet(versions::pipelines);
      List<Map<String, Object>> rows = new ArrayList<>();
      pipelines.forEach(pipeline -> rows.addAll(versions.list(pipeline)));
      composition.printer().print(Versions.COLUMNS, rows);
      return ExitCode.OK.code();
    }
  }

  @Command(
      name = "show",
      description = "One version: where it comes from, its figures, and what the gate found.",
      footerHeading = "%nExample:%n",
      footer = "  perennial models show 3")
  int show(@Parameters(paramLabel = "VERSION", description = "Its number.") long number) {
    try (Composition composition = Composition.openInterpreted(spec)) {
      Versions versions = composition.versions();
      String pipeline = composition.pipelineName(versions);
      ModelVersion version = versions.version(pipeline, number);
      new VersionPrinter(composition.printer(), versions).print(version);
      return ExitCode.OK.code();
    }
  }

  @Command(
      name = "compare",
      description = "Figures of versions side by side; each on its own night's windows.",
      footerHeading = "%nExample:%n",
      footer = "  perennial models compare 1 3")
  int compare(
      @Parameters(paramLabel = "VERSION", arity = "2..*", description = "Their numbers.")
          List<Long> numbers) {
    try (Composition composition = Composition.openInterpreted(spec)) {
      Versions versions = composition.versions();
      String pipeline = composition.pipelineName(versions);
      numbers.forEach(number -> versions.version(pipeline, number));
      List<String> columns = new ArrayList<>(List.of("window", "segment", "metric", "k"));
      numbers.stream().distinct().forEach(number -> columns.add("version_" + number));
      composition.printer().print(columns, versions.compare(pipeline, numbers));
      return ExitCode.OK.code();
    }
  }

  @Command(
      name = "promote",
      description = "Puts a version into use; the one in use before becomes 'previous'.",
      footerHeading = "%nExample:%n",
      footer = "  perennial models promote 3")
  int promote(@Parameters(paramLabel = "VERSION", description = "Its number.") long number) {
    try (Composition composition = Composition.openInterpreted(spec)) {
      Versions versions = composition.versions();
      String pipeline = composition.pipelineName(versions);
      versions.version(pipeline, number);
      change(composition, pipeline, number);
      return ExitCode.OK.code();
    }
  }

  @Command(
      name = "rollback",
      description = {
        "Puts the version back into use that was in use before.",
        "No rows are deleted: 'promote' undoes it."
      },
      footerHeading = "%nExample:%n",
      footer = "  perennial models rollback --pipeline pipelines/online-retail.yaml")
  int rollback() {
    try (Composition composition = Composition.openInterpreted(spec)) {
      String pipeline = composition.pipelineName(composition.versions());
      ModelVersion previous =
          composition
              .registry()
              .alias(pipeline, "previous")
              .orElseThrow(
                  () ->
                      new UsageException(
                          "Pipeline "
                              + pipeline
                              + " has no version to go back to: no other was in use before."));
      change(composition, pipeline, previous.version());
      return ExitCode.OK.code();
    }
  }

  @Command(
      name = "prune",
      description = {
        "Deletes the rows of old versions that no version to be kept is made of.",
        "Their metrics, findings and lineage stay."
      },
      footerHeading = "%nExample:%n",
      footer = "  perennial models prune --keep 30")
  int prune(
      @Option(
              names = "--keep",
              paramLabel = "N",
              required = true,
              description = "So many of the newest versions stay, and those that aliases point to.")
          int keep) {
    if (keep < 1) {
      throw new UsageException("--keep must be at least 1, got " + keep + ".");
    }
    if (Perennial.options(spec.commandLine()).isDryRun()) {
      throw new UsageException(
          "'models prune' has no dry run; 'models list' shows the versions, of which the newest "
              + keep
              + " would stay.");
    }
    try (Composition composition = Composition.open(spec)) {
      String pipeline = composition.pipelineName(composition.versions());
      List<Long> gone = prune(composition, pipeline, keep);
      composition
          .printer()
          .print(
              List.of("pipeline", "version"),
              gone.stream()
                  .map(number -> Map.of("pipeline", pipeline, "version", number))
                  .toList());
      composition.printer().say(gone.size() + " versions have no rows any more.");
      return ExitCode.OK.code();
    }
  }

  /** Under the lease: a night that is running may be made of the rows that would go. */
  @SuppressWarnings("try") // the lease is held, not used
  private static List<Long> prune(Composition composition, String pipeline, int keep) {
    try (Lease lease = composition.lease(pipeline)) {
      return composition.registry().prune(pipeline, keep, composition.clock().instant());
    }
  }

  @SuppressWarnings("try") // the lease is held, not used
  private void change(Composition composition, String pipeline, long number) {
    ModelRegistry registry = composition.registry();
    boolean write = !Perennial.options(spec.commandLine()).isDryRun();
    Long before = registry.alias(pipeline, "champion").map(ModelVersion::version).orElse(null);
    boolean same = before != null && before == number;
    if (write && !same) {
      try (Lease lease = composition.lease(pipeline)) {
        registry.promote(pipeline, number, composition.clock().instant());
      }
    }
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("pipeline", pipeline);
    row.put("alias", "champion");
    row.put("version", number);
    row.put("previous", before);
    row.put("changed", write && !same);
    if (composition.printer().isTable()) {
      composition
          .printer()
          .say(
              same
                  ? "Version " + number + " of " + pipeline + " is in use already."
                  : (write ? "Version " : "Would put version ")
                      + number
                      + " of "
                      + pipeline
                      + (write ? " is in use now" : " into use")
                      + (before == null ? "." : " instead of version " + before + "."));
    } else {
      composition.printer().print(CHANGE, List.of(row));
    }
  }
}
