package io.perennial.pipeline;

import io.perennial.Progress;
import io.perennial.Warehouse;
import io.perennial.config.PipelineDefinition;
import io.perennial.registry.WriteListener;
import java.time.Clock;
import org.apache.spark.sql.SparkSession;

/** One night of one pipeline, from new events to a promoted or rejected version. */
public final class RetrainingRun {
  public RetrainingRun(
      SparkSession spark,
      Warehouse warehouse,
      PipelineDefinition pipeline,
      Clock clock,
      Progress progress,
      WriteListener listener) {}

  /** Runs the night. A rejected candidate, or nothing new, is an outcome and no error. */
  public RunOutcome run(NightRequest request) {
    throw new UnsupportedOperationException("being written");
  }
}
