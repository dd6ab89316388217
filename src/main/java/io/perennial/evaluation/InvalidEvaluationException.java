package io.perennial.evaluation;

import io.perennial.ExitCode;
import io.perennial.PerennialException;

/** What a pipeline asks to be measured cannot be measured with its feedback or family. */
public final class InvalidEvaluationException extends PerennialException {
  public InvalidEvaluationException(String message) {
    super(ExitCode.USAGE, message);
  }
}
