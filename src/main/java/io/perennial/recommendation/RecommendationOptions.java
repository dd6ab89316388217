package io.perennial.recommendation;

import java.util.Optional;

/**
 * What is recommended, and in which pieces it is written.
 *
 * @param top items for each user, 1 to 1000
 * @param excludeSeen whether items that a user had before are left out
 * @param foldIn whether users get a vector who came since the version; they get popular items
 *     otherwise
 * @param allow file with the ids of the only items that may be recommended, one a line
 * @param deny file with ids of items that may not
 * @param maximalItems items that are held at once, in the driver and on every executor; beyond it
 *     those are recommended that may be and were taken most of late
 * @param usersPerBucket about how many users share a partition of the table
 * @param usersAtOnce about how many users are worked out between two commits: what is lost when a
 *     run dies
 */
public record RecommendationOptions(
    int top,
    boolean excludeSeen,
    boolean foldIn,
    Optional<String> allow,
    Optional<String> deny,
    int maximalItems,
    int usersPerBucket,
    int usersAtOnce) {
  /** Twenty items for everybody. */
  public static final RecommendationOptions DEFAULT =
      new RecommendationOptions(
          20, false, true, Optional.empty(), Optional.empty(), 1_000_000, 20_000, 100_000);

  public RecommendationOptions {
    if (top < 1 || top > 1000) {
      throw new IllegalArgumentException(
          "recommendation.top must lie between 1 and 1000, got " + top);
    }
    if (maximalItems < 1) {
      throw new IllegalArgumentException(
          "recommendation.maximalItems must be at least 1, got " + maximalItems);
    }
    if (usersPerBucket < 1 || usersAtOnce < 1) {
      throw new IllegalArgumentException(
          "recommendation.usersPerBucket and usersAtOnce must be at least 1, got "
              + usersPerBucket
              + " and "
              + usersAtOnce);
    }
  }
}
