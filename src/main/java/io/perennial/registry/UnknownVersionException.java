package io.perennial.registry;

import io.perennial.ExitCode;
import io.perennial.PerennialException;

/** A version that does not exist, or cannot be what it is asked to be. */
public final class UnknownVersionException extends PerennialException {
  public UnknownVersionException(String message) {
    super(ExitCode.USAGE, message);
  }
}
