package io.perennial.model.als;

import io.perennial.ExitCode;
import io.perennial.PerennialException;

/** The sums of so many items do not fit into one array. */
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
}
