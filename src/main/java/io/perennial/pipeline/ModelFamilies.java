package io.perennial.pipeline;

import io.perennial.config.PipelineDefinition;
import io.perennial.model.ModelFamily;
import io.perennial.model.als.AlsFamily;
import io.perennial.model.als.AlsHyperparameters;

/** The model families that a pipeline file can name. */
public final class ModelFamilies {
  private ModelFamilies() {}

  /** The family of a pipeline, with its hyper-parameters bound. */
  public static ModelFamily<?> of(PipelineDefinition pipeline) {
    if (pipeline.model() instanceof AlsHyperparameters parameters) {
      return new AlsFamily(parameters, pipeline.distillation());
    }
    throw new IllegalStateException(
        "No family learns with " + pipeline.model().getClass().getName());
  }
}
