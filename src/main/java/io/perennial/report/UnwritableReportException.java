package io.perennial.report;

import io.perennial.ExitCode;
import io.perennial.PerennialException;
import java.io.IOException;

/** A page cannot be written where reports lie. */
public final class UnwritableReportException extends PerennialException {
  UnwritableReportException(String page, IOException cause) {
    super(
        ExitCode.USAGE,
        "Cannot write the report "
            + page
            + ": "
            + cause.getMessage()
            + ". Give the user of this process the right to write there, or name another warehouse"
            + " with --warehouse. The tables are not touched by this.",
        cause);
  }
}
