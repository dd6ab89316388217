package io.perennial.recommendation;

import io.perennial.ExitCode;
import io.perennial.PerennialException;

/** The rules leave no item that may be recommended. */
public final class NothingRecommendableException extends PerennialException {
  public NothingRecommendableException(String message) {
    super(ExitCode.USAGE, message);
  }
}
