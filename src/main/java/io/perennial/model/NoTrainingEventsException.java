package io.perennial.model;

import io.perennial.ExitCode;
import io.perennial.PerennialException;

/** There is nothing to learn a first version from. */
public final class NoTrainingEventsException extends PerennialException {
  /** Says what to do about it. */
  public NoTrainingEventsException() {
    super(
        ExitCode.DATA_CONTRACT,
        "Cannot train a model from scratch: there are no events to learn from. Ingest events first,"
            + " or widen the interval.");
  }
}
