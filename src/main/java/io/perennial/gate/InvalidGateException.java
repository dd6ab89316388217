package io.perennial.gate;

import io.perennial.ExitCode;
import io.perennial.PerennialException;

/** A gate asks for a subject or metric that is not measured. */
public final class InvalidGateException extends PerennialException {
  public InvalidGateException(String message) {
    super(ExitCode.USAGE, message);
  }
}
