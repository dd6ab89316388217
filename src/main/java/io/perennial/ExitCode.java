package io.perennial;

/**
 * How a command ends, as the calling process sees it. Scripts and Airflow rely on these numbers.
 */
public enum ExitCode {
  /** Done; a rejected candidate or a night without new events is done too. */
  OK(0),
  /** A defect of the program: the only case in which a stack trace is shown. */
  INTERNAL(1),
  /** A wrong flag, a wrong pipeline file, a missing file or permission. */
  USAGE(2),
  /** The data break a declared contract. */
  DATA_CONTRACT(3),
  /** The source table's history has a gap: what is new can no longer be told. */
  SOURCE_GAP(4),
  /** The candidate was rejected and {@code --fail-on-reject} was given. */
  REJECTED(10),
  /** Another run holds the lease, or a commit conflicted: the same command can be tried again. */
  TRY_AGAIN(75);

  private final int code;

  ExitCode(int code) {
    this.code = code;
  }

  /** The process exit code, 0 to 255. */
  public int code() {
    return code;
  }
}
