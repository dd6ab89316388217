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
  FIRST_TIME,
  /**
   * Users whose whole past is one day: nothing in it twice, and no more than 24 hours from its
   * first event to its last. What a model makes of somebody it has met once.
   */
  SECOND_NIGHT;

  /** As in tables. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
