package io.perennial;

/**
 * A condition that a user can act on. Subclasses are named by condition; the message says what
 * could not be done, why, with the value, and what to do about it. The command line prints the
 * message alone, without a stack trace.
 */
public abstract class PerennialException extends RuntimeException {
  private final ExitCode exitCode;

  protected PerennialException(ExitCode exitCode, String message) {
    super(message);
    this.exitCode = exitCode;
  }

  protected PerennialException(ExitCode exitCode, String message, Throwable cause) {
    super(message, cause);
    this.exitCode = exitCode;
  }

  /** How the process ends when nobody handles this condition. */
  public ExitCode exitCode() {
    return exitCode;
  }
}
