package io.perennial.model.als;

import io.perennial.ExitCode;
import io.perennial.PerennialException;

/** The normal equations of an entity have no unique solution, for want of regularisation. */
public final class NotPositiveDefiniteException extends PerennialException {
  /** Names the entity by side ("user", "item") and dense index. */
  public NotPositiveDefiniteException(String side, int index, int pivot) {
    super(
        ExitCode.USAGE,
        "Cannot solve the factors of "
            + side
            + " index "
            + index
            + ": its normal equations are not positive definite (pivot "
            + pivot
            + "). Raise model.regParam, or lower model.rank.");
  }
}
