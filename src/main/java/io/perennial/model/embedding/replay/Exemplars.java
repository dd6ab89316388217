package io.perennial.model.embedding.replay;

import io.perennial.model.RememberedEvents;
import java.util.Arrays;
import java.util.Comparator;

/** Which events stay remembered: of an owner's those with the lowest keys. */
public final class Exemplars {
  private Exemplars() {}

  /**
   * At most so many of each owner, those with the lowest keys; of a (user, item, behaviour) only
   * the first. The result is sorted by owner, key, user, item and behaviour, whatever the order of
   * the events.
   */
  public static RememberedEvents bounded(RememberedEvents events, Replay.Owner owner, int most) {
    int[] owners = owner == Replay.Owner.USER ? events.users() : events.items();
    Comparator<Integer> pairs =
        Comparator.<Integer>comparingInt(p -> events.users()[p])
            .thenComparingInt(p -> events.items()[p])
            .thenComparingInt(p -> events.behaviours()[p]);
    Integer[] byPair = new Integer[events.size()];
    Arrays.setAll(byPair, p -> p);
    Arrays.sort(byPair, pairs.thenComparing(Comparator.naturalOrder()));
    Integer[] distinct = new Integer[events.size()];
    int n = 0;
    for (int p = 0; p < byPair.length; p++) {
      if (p == 0 || pairs.compare(byPair[p], byPair[p - 1]) != 0) {
        distinct[n++] = byPair[p];
      }
    }
    Integer[] sorted = Arrays.copyOf(distinct, n);
    Arrays.sort(
        sorted,
        Comparator.<Integer>comparingInt(p -> owners[p])
            .thenComparing((a, b) -> Float.compare(events.keys()[a], events.keys()[b]))
            .thenComparing(pairs));
    int[] stay = new int[n];
    int stayed = 0;
    int ofOwner = 0;
    for (int p = 0; p < n; p++) {
      ofOwner = p > 0 && owners[sorted[p]] == owners[sorted[p - 1]] ? ofOwner + 1 : 0;
      if (ofOwner < most) {
        stay[stayed++] = sorted[p];
      }
    }
    return events.some(Arrays.copyOf(stay, stayed));
  }
}
