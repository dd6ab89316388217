package io.perennial.model.als;

import io.perennial.ExitCode;
import io.perennial.PerennialException;

/** Training ended in a value that is not finite. */
public final class DivergedTrainingException extends PerennialException {
  /** Names the entity by side ("user", "item") and dense index. */
  public DivergedTrainingException(String side, int index) {
    super(
        ExitCode.DATA_CONTRACT,
        "Training diverged: the factors of "
            + side
            + " index "
            + index
            + " are not finite. Look for extreme values among its events, or raise"
            + " model.regParam.");
  }
}
