package io.perennial.registry;

import io.perennial.ExitCode;
import io.perennial.PerennialException;

/** Another writer kept changing the same rows of a registry table. */
public final class RegistryConflictException extends PerennialException {
  public RegistryConflictException(String message) {
    super(ExitCode.TRY_AGAIN, message);
  }

  public RegistryConflictException(String message, Throwable cause) {
    super(ExitCode.TRY_AGAIN, message, cause);
  }
}
