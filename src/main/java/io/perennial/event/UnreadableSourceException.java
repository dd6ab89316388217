package io.perennial.event;

import io.perennial.ExitCode;
import io.perennial.PerennialException;

/**
 * A file or table named by the user is missing, is no Delta table, lacks a column, or may not be
 * read or written.
 */
public final class UnreadableSourceException extends PerennialException {
  public UnreadableSourceException(String message) {
    super(ExitCode.USAGE, message);
  }

  public UnreadableSourceException(String message, Throwable cause) {
    super(ExitCode.USAGE, message, cause);
  }
}
