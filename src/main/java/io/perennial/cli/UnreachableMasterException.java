package io.perennial.cli;

import io.perennial.ExitCode;
import io.perennial.PerennialException;

/** The cluster does not take the application; nothing was begun. */
final class UnreachableMasterException extends PerennialException {
  private static final long serialVersionUID = 1L;

  UnreachableMasterException(String message, Throwable cause) {
    super(ExitCode.TRY_AGAIN, message, cause);
  }
}
