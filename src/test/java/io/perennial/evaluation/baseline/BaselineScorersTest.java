package io.perennial.evaluation.baseline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.perennial.evaluation.EvaluationWindow;
import io.perennial.evaluation.UserCase;
import io.perennial.model.history.InteractionHistory;
import io.perennial.model.history.ItemCounts;
import io.perennial.model.history.ItemStatistics;
import io.perennial.model.history.Past;
import java.time.Duration;
import java.time.Instant;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Answers worked out by hand. */
class BaselineScorersTest {
  private static final Instant NOW = Instant.parse("2026-03-01T00:00:00Z");

  /** Item 0: 8 recent events; item 1: 4, a half-life ago, so 2 by now; item 2: never sold. */
  private static ItemStatistics statistics() {
    long now = NOW.toEpochMilli();
    long halfLife = Duration.ofDays(7).toMillis();
    return ItemCounts.of(
        new float[] {8, 4, 0}, new float[] {8, 4, 0}, new long[] {now, now - halfLife, 0});
  }

  @Test
  void frequencyPutsTheUsersOwnCountsOnTopOfRecentPopularity() {
    UserCase returning =
        new UserCase(
            5,
            new int[] {1},
            new float[] {1},
            new Past(new int[] {1, 2, 7}, new float[3], new int[] {3, 1, 9}, new long[3]));
    UserCase fresh = new UserCase(6, new int[] {0}, new float[] {1}, Past.NONE);
    FrequencyScorer scorer =
        FrequencyScorer.of(
            new EvaluationWindow("validation", List.of(returning, fresh), 2, new BitSet()),
            statistics(),
            NOW);
    float[] scores = new float[9];
    scorer.score(new int[] {5, 6, 99}, scores);
    // Popularity: 0.9 · 8/8 and 0.9 · 2/8; an item that was never sold has none.
    assertThat(scores[0]).isCloseTo(0.9f, within(1e-6f));
    assertThat(scores[1]).isCloseTo(0.225f + 3, within(1e-6f));
    assertThat(scores[2]).isCloseTo(1f, within(1e-6f));
    for (int user = 1; user < 3; user++) {
      assertThat(scores[3 * user]).isCloseTo(0.9f, within(1e-6f));
      assertThat(scores[3 * user + 1]).isCloseTo(0.225f, within(1e-6f));
      assertThat(scores[3 * user + 2]).isNaN();
    }
    assertThat(scorer.knowsUser(99)).isTrue();
    assertThat(scorer.knowsItem(1)).isTrue();
    assertThat(scorer.knowsItem(2)).isFalse();
    assertThat(scorer.knowsItem(3)).isFalse();
  }

  @Test
  void biasIsTheMeanPlusShrunkLeftoversOfItemAndUser() {
    InteractionHistory ratings =
        new InteractionHistory(
            new int[] {3, 8},
            new int[] {0, 2, 3},
            new int[] {0, 1, 0},
            new float[] {1, 1, 1},
            new float[] {5, 3, 4},
            new int[3],
            new long[3]);
    BiasScorer scorer = BiasScorer.of(List.of(ratings), 3);
    // Mean 4. Item 0: (1 + 0) / (2 + 25); item 1: −1 / (1 + 25); item 2: none.
    double item0 = 1.0 / 27;
    double item1 = -1.0 / 26;
    // User 3 leaves 1 − item 0 and −1 − item 1 over; user 8 leaves −item 0.
    double user3 = (1 - item0 - 1 - item1) / 12;
    double user8 = -item0 / 11;
    float[] scores = new float[9];
    scorer.score(new int[] {3, 8, 4}, scores);
    double[] expected = {
      4 + user3 + item0, 4 + user3 + item1, 4 + user3,
      4 + user8 + item0, 4 + user8 + item1, 4 + user8,
      4 + item0, 4 + item1, 4
    };
    for (int n = 0; n < expected.length; n++) {
      assertThat((double) scores[n]).isCloseTo(expected[n], within(1e-5));
    }
    assertThat(scorer.knowsUser(4)).isTrue();
    assertThat(scorer.knowsItem(2)).isTrue();
    assertThat(scorer.knowsItem(3)).isFalse();
  }

  @Test
  void biasWithoutAnyRatingIsZero() {
    BiasScorer scorer = BiasScorer.of(List.of(), 2);
    float[] scores = {9, 9};
    scorer.score(new int[] {0}, scores);
    assertThat(scores).containsExactly(0, 0);
  }
}
