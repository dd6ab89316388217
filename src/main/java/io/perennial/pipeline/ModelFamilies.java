package io.perennial.pipeline;

import io.perennial.config.PipelineDefinition;
import io.perennial.model.ModelFamily;

/** The model family of a pipeline. */
public final class ModelFamilies {
  private ModelFamilies() {}

  /** With the options that the pipeline file gives it. */
  public static ModelFamily<?> of(PipelineDefinition pipeline) {
    return pipeline.learner().family();
  }
}
