package io.perennial.registry;

import io.perennial.ExitCode;
import io.perennial.PerennialException;

/** Another run is at work on the pipeline. */
public final class LeaseHeldException extends PerennialException {
  public LeaseHeldException(String message) {
    super(ExitCode.TRY_AGAIN, message);
  }
}
