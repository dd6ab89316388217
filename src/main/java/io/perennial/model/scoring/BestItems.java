package io.perennial.model.scoring;

import java.util.Arrays;

/**
 * The best n of many scores for each of some users, in a bounded heap a user on flat arrays: a
 * score costs one comparison unless it is among the best so far. Of equal scores the lower position
 * wins; NaN and negative infinity are never among the best.
 */
final class BestItems {
  private final int users;
  private final int n;
  private final int[] sizes;
  private final float[] scores;
  private final int[] positions;

  /**
   * @param users number of users
   * @param n how many scores are kept for each, at least 1
   */
  BestItems(int users, int n) {
    this.users = users;
    this.n = n;
    this.sizes = new int[users];
    this.scores = new float[Math.multiplyExact(users, n)];
    this.positions = new int[users * n];
  }

  /** Forgets everything. */
  void clear() {
    Arrays.fill(sizes, 0);
  }

  /**
   * Offers a user's scores of the positions [first, first + length); positions must be offered in
   * increasing order.
   *
   * @param from where the scores begin in {@code row}
   */
  void offer(int user, float[] row, int from, int length, int first) {
    float least = least(user);
    int at = from;
    int end = from + length;
    int fours = from + (length & ~3);
    for (; at < fours; at += 4) {
      if (row[at] > least | row[at + 1] > least | row[at + 2] > least | row[at + 3] > least) {
        for (int i = at; i < at + 4; i++) {
          if (row[i] > least) {
            add(user, row[i], first + i - from);
            least = least(user);
          }
        }
      }
    }
    for (; at < end; at++) {
      if (row[at] > least) {
        add(user, row[at], first + at - from);
        least = least(user);
      }
    }
  }

  /** What a score must exceed to be kept. */
  private float least(int user) {
    return sizes[user] < n ? Float.NEGATIVE_INFINITY : scores[user * n];
  }

  private void add(int user, float score, int position) {
    int root = user * n;
    if (sizes[user] < n) {
      int child = sizes[user]++;
      while (child > 0) {
        int parent = (child - 1) >>> 1;
        if (!isWorse(score, position, root + parent)) {
          break;
        }
        move(root + parent, root + child);
        child = parent;
      }
      set(root + child, score, position);
    } else {
      sink(root, n, score, position);
    }
  }

  /** Puts an entry at the root of a heap of some size, in place of what was there. */
  private void sink(int root, int size, float score, int position) {
    int parent = 0;
    while (true) {
      int child = 2 * parent + 1;
      if (child >= size) {
        break;
      }
      int other = child + 1;
      if (other < size && isWorse(scores[root + other], positions[root + other], root + child)) {
        child = other;
      }
      if (isWorse(score, position, root + child)) {
        break;
      }
      move(root + child, root + parent);
      parent = child;
    }
    set(root + parent, score, position);
  }

  private boolean isWorse(float score, int position, int than) {
    return score < scores[than] || (score == scores[than] && position > positions[than]);
  }

  private void move(int from, int to) {
    scores[to] = scores[from];
    positions[to] = positions[from];
  }

  private void set(int at, float score, int position) {
    scores[at] = score;
    positions[at] = position;
  }

  /**
   * Everybody's best, best first.
   *
   * @param items the item of each position
   */
  TopRows sorted(int[] items) {
    for (int user = 0; user < users; user++) {
      int root = user * n;
      for (int size = sizes[user] - 1; size > 0; size--) {
        float score = scores[root + size];
        int position = positions[root + size];
        move(root, root + size);
        sink(root, size, score, position);
      }
    }
    int[] best = new int[positions.length];
    for (int user = 0; user < users; user++) {
      for (int at = user * n; at < user * n + sizes[user]; at++) {
        best[at] = items[positions[at]];
      }
    }
    return new TopRows(n, sizes.clone(), best, scores.clone());
  }
}
