package io.perennial.evaluation;

import java.util.Locale;

/** Whose figure it is. */
public enum Segment {
  /** Every user of the window. */
  ALL,
  /** Users with events before the window. */
  RETURNING,
  /** Users without. */
  NEW,
  /** Of all users, only items that had events before the window count as relevant. */
  OLD_ITEMS,
  /** Of all users, only items without earlier events count as relevant. */
  NEW_ITEMS,
  /** Returning users, only items that they had before count as relevant. */
  REPEAT,
  /**
   * Returning users, items that they had before masked from the ranking, only others count as
   * relevant.
   */
  FIRST_TIME;

  /** As in tables. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
