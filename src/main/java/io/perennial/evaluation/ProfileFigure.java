package io.perennial.evaluation;

/**
 * Names of the figures of an {@link InputProfile}. All are made so that nights of several days
 * compare with nights of one.
 */
public final class ProfileFigure {
  /** Events a day. */
  public static final String ROWS = "rows";

  /** Users a day, each counted once on each day. */
  public static final String USERS = "users";

  /** Distinct items of the slice. */
  public static final String ITEMS = "items";

  /** Mean events of a user on one day. */
  public static final String ROWS_PER_USER = "rows_per_user";

  /** Median of the same. */
  public static final String MEDIAN_ROWS_PER_USER = "median_rows_per_user";

  /**
   * Hours of a day that events spread over: 2 to the power of the entropy of events by hour, which
   * a few stray events do not move.
   */
  public static final String HOURS = "hours";

  /** Share of all events that the busiest user made. */
  public static final String TOP_USER_SHARE = "top_user_share";

  /** Share of all events that fell on the most frequent item. */
  public static final String TOP_ITEM_SHARE = "top_item_share";

  /** Share of events with items that never occurred before. */
  public static final String NEW_ITEM_SHARE = "new_item_share";

  /**
   * Total variation distance, 0 to 1, between tonight's events and recent popularity over ten
   * classes of items that hold a tenth of recent popularity each: unlike a distance over single
   * items it hardly depends on how many events there are.
   */
  public static final String ITEM_DIVERGENCE = "item_divergence";

  /**
   * Pairs of returning users that repeat an item of their own, over the number expected if every
   * user drew from the night's items at random (5 added to both): 1 where items say nothing of
   * their users, as after a shuffle.
   */
  public static final String REPEAT_LIFT = "repeat_lift";

  private ProfileFigure() {}
}
