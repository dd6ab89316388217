package io.perennial.model.als;

import io.perennial.ExitCode;
import io.perennial.PerennialException;

/** The sums of so many items do not fit where they are kept. */
public final class TooManySumsException extends PerennialException {
  /**
   * @param items items whose sums are to be kept
   * @param rank length of a factor
   */
  public TooManySumsException(long items, int rank) {
    super(
        ExitCode.USAGE,
        "Cannot keep sums of "
            + items
            + " items at rank "
            + rank
            + ": at most "
            + Integer.MAX_VALUE / ItemSums.width(rank)
            + " fit, "
            + ItemSums.width(rank)
            + " numbers each. Set distillation.items to distilled, or lower model.rank.");
  }

  private TooManySumsException(String message) {
    super(ExitCode.USAGE, message);
  }

  /** Of a catalogue whose rows lie in blocks. */
  static TooManySumsException inBlocks() {
    return new TooManySumsException(
        "Cannot keep sums of items whose rows lie in blocks on executors: the driver keeps them. Set"
            + " distillation.items to distilled, or keep item rows in the driver: model.solver"
            + " spark, or auto with a larger "
            + EngineChoice.MOST_BROADCAST
            + ".");
  }
}
