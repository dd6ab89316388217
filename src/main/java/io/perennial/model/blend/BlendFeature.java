package io.perennial.model.blend;

/**
 * What the blend looks at when it weighs an item for a user. The order is the order of the weights:
 * what stands before {@link #HAD} is there for every item, the rest only for items that the user
 * had, and is 0 for all others.
 */
public enum BlendFeature {
  /** Log of the model's score and 0.01; what lies below zero follows on a line. */
  SCORE,
  /** Mean cosine between the item and what the user had lately, itself left out. */
  TASTE,
  /** Log of the item's events, fading within a week. */
  RECENT,
  /** Log of the item's events, fading within a month. */
  SLOW,
  /** Log of the number of users who had it. */
  AUDIENCE,
  /** Log of the events by each of them: how often an item is had again. */
  REPEATED,
  /** 1 for an item that came just now, fading within two weeks. */
  NEWNESS,
  /** 1. */
  HAD,
  /** Log of the user's decayed count. */
  HAD_DECAYED,
  /** Log of the user's count. */
  HAD_EVENTS,
  /** 1, fading within two weeks since the last time. */
  HAD_FORTNIGHT,
  /** 1, fading within two months. */
  HAD_SEASON,
  /** 1, fading within one month. */
  HAD_MONTH,
  /** How often this user has items again: log of his events by item. */
  HAD_USER_REPEATS,
  /** Log of the number of items he had. */
  HAD_BREADTH,
  HAD_SCORE,
  /** {@link #HAD_EVENTS} times {@link #SCORE}. */
  HAD_EVENTS_SCORE,
  HAD_TASTE,
  HAD_REPEATED,
  HAD_SLOW,
  HAD_AUDIENCE,
  HAD_NEWNESS;

  /** Number of features. */
  static final int COUNT = values().length;

  /** Number of those that every item has. */
  static final int SHARED = HAD.ordinal();

  /** As in tables and reports. */
  public String label() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }
}
