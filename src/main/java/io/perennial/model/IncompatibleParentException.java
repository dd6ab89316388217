package io.perennial.model;

import io.perennial.ExitCode;
import io.perennial.PerennialException;

/** The parent version cannot be continued with these parameters. */
public final class IncompatibleParentException extends PerennialException {
  /**
   * @param parameter name as in the pipeline file
   * @param parent its value in the parent
   * @param wanted its value now
   */
  public IncompatibleParentException(String parameter, Object parent, Object wanted) {
    super(
        ExitCode.USAGE,
        "Cannot continue the parent version: its "
            + parameter
            + " is "
            + parent
            + ", the pipeline file says "
            + wanted
            + ". Run 'retrain --full-rebuild', or set it back.");
  }
}
