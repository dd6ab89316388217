package io.perennial.cli;

import io.perennial.config.PipelineDefinition;
import io.perennial.config.PipelineReader;
import java.nio.file.Path;

/** The pipeline file of the demo, delivered with the project. */
final class DemoPipeline {
  private DemoPipeline() {}

  /**
   * From the project's folder, which the launcher names; from the current one without a launcher.
   */
  static PipelineDefinition read() {
    return PipelineReader.read(
        Path.of(System.getProperty("perennial.home", "."), "pipelines", "demo.yaml"));
  }
}
