package io.perennial.registry;

import io.perennial.ExitCode;
import io.perennial.PerennialException;

/** The rows of a version were deleted by {@code prune}; its metrics and findings are still kept. */
public final class PrunedVersionException extends PerennialException {
  public PrunedVersionException(String message) {
    super(ExitCode.USAGE, message);
  }
}
