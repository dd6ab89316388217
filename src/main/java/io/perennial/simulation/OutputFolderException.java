package io.perennial.simulation;

import io.perennial.ExitCode;
import io.perennial.PerennialException;

/** A folder for a generated store is taken by something else, or cannot be read or written. */
public final class OutputFolderException extends PerennialException {
  public OutputFolderException(String message) {
    super(ExitCode.USAGE, message);
  }

  public OutputFolderException(String message, Throwable cause) {
    super(ExitCode.USAGE, message, cause);
  }
}
