package io.perennial.cli;

/**
 * How a command fails inside a cluster, where the process must not be ended under Spark's feet; the
 * sentence was printed before.
 */
final class CommandFailedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  CommandFailedException(int exitCode) {
    super("The command failed with exit code " + exitCode + "; its message stands above.");
  }
}
