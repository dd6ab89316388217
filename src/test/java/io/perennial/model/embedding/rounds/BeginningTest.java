package io.perennial.model.embedding.rounds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.perennial.model.FactorRows;
import io.perennial.model.RememberedEvents;
import io.perennial.model.embedding.EmbeddingOptions;
import io.perennial.model.embedding.replay.ReplayWeight;
import io.perennial.model.embedding.step.Recipe;
import io.perennial.model.history.DecayPolicy;
import io.perennial.model.history.InteractionHistory;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BeginningTest {
  private static final long DAY = Duration.ofDays(1).toMillis();
  private static final Recipe RECIPE = EmbeddingOptions.retrieval().recipe();

  /** A night on day 40 of one new event, weight 0.9, with two remembered ones. */
  private static WorkerState night(ReplayWeight weight) {
    EventRows news =
        new EventRows(
            new int[] {1},
            new int[] {0},
            new float[] {1},
            new float[] {0.9f},
            new long[] {40 * DAY});
    RememberedEvents remembered =
        new RememberedEvents(
            new int[] {1, 1},
            new int[] {1, 2},
            new int[2],
            new float[] {1, 1},
            new long[] {20 * DAY, 40 * DAY},
            new float[2]);
    Beginning beginning =
        new Beginning(
            RECIPE,
            1,
            new float[0],
            new int[] {0, 1, 2},
            HeldBack.NOTHING,
            weight,
            new boolean[] {true, false, false},
            3);
    return beginning.worker(
        0,
        news,
        beginning.again(news, remembered),
        FactorRows.empty(RECIPE.width()),
        FactorRows.empty(2 * RECIPE.width()));
  }

  @Test
  void aReplayedEventFadesByItsAgeLikeOthers() {
    DecayPolicy decay =
        new DecayPolicy(Optional.of(Duration.ofDays(10)), DecayPolicy.Aggregate.DAY);
    float[] weights = night(new ReplayWeight(0.4, decay, 40 * DAY)).training().weights();
    assertThat(weights).hasSize(3);
    assertThat(weights[0]).isEqualTo(0.9f);
    assertThat(weights[1]).isCloseTo(0.1f, within(1e-6f));
    assertThat(weights[2]).isCloseTo(0.4f, within(1e-6f));
  }

  @Test
  void withoutDecayEveryReplayedEventCountsAlike() {
    float[] weights = night(ReplayWeight.constant(0.4)).training().weights();
    assertThat(weights).containsExactly(0.9f, 0.4f, 0.4f);
  }

  @Test
  void aPairOfAHistoryWeighsWhatIsLeftOfAllItsEvents() {
    InteractionHistory history =
        new InteractionHistory(
            new int[] {1, 5},
            new int[] {0, 4, 5},
            new int[] {0, 1, 2, 9, 0},
            new float[] {4, 1, 6, 8, 2},
            new float[] {3, 4, 5, 6, 7},
            new int[] {4, 1, 6, 8, 2},
            new long[] {20 * DAY, 40 * DAY, 30 * DAY, 40 * DAY, 40 * DAY});
    DecayPolicy decay =
        new DecayPolicy(Optional.of(Duration.ofDays(10)), DecayPolicy.Aggregate.DAY);
    ReplayWeight weight = new ReplayWeight(0.5, decay, 40 * DAY);
    int[] known = {0, 1, 2};
    EventRows all = new PastPairs(2, 10).events(history, 0, known, false, weight);
    assertThat(all.users()).containsOnly(1);
    assertThat(all.items()).containsExactly(0, 1, 2);
    assertThat(all.weights()).containsExactly(0.25f, 0.25f, 0.75f);
    assertThat(all.times()).containsExactly(20 * DAY, 40 * DAY, 30 * DAY);
    EventRows two = new PastPairs(2, 2).events(history, 0, known, false, weight);
    assertThat(two.items()).containsExactly(0, 2);
    EventRows ratings =
        new PastPairs(2, 10).events(history, 0, known, true, ReplayWeight.constant(0.5));
    assertThat(ratings.weights()).containsOnly(0.5f);
    assertThat(ratings.values()).containsExactly(3f, 4f, 5f);
  }
}
