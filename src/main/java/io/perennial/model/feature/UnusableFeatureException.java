package io.perennial.model.feature;

import io.perennial.ExitCode;
import io.perennial.PerennialException;

/** A column of features says nothing about anybody who is learnt from. */
public final class UnusableFeatureException extends PerennialException {
  /**
   * @param what it should have: "a value"
   */
  public UnusableFeatureException(String table, String column, String what) {
    super(
        ExitCode.DATA_CONTRACT,
        "Cannot learn from the column '"
            + column
            + "' of "
            + table
            + " (section features): nobody who has events has "
            + what
            + " there. Look whether the ids of the table are those of the events and whether the"
            + " column is the right one, or take it out of the pipeline file.");
  }
}
