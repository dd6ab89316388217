package io.perennial.config;

import io.perennial.ExitCode;
import io.perennial.PerennialException;
import java.util.List;

/** A pipeline file is missing, is no YAML, or says something that cannot be. */
public final class InvalidPipelineException extends PerennialException {
  private final List<String> problems;

  /** Everything that is wrong with a file, one sentence each, in the order of its lines. */
  public InvalidPipelineException(List<String> problems) {
    super(ExitCode.USAGE, String.join(System.lineSeparator(), problems));
    this.problems = List.copyOf(problems);
  }

  public InvalidPipelineException(String problem, Throwable cause) {
    super(ExitCode.USAGE, problem, cause);
    this.problems = List.of(problem);
  }

  /** One sentence a problem. */
  public List<String> problems() {
    return problems;
  }
}
