package io.perennial.event;

import io.perennial.ExitCode;
import io.perennial.PerennialException;

/**
 * The source table can no longer tell what is new: cleaned log, RESTORE, another table under the
 * same name.
 */
public final class SourceGapException extends PerennialException {
  public SourceGapException(String message) {
    super(ExitCode.SOURCE_GAP, message);
  }

  public SourceGapException(String message, Throwable cause) {
    super(ExitCode.SOURCE_GAP, message, cause);
  }
}
