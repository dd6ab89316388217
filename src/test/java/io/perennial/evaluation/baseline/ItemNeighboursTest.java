package io.perennial.evaluation.baseline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.perennial.evaluation.EvaluationWindow;
import io.perennial.evaluation.UserCase;
import io.perennial.evaluation.baseline.NeighbourOptions.Weighting;
import io.perennial.model.Scorer;
import io.perennial.model.history.InteractionHistory;
import io.perennial.model.history.Past;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ItemNeighboursTest {
  /** A history from dense counts, users × items; 0: never. */
  private static InteractionHistory history(float[][] counts) {
    List<int[]> entries = new ArrayList<>();
    int[] users = new int[counts.length];
    int[] offsets = new int[counts.length + 1];
    for (int u = 0; u < counts.length; u++) {
      users[u] = u;
      for (int i = 0; i < counts[u].length; i++) {
        if (counts[u][i] > 0) {
          entries.add(new int[] {u, i});
        }
      }
      offsets[u + 1] = entries.size();
    }
    int[] items = entries.stream().mapToInt(e -> e[1]).toArray();
    float[] values = new float[items.length];
    for (int p = 0; p < items.length; p++) {
      values[p] = counts[entries.get(p)[0]][items[p]];
    }
    return new InteractionHistory(
        users,
        offsets,
        items,
        values,
        new float[items.length],
        new int[items.length],
        new long[items.length]);
  }

  private static EvaluationWindow window(UserCase... cases) {
    return new EvaluationWindow("prequential", List.of(cases), cases.length, new BitSet());
  }

  private static UserCase had(int user, int[] items, float[] counts) {
    return new UserCase(
        user,
        new int[0],
        new float[0],
        new Past(items, counts, new int[items.length], new long[items.length]));
  }

  @Test
  void cosineOfThreeItemsOnPaper() {
    // Columns (1 1 0), (0 1 1) and nothing of item 1.
    float[][] counts = {{1, 0, 0}, {1, 0, 1}, {0, 0, 1}};
    ItemNeighbours neighbours =
        ItemNeighbours.of(history(counts), new NeighbourOptions(9, Weighting.COSINE, 1, 0));
    Scorer scorer =
        neighbours.scorer(
            window(had(4, new int[] {0}, new float[] {2}), had(7, new int[0], new float[0])));
    float[] scores = new float[6];
    scorer.score(new int[] {4, 7}, scores);

    // Item 0 with itself 1, with item 2 1/(√2·√2) = 0.5, each times a count of 2.
    assertThat(scores[0]).isCloseTo(2f, within(1e-6f));
    assertThat(scores[1]).isNaN();
    assertThat(scores[2]).isCloseTo(1f, within(1e-6f));
    assertThat(new float[] {scores[3], scores[4], scores[5]}).containsOnly(Float.NaN);
    assertThat(scorer.knowsUser(4)).isTrue();
    assertThat(scorer.knowsUser(7)).isFalse();
    assertThat(scorer.knowsUser(5)).isFalse();
    assertThat(scorer.knowsItem(1)).isFalse();
    assertThat(scorer.itemCount()).isEqualTo(3);
  }

  @ParameterizedTest
  @EnumSource(Weighting.class)
  void theNearestAreThoseOfADenseProduct(Weighting weighting) {
    Random random = new Random(5);
    float[][] counts = new float[40][25];
    for (float[] row : counts) {
      for (int i = 0; i < row.length; i++) {
        row[i] = random.nextInt(4) == 0 ? 1 + random.nextInt(3) : 0;
      }
    }
    NeighbourOptions options = new NeighbourOptions(6, weighting, 1.4, 0.6);
    ItemNeighbours neighbours = ItemNeighbours.of(history(counts), options);
    double[][] weights = weights(counts, options);
    for (int item = 0; item < 25; item++) {
      double[] similar = new double[25];
      for (int other = 0; other < 25; other++) {
        for (double[] row : weights) {
          similar[other] += row[item] * row[other];
        }
      }
      int[] found = neighbours.neighbours(item);
      float[] values = neighbours.similarities(item);
      assertThat(found).hasSize(6).contains(item);
      double least = Double.POSITIVE_INFINITY;
      for (int n = 0; n < found.length; n++) {
        assertThat((double) values[n]).isCloseTo(similar[found[n]], within(1e-4));
        least = Math.min(least, similar[found[n]]);
      }
      for (int other = 0; other < 25; other++) {
        int wanted = other;
        if (java.util.Arrays.stream(found).noneMatch(f -> f == wanted)) {
          assertThat(similar[other]).isLessThanOrEqualTo(least + 1e-6);
        }
      }
    }
  }

  private static double[][] weights(float[][] counts, NeighbourOptions options) {
    int users = counts.length;
    int items = counts[0].length;
    double[][] weights = new double[users][items];
    double average = 0;
    for (float[] row : counts) {
      for (float c : row) {
        average += c / (double) users;
      }
    }
    for (int i = 0; i < items; i++) {
      double had = 0;
      double squares = 0;
      for (float[] row : counts) {
        had += row[i] > 0 ? 1 : 0;
        squares += row[i] * row[i];
      }
      for (int u = 0; u < users; u++) {
        double length = 0;
        for (float c : counts[u]) {
          length += c;
        }
        double c = counts[u][i];
        weights[u][i] =
            options.weighting() == Weighting.COSINE
                ? c / Math.sqrt(squares)
                : Math.log(1 + (users - had + 0.5) / (had + 0.5))
                    * c
                    * (options.k1() + 1)
                    / (c + options.k1() * (1 - options.b() + options.b() * length / average));
      }
    }
    return weights;
  }

  @Test
  void anEmptyHistoryKnowsNobodyAndNothing() {
    ItemNeighbours neighbours =
        ItemNeighbours.of(InteractionHistory.empty(), NeighbourOptions.DEFAULT);

    assertThat(neighbours.scorer(window()).itemCount()).isZero();
    assertThat(neighbours.scorer(window(had(1, new int[] {3}, new float[] {1}))).knowsItem(3))
        .isFalse();
  }

  @Test
  void optionsThatMeanNothingAreRefused() {
    assertThatThrownBy(() -> new NeighbourOptions(0, Weighting.BM25, 1, 0.5))
        .hasMessageContaining("got 0");
    assertThatThrownBy(() -> new NeighbourOptions(1, Weighting.BM25, 1, 1.5))
        .hasMessageContaining("1.5");
  }
}
