package io.perennial.event;

import io.perennial.ExitCode;
import io.perennial.PerennialException;

/**
 * The data break a declared contract: too many malformed rows, a missing column, an update in an
 * append-only source.
 */
public final class DataContractException extends PerennialException {
  public DataContractException(String message) {
    super(ExitCode.DATA_CONTRACT, message);
  }

  public DataContractException(String message, Throwable cause) {
    super(ExitCode.DATA_CONTRACT, message, cause);
  }
}
