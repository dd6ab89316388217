package io.perennial.model;

import io.perennial.ExitCode;
import io.perennial.PerennialException;

/** The kept form of a version does not fit together. */
public final class CorruptStateException extends PerennialException {
  /** Says what does not fit. */
  public CorruptStateException(String what) {
    super(
        ExitCode.DATA_CONTRACT,
        "Cannot read the kept form of a version: "
            + what
            + ". Roll back to another version, or run 'retrain --full-rebuild'.");
  }
}
