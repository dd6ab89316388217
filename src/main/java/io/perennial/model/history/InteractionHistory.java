package io.perennial.model.history;

import java.io.Serializable;
import java.util.Arrays;
import java.util.List;

/**
 * What some users did, in memory: compressed rows by user, one entry for each distinct (user,
 * item).
 *
 * <p>A count decays: {@code counts[p]} is as of {@code lastTimes[p]}, and stands for {@code
 * counts[p] · 0.5^((t − lastTimes[p]) / halfLife)} at a later instant t.
 */
public final class InteractionHistory implements Serializable {
  private static final long serialVersionUID = 1L;
  private final int[] users;
  private final int[] offsets;
  private final int[] items;
  private final float[] counts;
  private final float[] values;
  private final int[] events;
  private final long[] lastTimes;

  /**
   * Takes the arrays as they are.
   *
   * @param users strictly increasing
   * @param offsets {@code users.length + 1}; the entries of users[n] are [offsets[n], offsets[n+1])
   * @param items item indices, increasing within a user
   * @param counts decayed number of events, each as much as its behaviour weighs, as of lastTimes
   * @param values value of the last event of the pair
   * @param events number of events of the pair, as the policy counts them, which never fades
   * @param lastTimes epoch milliseconds of the last event of the pair
   */
  public InteractionHistory(
      int[] users,
      int[] offsets,
      int[] items,
      float[] counts,
      float[] values,
      int[] events,
      long[] lastTimes) {
    if (offsets.length != users.length + 1
        || offsets[users.length] != items.length
        || counts.length != items.length
        || values.length != items.length
        || events.length != items.length
        || lastTimes.length != items.length) {
      throw new IllegalArgumentException("The arrays of a history do not fit together");
    }
    this.users = users;
    this.offsets = offsets;
    this.items = items;
    this.counts = counts;
    this.values = values;
    this.events = events;
    this.lastTimes = lastTimes;
  }

  /**
   * What users did, each with at least one item.
   *
   * @param sortedUsers strictly increasing
   * @param pasts of these users, with counts as of now
   * @param now epoch milliseconds
   */
  public static InteractionHistory of(int[] sortedUsers, List<Past> pasts, long now) {
    int[] users = new int[sortedUsers.length];
    int[] offsets = new int[users.length + 1];
    int pairs = pasts.stream().mapToInt(Past::size).sum();
    int[] items = new int[pairs];
    float[] counts = new float[pairs];
    float[] values = new float[pairs];
    int[] events = new int[pairs];
    long[] lastTimes = new long[pairs];
    int found = 0;
    int at = 0;
    for (int n = 0; n < sortedUsers.length; n++) {
      Past past = pasts.get(n);
      if (past.size() > 0) {
        System.arraycopy(past.items(), 0, items, at, past.size());
        System.arraycopy(past.counts(), 0, counts, at, past.size());
        System.arraycopy(past.events(), 0, events, at, past.size());
        at += past.size();
        users[found++] = sortedUsers[n];
        offsets[found] = at;
      }
    }
    Arrays.fill(values, 1);
    Arrays.fill(lastTimes, now);
    return new InteractionHistory(
        Arrays.copyOf(users, found),
        Arrays.copyOf(offsets, found + 1),
        items,
        counts,
        values,
        events,
        lastTimes);
  }

  public static InteractionHistory empty() {
    return new InteractionHistory(
        new int[0], new int[1], new int[0], new float[0], new float[0], new int[0], new long[0]);
  }

  public int[] users() {
    return users;
  }

  public int[] offsets() {
    return offsets;
  }

  public int[] items() {
    return items;
  }

  public float[] counts() {
    return counts;
  }

  public float[] values() {
    return values;
  }

  /** Events of each pair, which never fade. */
  public int[] events() {
    return events;
  }

  public long[] lastTimes() {
    return lastTimes;
  }

  /** Number of distinct (user, item). */
  public int pairs() {
    return items.length;
  }

  /** Where a user stands in {@link #users()}, or a negative number. */
  public int position(int user) {
    return Arrays.binarySearch(users, user);
  }
}
