package io.perennial.pipeline;

import io.perennial.ExitCode;
import io.perennial.PerennialException;

/** A slice named with {@code --include} does not exist or was not set aside. */
public final class UnknownSliceException extends PerennialException {
  public UnknownSliceException(String message) {
    super(ExitCode.USAGE, message);
  }
}
