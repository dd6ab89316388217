package io.perennial.cli;

import io.perennial.ExitCode;
import io.perennial.PerennialException;

/** A command was given something that it cannot work with. */
final class UsageException extends PerennialException {
  private static final long serialVersionUID = 1L;

  UsageException(String message) {
    super(ExitCode.USAGE, message);
  }

  UsageException(String message, Throwable cause) {
    super(ExitCode.USAGE, message, cause);
  }
}
