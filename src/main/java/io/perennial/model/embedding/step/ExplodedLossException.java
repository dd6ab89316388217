package io.perennial.model.embedding.step;

import io.perennial.ExitCode;
import io.perennial.PerennialException;

/** Training left the range of numbers: no model comes of it. */
public final class ExplodedLossException extends PerennialException {
  /** Says how large the loss was. */
  public ExplodedLossException(double loss) {
    super(
        ExitCode.DATA_CONTRACT,
        "Training exploded: the loss of a batch was "
            + loss
            + ". Look for extreme values among the events, lower model.recipe.adam.learningRate, or set"
            + " model.recipe.clip to 1.");
  }
}
