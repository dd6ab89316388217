package io.perennial.model;

import io.perennial.ExitCode;
import io.perennial.PerennialException;

/** A model family on the class path cannot be loaded, or its name is taken. */
public final class InvalidFamilyException extends PerennialException {
  public InvalidFamilyException(String message) {
    super(ExitCode.USAGE, message);
  }

  public InvalidFamilyException(String message, Throwable cause) {
    super(ExitCode.USAGE, message, cause);
  }
}
