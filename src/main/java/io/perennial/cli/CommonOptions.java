package io.perennial.cli;

import io.perennial.Warehouse;
import io.perennial.config.PipelineDefinition;
import io.perennial.config.PipelineReader;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** Options that every command understands, before or after its name. */
final class CommonOptions {
  /** How results are printed. */
  enum Output {
    TABLE,
    JSON;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** How the log is written. */
  enum LogForm {
    TEXT,
    JSON;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Option(
      names = {"-p", "--pipeline"},
      paramLabel = "FILE",
      scope = ScopeType.INHERIT,
      description = "What is learned: a pipeline file such as pipelines/template.yaml.")
  private String pipeline;

  @Option(
      names = {"-w", "--warehouse"},
      paramLabel = "URI",
      scope = ScopeType.INHERIT,
      defaultValue = "warehouse",
      description = "Folder of all tables, local or any Hadoop file system (${DEFAULT-VALUE}).")
  private String warehouse;

  @Option(
      names = "--conf",
      paramLabel = "FILE",
      scope = ScopeType.INHERIT,
      description = "Where and how fast: Spark settings, in the form of spark-defaults.conf.")
  private Path conf;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      scope = ScopeType.INHERIT,
      defaultValue = "table",
      description = "Form of the result: ${COMPLETION-CANDIDATES} (${DEFAULT-VALUE}).")
  private Output output;

  @Option(
      names = {"-n", "--dry-run"},
      scope = ScopeType.INHERIT,
      description = "Say what would be done, write nothing.")
  private boolean dryRun;

  @Option(
      names = {"-v", "--verbose"},
      scope = ScopeType.INHERIT,
      description = "Show the log, and the stack trace of a failure.")
  private boolean verbose;

  @Option(
      names = "--log",
      paramLabel = "FORM",
      scope = ScopeType.INHERIT,
      defaultValue = "text",
      description =
          "Form of the log: ${COMPLETION-CANDIDATES} (${DEFAULT-VALUE}); json: standard error"
              + " carries one object a line, with run_id, pipeline and version in each.")
  private LogForm log;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = ScopeType.INHERIT,
      description = "Show this help.")
  private boolean helpAsked;

  Warehouse warehouse() {
    String root = warehouse;
    if (root.isBlank()) {
      throw new UsageException("--warehouse needs a folder, got an empty text.");
    }
    return new Warehouse(
        root.contains(":/") ? root : Path.of(root).toAbsolutePath().normalize().toString());
  }

  /** The pipeline file's content, if one is named. */
  Optional<PipelineDefinition> pipeline() {
    return Optional.ofNullable(pipeline)
        .map(
            name -> {
              TextFile file = new TextFile(name);
              return file.isUri()
                  ? PipelineReader.read(name, file.content("--pipeline"))
                  : PipelineReader.read(Path.of(name));
            });
  }

  /**
   * The pipeline file's content.
   *
   * @throws UsageException when none is named
   */
  PipelineDefinition requiredPipeline() {
    return pipeline()
        .orElseThrow(
            () ->
                new UsageException(
                    "Which pipeline? Name its file with --pipeline FILE;"
                        + " pipelines/template.yaml shows every key."));
  }

  Optional<Path> conf() {
    return Optional.ofNullable(conf);
  }

  Output output() {
    return output;
  }

  LogForm log() {
    return log;
  }

  boolean isDryRun() {
    return dryRun;
  }

  boolean isVerbose() {
    return verbose;
  }
}
