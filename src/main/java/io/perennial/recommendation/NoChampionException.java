package io.perennial.recommendation;

import io.perennial.ExitCode;
import io.perennial.PerennialException;

/** A pipeline has no version in use yet. */
public final class NoChampionException extends PerennialException {
  public NoChampionException(String message) {
    super(ExitCode.USAGE, message);
  }
}
