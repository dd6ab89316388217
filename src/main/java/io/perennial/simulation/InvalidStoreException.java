package io.perennial.simulation;

import io.perennial.ExitCode;
import io.perennial.PerennialException;

/** A store that cannot be generated: a figure out of its range, or figures that contradict. */
public final class InvalidStoreException extends PerennialException {
  public InvalidStoreException(String message) {
    super(ExitCode.USAGE, message);
  }

  public InvalidStoreException(String message, Throwable cause) {
    super(ExitCode.USAGE, message, cause);
  }
}
