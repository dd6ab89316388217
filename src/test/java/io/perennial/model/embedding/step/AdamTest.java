package io.perennial.model.embedding.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.perennial.model.kernel.Kernel;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class AdamTest {
  private static final int WIDTH = 21;

  @Test
  void loopsOfTheKernelAreTheFormulaOfThePaper() {
    for (Kernel kernel : new Kernel[] {Kernel.active(), Kernel.scalar()}) {
      SplittableRandom random = new SplittableRandom(4);
      float[] x = gaussian(random, 2 * WIDTH);
      float[] m = new float[2 * WIDTH];
      float[] v = new float[2 * WIDTH];
      double[] expected = new double[WIDTH];
      double[] mean = new double[WIDTH];
      double[] square = new double[WIDTH];
      for (int c = 0; c < WIDTH; c++) {
        expected[c] = x[WIDTH + c];
      }
      float untouched = x[0];
      AdamRates rates = new AdamRates(Adam.DEFAULT);
      for (int t = 1; t <= 30; t++) {
        float[] g = gaussian(random, WIDTH + 3);
        float rate = 0.01f * rates.correction(t);
        kernel.adam(x, m, v, WIDTH, g, 3, WIDTH, 0.5f, rate, 0.9f, 0.999f, 1e-8f);
        for (int c = 0; c < WIDTH; c++) {
          double gradient = 0.5 * g[3 + c];
          mean[c] = 0.9 * mean[c] + 0.1 * gradient;
          square[c] = 0.999 * square[c] + 0.001 * gradient * gradient;
          double first = mean[c] / (1 - Math.pow(0.9, t));
          double second = square[c] / (1 - Math.pow(0.999, t));
          expected[c] -= 0.01 * first / (Math.sqrt(second) + 1e-8);
        }
      }
      for (int c = 0; c < WIDTH; c++) {
        assertThat((double) x[WIDTH + c]).isCloseTo(expected[c], within(1e-4));
      }
      assertThat(x[0]).isEqualTo(untouched);
    }
  }

  @Test
  void correctionOfAVeryOldRowIsAsGoodAsOne() {
    AdamRates rates = new AdamRates(Adam.DEFAULT);
    assertThat(rates.correction(ParameterRows.MOST_STEPS)).isEqualTo(1f);
    AdamRates slow = new AdamRates(new Adam(0.001, 0.9, 0.999999, 1e-8, Adam.Rows.TOUCHED));
    assertThat((double) slow.correction(40_000))
        .isCloseTo(Math.sqrt(1 - Math.pow(0.999999, 40_000)), within(1e-4));
  }

  @Test
  void lazyStepMovesTheBatchAndDenseOneAlsoWhatCoasts() {
    for (Adam.Rows which : Adam.Rows.values()) {
      Parameters parameters = parameters();
      TrainingStep step = step(Adam.DEFAULT.with(which), parameters);
      Examples examples =
          new Examples(new int[] {0, 1}, new int[] {0, 1}, new float[] {5, 1}, new float[] {1, 1});
      step.learn(examples, new int[] {0, 1}, 0, 1, 0.01, new SplittableRandom(1));
      float[] after = parameters.users().values().clone();
      int width = parameters.users().width();
      step.learn(examples, new int[] {0, 1}, 1, 2, 0.01, new SplittableRandom(1));
      boolean coasted = after[0] != parameters.users().values()[0];
      assertThat(coasted).isEqualTo(which == Adam.Rows.ALL);
      assertThat(parameters.users().values()[width]).isNotEqualTo(after[width]);
      step.close();
    }
  }

  @Test
  void rowsBesideTheBatchCoastEachByItsOwnAge() {
    int count = 200;
    int width = 4;
    SplittableRandom random = new SplittableRandom(6);
    ParameterRows users = ParameterRows.fresh(width, gaussian(random, count * width));
    boolean[] still = new boolean[count];
    float[] evidence = new float[count];
    for (int row = 0; row < count; row++) {
      // Some neighbours are of the same age, some are not.
      users.steps()[row] = 1 + row / 90 + (row % 17 == 0 ? 5 : 0);
      still[row] = row % 31 == 0;
      evidence[row] = 1;
      for (int c = row * width; c < (row + 1) * width; c++) {
        users.first()[c] = (float) random.nextGaussian();
        users.second()[c] = (float) random.nextDouble(0.1, 1);
      }
    }
    ParameterRows before = users.copy();
    Parameters parameters =
        new Parameters(
            users,
            ParameterRows.fresh(width, gaussian(random, 2 * width)),
            Parameters.denseUnit(1, 0),
            ParameterRows.fresh(1, new float[1]));
    int inBatch = 120;
    try (TrainingStep step =
        new TrainingStep(
            recipe(Adam.DEFAULT.with(Adam.Rows.ALL)),
            parameters,
            new StillRows(still, new boolean[2], true),
            new RowEvidence(evidence, new float[] {1, 1}),
            new ItemChances(new float[] {1, 1}, new float[] {1, 1}, 1),
            Optional.empty(),
            Teaching.NONE,
            new int[0])) {
      Examples examples =
          new Examples(new int[] {inBatch}, new int[] {0}, new float[] {5}, new float[] {1});
      step.learn(examples, new int[] {0}, 0, 1, 0.01, new SplittableRandom(1));
    }
    for (int row = 0; row < count; row++) {
      int steps = before.steps()[row] + (still[row] ? 0 : 1);
      assertThat(users.steps()[row]).as("row " + row).isEqualTo(steps);
      double rate = 0.01 * Math.sqrt(1 - Math.pow(0.999, steps)) / (1 - Math.pow(0.9, steps));
      for (int c = row * width; c < (row + 1) * width && row != inBatch; c++) {
        double first = 0.9 * before.first()[c];
        double second = 0.999 * before.second()[c];
        double expected = before.values()[c] - rate * first / (Math.sqrt(second) + 1e-8);
        assertThat((double) users.values()[c])
            .as("row " + row)
            .isCloseTo(still[row] ? before.values()[c] : expected, within(1e-6));
      }
    }
    assertThat(users.first()[inBatch * width]).isNotEqualTo(0.9f * before.first()[inBatch * width]);
  }

  @Test
  void stillRowsStay() {
    Parameters parameters = parameters();
    Parameters before = parameters.copy();
    Recipe recipe = recipe(Adam.DEFAULT);
    try (TrainingStep step =
        new TrainingStep(
            recipe,
            parameters,
            new StillRows(new boolean[] {true, false}, new boolean[] {false, true}, true),
            new RowEvidence(new float[] {1, 1}, new float[] {1, 1}),
            new ItemChances(new float[] {1, 1}, new float[] {1, 1}, 1),
            Optional.empty(),
            Teaching.NONE,
            new int[0])) {
      Examples examples =
          new Examples(new int[] {0, 1}, new int[] {0, 1}, new float[] {5, 1}, new float[] {1, 1});
      step.learn(examples, new int[] {0, 1}, 0, 2, 0.01, new SplittableRandom(1));
    }
    int width = recipe.width();
    assertThat(parameters.users().some(new int[] {0}))
        .isEqualTo(before.users().some(new int[] {0}));
    assertThat(parameters.items().some(new int[] {1}))
        .isEqualTo(before.items().some(new int[] {1}));
    assertThat(parameters.dense()).isEqualTo(before.dense());
    assertThat(parameters.users().values()[width]).isNotEqualTo(before.users().values()[width]);
    assertThat(parameters.items().values()[0]).isNotEqualTo(before.items().values()[0]);
  }

  @Test
  void explodedLossIsSaidAndNothingMoves() {
    Parameters parameters = parameters();
    Parameters before = parameters.copy();
    try (TrainingStep step = step(Adam.DEFAULT, parameters)) {
      Examples examples =
          new Examples(new int[] {0}, new int[] {0}, new float[] {3e30f}, new float[] {1e30f});
      assertThatThrownBy(
              () -> step.learn(examples, new int[] {0}, 0, 1, 0.01, new SplittableRandom(1)))
          .isInstanceOf(ExplodedLossException.class)
          .hasMessageContaining("model.recipe.adam.learningRate");
    }
    assertThat(parameters.users()).isEqualTo(before.users());
    assertThat(parameters.items()).isEqualTo(before.items());
    assertThat(parameters.dense()).isEqualTo(before.dense());
  }

  private static Parameters parameters() {
    SplittableRandom random = new SplittableRandom(8);
    return new Parameters(
        ParameterRows.fresh(4, gaussian(random, 8)),
        ParameterRows.fresh(4, gaussian(random, 8)),
        Parameters.denseUnit(1, 0),
        ParameterRows.fresh(1, new float[1]));
  }

  private static Recipe recipe(Adam adam) {
    return new Recipe(Objective.RATING, Similarity.COSINE, 3, true, 1, 0, 1, adam, 0, 0, 0, 0, 0);
  }

  private static TrainingStep step(Adam adam, Parameters parameters) {
    return new TrainingStep(
        recipe(adam),
        parameters,
        StillRows.NONE,
        new RowEvidence(new float[] {1, 1}, new float[] {1, 1}),
        new ItemChances(new float[] {1, 1}, new float[] {1, 1}, 1),
        Optional.empty(),
        Teaching.NONE,
        new int[0]);
  }

  private static float[] gaussian(SplittableRandom random, int size) {
    float[] values = new float[size];
    for (int n = 0; n < size; n++) {
      values[n] = (float) random.nextGaussian();
    }
    return values;
  }
}
