package io.perennial.model.embedding;

import io.perennial.ExitCode;
import io.perennial.PerennialException;
import io.perennial.model.embedding.rounds.EventRows;

/** An event has a value that is no number. */
public final class UnusableRatingException extends PerennialException {
  /** Names the pair by dense indices. */
  public UnusableRatingException(int user, int item, double value) {
    super(
        ExitCode.DATA_CONTRACT,
        "Cannot learn from the event of user index "
            + user
            + " and item index "
            + item
            + ": its value is "
            + value
            + ". Correct the source, or exclude such rows when they are ingested.");
  }

  /**
   * @throws UnusableRatingException where a value is NaN or infinite
   */
  static void check(EventRows events) {
    int n = events.firstWithoutValue();
    if (n >= 0) {
      throw new UnusableRatingException(events.users()[n], events.items()[n], events.values()[n]);
    }
  }
}
