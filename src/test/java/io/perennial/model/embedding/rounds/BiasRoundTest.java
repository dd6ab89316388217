package io.perennial.model.embedding.rounds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.perennial.model.FactorRows;
import io.perennial.model.embedding.EmbeddingOptions;
import io.perennial.model.embedding.replay.ReplayWeight;
import io.perennial.model.embedding.rounds.Advance.Advanced;
import io.perennial.model.embedding.step.ParameterRows;
import io.perennial.model.embedding.step.Recipe;
import org.junit.jupiter.api.Test;

class BiasRoundTest {
  private static final Recipe RECIPE = EmbeddingOptions.ratings().recipe();
  private static final int WIDTH = RECIPE.width();
  private static final double MEAN = 3;

  @Test
  void biasOfAKnownRowIsTheMeanOfItsOldAndNewRatings() {
    EventRows news =
        new EventRows(
            new int[] {1, 1, 2},
            new int[] {0, 1, 0},
            new float[] {4, 5, 2},
            new float[] {1, 1, 1},
            new long[3]);
    Beginning beginning =
        new Beginning(
            RECIPE,
            1,
            new float[0],
            new int[] {0, 1},
            HeldBack.NOTHING,
            ReplayWeight.FULL,
            new boolean[] {true, true},
            3);
    float[] known = new float[WIDTH];
    known[WIDTH - 1] = 0.5f;
    WorkerState state =
        beginning.worker(
            0,
            news,
            EventRows.none(),
            new FactorRows(WIDTH, new int[] {1}, known, new float[] {4}),
            new FactorRows(2 * WIDTH, new int[] {1}, new float[2 * WIDTH], new float[] {9}));
    float[] items = new float[2 * WIDTH];
    items[WIDTH - 1] = 0.1f;
    items[2 * WIDTH - 1] = -0.2f;
    Advanced<BiasRound.Sums> round =
        new BiasRound()
            .apply(
                state,
                new BiasRound.Input(
                    RECIPE,
                    ParameterRows.fresh(WIDTH, items),
                    new boolean[] {true, false},
                    0f,
                    (float) MEAN));

    double shrinkage = RECIPE.biasL2();
    float[] users = round.next().users().values();
    double old = (4 - MEAN - 0.1 + 5 - MEAN + 0.2 + (shrinkage + 4) * 0.5) / (2 + shrinkage + 4);
    double fresh = (2 - MEAN - 0.1) / (1 + shrinkage);
    assertThat((double) users[WIDTH - 1]).isCloseTo(old, within(1e-6));
    assertThat((double) users[2 * WIDTH - 1]).isCloseTo(fresh, within(1e-6));
    assertThat(round.result().weights()).containsExactly(2, 0);
    assertThat(round.result().rests()[0])
        .isCloseTo(4 - MEAN - old + 2 - MEAN - fresh, within(1e-6));
  }
}
