package io.perennial.model.embedding.rounds;

import io.perennial.model.embedding.replay.ReplayWeight;
import io.perennial.model.history.InteractionHistory;
import java.io.Serializable;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * How what a user did before becomes events: one for each pair, which weighs what is left of all
 * events of the pair; for ratings the last one alone, whatever its age.
 *
 * @param main weight of the main behaviour, of which counts are multiples
 * @param most pairs of a user; those that weigh most
 */
public record PastPairs(double main, int most) implements Serializable {
  /**
   * Events of one user, sorted by item.
   *
   * @param at place of the user in the histories
   * @param known indices of items that have rows, increasing; others are left out
   * @param weight of an event beside a new one, by its age
   */
  EventRows events(
      InteractionHistory histories, int at, int[] known, boolean ratings, ReplayWeight weight) {
    int from = histories.offsets()[at];
    int size = histories.offsets()[at + 1] - from;
    int[] users = new int[size];
    Arrays.fill(users, histories.users()[at]);
    float[] weights = new float[size];
    for (int n = 0; n < size; n++) {
      double count = ratings ? 1 : histories.counts()[from + n] / main;
      weights[n] =
          (float) Math.max(Float.MIN_NORMAL, count * weight.of(histories.lastTimes()[from + n]));
    }
    int[] places =
        IntStream.range(0, size)
            .filter(n -> Arrays.binarySearch(known, histories.items()[from + n]) >= 0)
            .toArray();
    if (places.length > most) {
      places =
          Arrays.stream(places)
              .boxed()
              .sorted(Comparator.comparingDouble(n -> -weights[n]))
              .limit(most)
              .mapToInt(n -> n)
              .sorted()
              .toArray();
    }
    return new EventRows(
            users,
            Arrays.copyOfRange(histories.items(), from, from + size),
            Arrays.copyOfRange(histories.values(), from, from + size),
            weights,
            Arrays.copyOfRange(histories.lastTimes(), from, from + size))
        .some(places);
  }
}
