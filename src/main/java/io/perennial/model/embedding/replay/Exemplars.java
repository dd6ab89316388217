package io.perennial.model.embedding.replay;

import io.perennial.model.RememberedEvents;
import java.io.Serializable;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * Events that are remembered, each with a key: of an owner's events those with the lowest keys
 * stay.
 *
 * @param users index of the user of each event
 * @param items index of its item
 * @param values its rating; 1 where there is none
 * @param keys finite
 * @param heads place of its behaviour, from 0, the main one
 * @param times epoch milliseconds
 */
public record Exemplars(
    int[] users, int[] items, float[] values, float[] keys, int[] heads, long[] times)
    implements Serializable {
  /** Nothing is remembered. */
  public static final Exemplars NONE =
      new Exemplars(new int[0], new int[0], new float[0], new float[0], new int[0], new long[0]);

  public Exemplars {
    if (items.length != users.length
        || values.length != users.length
        || keys.length != users.length
        || heads.length != users.length
        || times.length != users.length) {
      throw new IllegalArgumentException("The columns of exemplars do not fit together");
    }
  }

  public int size() {
    return users.length;
  }

  /** Those at some places, in the order given. */
  public Exemplars some(int[] places) {
    int[] someUsers = new int[places.length];
    int[] someItems = new int[places.length];
    float[] someValues = new float[places.length];
    float[] someKeys = new float[places.length];
    int[] someHeads = new int[places.length];
    long[] someTimes = new long[places.length];
    for (int n = 0; n < places.length; n++) {
      someUsers[n] = users[places[n]];
      someItems[n] = items[places[n]];
      someValues[n] = values[places[n]];
      someKeys[n] = keys[places[n]];
      someHeads[n] = heads[places[n]];
      someTimes[n] = times[places[n]];
    }
    return new Exemplars(someUsers, someItems, someValues, someKeys, someHeads, someTimes);
  }

  /** Those at the places that a condition accepts. */
  public Exemplars where(IntPredicate place) {
    int[] places = new int[size()];
    int n = 0;
    for (int p = 0; p < size(); p++) {
      if (place.test(p)) {
        places[n++] = p;
      }
    }
    return some(Arrays.copyOf(places, n));
  }

  /** All of some stores, one after the other. */
  public static Exemplars concatenated(List<Exemplars> parts) {
    int size = parts.stream().mapToInt(Exemplars::size).sum();
    int[] users = new int[size];
    int[] items = new int[size];
    float[] values = new float[size];
    float[] keys = new float[size];
    int[] heads = new int[size];
    long[] times = new long[size];
    int at = 0;
    for (Exemplars part : parts) {
      System.arraycopy(part.users, 0, users, at, part.size());
      System.arraycopy(part.items, 0, items, at, part.size());
      System.arraycopy(part.values, 0, values, at, part.size());
      System.arraycopy(part.keys, 0, keys, at, part.size());
      System.arraycopy(part.heads, 0, heads, at, part.size());
      System.arraycopy(part.times, 0, times, at, part.size());
      at += part.size();
    }
    return new Exemplars(users, items, values, keys, heads, times);
  }

  /**
   * At most so many of each owner, those with the lowest keys; of a (user, item, behaviour) only
   * the first in this store. The result is sorted by owner, key, user, item and behaviour, whatever
   * the order here.
   */
  public Exemplars bounded(Replay.Owner owner, int most) {
    int[] owners = owner == Replay.Owner.USER ? users : items;
    Integer[] byPair = order((a, b) -> comparePair(a, b) != 0 ? comparePair(a, b) : a - b);
    int[] distinct = new int[size()];
    int n = 0;
    for (int p = 0; p < byPair.length; p++) {
      if (p == 0 || comparePair(byPair[p], byPair[p - 1]) != 0) {
        distinct[n++] = byPair[p];
      }
    }
    Integer[] sorted = new Integer[n];
    Arrays.setAll(sorted, p -> distinct[p]);
    Arrays.sort(
        sorted,
        (a, b) -> {
          int c = Integer.compare(owners[a], owners[b]);
          c = c != 0 ? c : Float.compare(keys[a], keys[b]);
          return c != 0 ? c : comparePair(a, b);
        });
    int[] stay = new int[n];
    int stayed = 0;
    int ofOwner = 0;
    for (int p = 0; p < n; p++) {
      ofOwner = p > 0 && owners[sorted[p]] == owners[sorted[p - 1]] ? ofOwner + 1 : 0;
      if (ofOwner < most) {
        stay[stayed++] = sorted[p];
      }
    }
    return some(Arrays.copyOf(stay, stayed));
  }

  private Integer[] order(Comparator<Integer> comparator) {
    Integer[] order = new Integer[size()];
    Arrays.setAll(order, p -> p);
    Arrays.sort(order, comparator);
    return order;
  }

  private int comparePair(int a, int b) {
    int c = Integer.compare(users[a], users[b]);
    c = c != 0 ? c : Integer.compare(items[a], items[b]);
    return c != 0 ? c : Integer.compare(heads[a], heads[b]);
  }

  /** As they are kept with a version. */
  public RememberedEvents remembered() {
    return new RememberedEvents(users, items, heads, values, times, keys);
  }

  /** What {@link #remembered} gave. */
  public static Exemplars of(RememberedEvents events) {
    return new Exemplars(
        events.users(),
        events.items(),
        events.values(),
        events.keys(),
        events.behaviours(),
        events.times());
  }
}
