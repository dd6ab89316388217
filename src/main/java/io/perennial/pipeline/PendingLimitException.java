package io.perennial.pipeline;

import io.perennial.ExitCode;
import io.perennial.PerennialException;

/** Too many nights in a row were rejected: a person has to look before the pipeline goes on. */
public final class PendingLimitException extends PerennialException {
  public PendingLimitException(String message) {
    super(ExitCode.DATA_CONTRACT, message);
  }
}
