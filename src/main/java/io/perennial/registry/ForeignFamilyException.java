package io.perennial.registry;

import io.perennial.ExitCode;
import io.perennial.PerennialException;

/** A version was made by another model family than the one that is to read it. */
public final class ForeignFamilyException extends PerennialException {
  private ForeignFamilyException(String message) {
    super(ExitCode.USAGE, message);
  }

  /**
   * Passes a version that a family made itself.
   *
   * @throws ForeignFamilyException for any other
   */
  public static void check(ModelVersion version, String family) {
    if (!version.family().equals(family)) {
      throw new ForeignFamilyException(
          "Cannot read version "
              + version.version()
              + " of "
              + version.pipeline()
              + " with the model family "
              + family
              + ": the family "
              + version.family()
              + " made it. Set model.family: "
              + version.family()
              + ", or give the pipeline file another name: it begins with a version of its own.");
    }
  }
}
