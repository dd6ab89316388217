package io.perennial.pipeline.backtest;

import io.perennial.ExitCode;
import io.perennial.PerennialException;

/** A backtest that cannot be run as it was asked for. */
public final class ImpossibleBacktestException extends PerennialException {
  private static final long serialVersionUID = 1L;

  ImpossibleBacktestException(String message) {
    super(ExitCode.USAGE, message);
  }
}
