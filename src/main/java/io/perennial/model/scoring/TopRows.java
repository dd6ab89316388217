package io.perennial.model.scoring;

/**
 * The best items of some users, best first.
 *
 * @param n room for each user
 * @param sizes how many items each user has, at most n
 * @param items dense indices, row-major {@code users × n}; past a user's size meaningless
 * @param scores row-major likewise
 */
public record TopRows(int n, int[] sizes, int[] items, float[] scores) {
  public TopRows {
    if (n < 1 || items.length != (long) n * sizes.length || scores.length != items.length) {
      throw new IllegalArgumentException("The arrays of top rows do not fit together");
    }
  }

  /** Number of users. */
  public int users() {
    return sizes.length;
  }

  /** The item at a rank of a user, from 0. */
  public int item(int user, int rank) {
    return items[user * n + rank];
  }

  /** Its score. */
  public float score(int user, int rank) {
    return scores[user * n + rank];
  }
}
