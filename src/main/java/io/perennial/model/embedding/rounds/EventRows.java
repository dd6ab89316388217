package io.perennial.model.embedding.rounds;

import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * Events by dense index, column by column.
 *
 * @param users index of each event's user
 * @param items index of its item
 * @param values its rating; 1 where there is none
 * @param weights what it counts, above 0
 * @param times epoch milliseconds
 * @param heads place of its behaviour, from 0, the main one
 */
public record EventRows(
    int[] users, int[] items, float[] values, float[] weights, long[] times, int[] heads)
    implements Serializable {
  /** All of the main behaviour. */
  public EventRows(int[] users, int[] items, float[] values, float[] weights, long[] times) {
    this(users, items, values, weights, times, new int[users.length]);
  }

  public EventRows {
    if (items.length != users.length
        || values.length != users.length
        || weights.length != users.length
        || times.length != users.length
        || heads.length != users.length) {
      throw new IllegalArgumentException("The columns of events do not fit together");
    }
  }

  /** No events. */
  public static EventRows none() {
    return new EventRows(new int[0], new int[0], new float[0], new float[0], new long[0]);
  }

  public int size() {
    return users.length;
  }

  /** All rows of some pieces, one piece after the other. */
  public static EventRows concatenated(List<EventRows> pieces) {
    int size = 0;
    for (EventRows piece : pieces) {
      size = Math.addExact(size, piece.size());
    }
    int[] users = new int[size];
    int[] items = new int[size];
    float[] values = new float[size];
    float[] weights = new float[size];
    long[] times = new long[size];
    int[] heads = new int[size];
    int at = 0;
    for (EventRows piece : pieces) {
      int n = piece.size();
      System.arraycopy(piece.users, 0, users, at, n);
      System.arraycopy(piece.items, 0, items, at, n);
      System.arraycopy(piece.values, 0, values, at, n);
      System.arraycopy(piece.weights, 0, weights, at, n);
      System.arraycopy(piece.times, 0, times, at, n);
      System.arraycopy(piece.heads, 0, heads, at, n);
      at += n;
    }
    return new EventRows(users, items, values, weights, times, heads);
  }

  /**
   * The same by user, item, behaviour, time and value: an order that does not depend on how rows
   * came.
   */
  public EventRows sorted() {
    Integer[] order = new Integer[size()];
    Arrays.setAll(order, n -> n);
    Arrays.sort(order, this::compare);
    int[] rows = new int[order.length];
    Arrays.setAll(rows, n -> order[n]);
    return some(rows);
  }

  private int compare(int a, int b) {
    int c = Integer.compare(users[a], users[b]);
    c = c != 0 ? c : Integer.compare(items[a], items[b]);
    c = c != 0 ? c : Integer.compare(heads[a], heads[b]);
    c = c != 0 ? c : Long.compare(times[a], times[b]);
    c = c != 0 ? c : Float.compare(values[a], values[b]);
    return c != 0 ? c : Float.compare(weights[a], weights[b]);
  }

  /** The rows whose places pass a test, in the same order. */
  public EventRows where(IntPredicate test) {
    return some(IntStream.range(0, size()).filter(test).toArray());
  }

  /** Some of the rows, in the order given. */
  public EventRows some(int[] rows) {
    int[] someUsers = new int[rows.length];
    int[] someItems = new int[rows.length];
    float[] someValues = new float[rows.length];
    float[] someWeights = new float[rows.length];
    long[] someTimes = new long[rows.length];
    int[] someHeads = new int[rows.length];
    for (int n = 0; n < rows.length; n++) {
      someUsers[n] = users[rows[n]];
      someItems[n] = items[rows[n]];
      someValues[n] = values[rows[n]];
      someWeights[n] = weights[rows[n]];
      someTimes[n] = times[rows[n]];
      someHeads[n] = heads[rows[n]];
    }
    return new EventRows(someUsers, someItems, someValues, someWeights, someTimes, someHeads);
  }

  /** The first row whose value is NaN or infinite, or -1. */
  public int firstWithoutValue() {
    for (int n = 0; n < size(); n++) {
      if (!Float.isFinite(values[n])) {
        return n;
      }
    }
    return -1;
  }

  /** Distinct indices, increasing. */
  public static int[] distinct(int[] indices) {
    int[] sorted = indices.clone();
    Arrays.sort(sorted);
    int n = 0;
    for (int p = 0; p < sorted.length; p++) {
      if (p == 0 || sorted[p] != sorted[p - 1]) {
        sorted[n++] = sorted[p];
      }
    }
    return Arrays.copyOf(sorted, n);
  }
}
