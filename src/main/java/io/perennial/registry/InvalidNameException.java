package io.perennial.registry;

import io.perennial.ExitCode;
import io.perennial.PerennialException;

/** A name that the registry's tables cannot hold as a partition. */
public final class InvalidNameException extends PerennialException {
  public InvalidNameException(String message) {
    super(ExitCode.USAGE, message);
  }
}
