package io.perennial.model.embedding.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.perennial.model.feature.SparseRows;
import java.util.Arrays;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The gradients of towers, and of what rows have of their own, against central differences. */
class TowerGradientTest {
  private static final int DIMENSION = 3;
  private static final int WIDTH = DIMENSION + 1;
  private static final int USERS = 4;
  private static final int ITEMS = 6;
  private static final int[] ORDER = {0, 1, 2, 3, 4, 5};
  private static final Examples EXAMPLES =
      new Examples(
          new int[] {0, 1, 1, 2, 3, 0},
          new int[] {1, 0, 2, 3, 4, 5},
          new float[] {4, 1, 3, 5, 2, 4},
          new float[] {1, 0.5f, 2, 1, 1, 0.7f});

  /** Row 2 has no input; the others have one to three. */
  private static final SparseRows OF_ITEMS =
      new SparseRows(
          new int[] {0, 2, 3, 3, 6, 8, 9},
          new int[] {0, 4, 1, 2, 3, 4, 0, 3, 1},
          new float[] {1, 0.7f, 1, 1, 0.5f, -1.3f, 1, 0.7f, 1});

  private static final SparseRows OF_USERS =
      new SparseRows(new int[] {0, 1, 2, 2, 4}, new int[] {0, 1, 0, 1}, new float[] {1, 2, 1, -1});

  private static Recipe recipe(Objective objective, Similarity similarity) {
    return new Recipe(
        objective, similarity, DIMENSION, true, 0.5, 3, 0.5, Adam.DEFAULT, 1, 0.3, 0.7, 0.2, 0);
  }

  private static ParameterRows rows(int count, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] values = new float[count * WIDTH];
    for (int n = 0; n < values.length; n++) {
      values[n] = (float) random.nextGaussian();
    }
    return ParameterRows.fresh(WIDTH, values);
  }

  private static TowerRows tower(Recipe recipe, int columns, int hidden, long seed) {
    TowerRows tower = TowerRows.fresh(recipe, columns, hidden, 1, seed);
    SplittableRandom random = new SplittableRandom(seed);
    // Units lie where half of them are at work, away from the bend of the ReLU.
    for (int n = 0; n < tower.inputs().values().length; n++) {
      tower.inputs().values()[n] += (float) (0.5 * random.nextGaussian());
    }
    return tower;
  }

  private static Parameters parameters(Recipe recipe, int hidden) {
    return new Parameters(
        rows(USERS, 1),
        rows(ITEMS, 2),
        Parameters.denseUnit(1.3, 0.2),
        ParameterRows.fresh(1, new float[1]),
        new Towers(tower(recipe, 2, hidden, 3), tower(recipe, 5, hidden, 4)));
  }

  private static TrainingStep step(Recipe recipe, Parameters parameters, double alone) {
    float[] popularity = {3, 2, 5, 1, 4, 2};
    return new TrainingStep(
        recipe,
        parameters,
        StillRows.NONE,
        new RowEvidence(new float[] {2, 3, 1, 4}, popularity),
        new BatchFeatures(SideFeatures.learning(OF_USERS), SideFeatures.learning(OF_ITEMS), alone),
        new ItemChances(popularity, new float[] {1, 1, 1, 1, 1, 1}, recipe.popularityPower()),
        Optional.empty(),
        Teaching.NONE,
        new int[0],
        Heads.ONE);
  }

  private static double loss(Recipe recipe, Parameters parameters, double alone) {
    try (TrainingStep step = step(recipe, parameters, alone)) {
      step.differentiate(EXAMPLES, ORDER, 0, 6, recipe.dropout(), alone, new SplittableRandom(5));
      return step.taskLoss() + step.teachingLoss();
    }
  }

  private static double difference(
      Recipe recipe, Parameters parameters, double alone, float[] values, int at) {
    return Differences.of(() -> loss(recipe, parameters, alone), values, at);
  }

  @ParameterizedTest(name = "{0} {1}, {2} hidden units, {3} alone")
  @CsvSource({
    "RATING, COSINE, 0, 0",
    "RATING, DOT, 0, 0.5",
    "RATING, COSINE, 4, 0.5",
    "SOFTMAX, COSINE, 0, 0.5",
    "SOFTMAX, DOT, 4, 0",
    "BPR, COSINE, 4, 0.5"
  })
  void gradientIsThatOfTheLoss(
      Objective objective, Similarity similarity, int hidden, double alone) {
    Recipe recipe = recipe(objective, similarity);
    Parameters parameters = parameters(recipe, hidden);
    try (TrainingStep step = step(recipe, parameters(recipe, hidden), alone)) {
      double squares =
          step.differentiate(
              EXAMPLES, ORDER, 0, 6, recipe.dropout(), alone, new SplittableRandom(5));
      assertThat(squares).isPositive();
      Towers towers = parameters.towers();
      int checked =
          check(recipe, parameters, alone, step.items().tower().ofInputs(), towers.items().inputs())
              + check(
                  recipe,
                  parameters,
                  alone,
                  step.users().tower().ofInputs(),
                  towers.users().inputs());
      assertThat(checked).isGreaterThan(10);
      if (hidden > 0) {
        int ofOutputs =
            check(
                recipe,
                parameters,
                alone,
                step.items().tower().ofOutputs(),
                towers.items().outputs());
        assertThat(ofOutputs).isGreaterThan(5);
      }
      own(recipe, parameters, alone, step.items(), parameters.items().values());
    }
  }

  private static int check(
      Recipe recipe,
      Parameters parameters,
      double alone,
      RowGradients gradients,
      ParameterRows table) {
    int checked = 0;
    for (int row = 0; row < table.count(); row++) {
      for (int c = 0; c < table.width(); c++) {
        double expected =
            difference(recipe, parameters, alone, table.values(), row * table.width() + c);
        assertThat((double) gradients.at(row, c))
            .as("row %d, coordinate %d", row, c)
            .isCloseTo(expected, within(4e-3 + 1e-2 * Math.abs(expected)));
        checked += Math.abs(expected) > 1e-3 ? 1 : 0;
      }
    }
    return checked;
  }

  /** What rows have of their own; nothing is asked of rows that were alone. */
  private static void own(
      Recipe recipe, Parameters parameters, double alone, BatchRows rows, float[] values) {
    for (int slot = 0; slot < rows.size(); slot++) {
      for (int c = 0; c < DIMENSION; c++) {
        double expected = difference(recipe, parameters, alone, values, rows.row(slot) * WIDTH + c);
        double gradient = rows.isAlone(slot) ? 0 : rows.gradients()[slot * rows.stride() + c];
        assertThat(gradient)
            .as("row %d, coordinate %d", rows.row(slot), c)
            .isCloseTo(expected, within(4e-3 + 1e-2 * Math.abs(expected)));
      }
    }
  }

  @Test
  void rowsThatAreAloneStayAndTheirTowerMoves() {
    Recipe recipe = recipe(Objective.RATING, Similarity.COSINE);
    Parameters parameters = parameters(recipe, 0);
    Parameters before = parameters.copy();
    try (TrainingStep step = step(recipe, parameters, 0.999999)) {
      step.learn(EXAMPLES, ORDER, 0, 6, 0.01, new SplittableRandom(5));
    }
    for (int row = 0; row < ITEMS; row++) {
      boolean moved = parameters.items().steps()[row] > 0;
      assertThat(moved).as("row %d", row).isEqualTo(!OF_ITEMS.has(row));
    }
    assertThat(parameters.towers().items().inputs()).isNotEqualTo(before.towers().items().inputs());
    assertThat(parameters.towers().users().inputs()).isNotEqualTo(before.towers().users().inputs());
  }

  @Test
  void rowsAreHeldToWhatTheirTowerMakes() {
    Recipe recipe = recipe(Objective.RATING, Similarity.DOT);
    TowerRows tower = tower(recipe, 5, 0, 4);
    SideFeatures held = SideFeatures.held(tower, OF_ITEMS, recipe);
    float[] made = tower.rows(OF_ITEMS, WIDTH);
    for (int c = 0; c < DIMENSION; c++) {
      assertThat(held.prior()[2 * WIDTH + c]).isEqualTo(recipe.centre());
      float byHand =
          tower.inputs().values()[c]
              + tower.inputs().values()[WIDTH + c]
              + 0.7f * tower.inputs().values()[5 * WIDTH + c];
      assertThat(held.prior()[c]).isCloseTo(byHand, within(1e-6f)).isEqualTo(made[c]);
    }
    assertThat(held.prior()[2 * WIDTH + DIMENSION]).isZero();
    // Where every row is at its prior there is no penalty, elsewhere there is.
    ParameterRows rows = ParameterRows.fresh(WIDTH, held.prior().clone());
    assertThat(penalty(recipe, rows, held)).isZero();
    rows.values()[0] += 1f;
    assertThat(penalty(recipe, rows, held)).isPositive();
  }

  private static double penalty(Recipe recipe, ParameterRows items, SideFeatures held) {
    boolean[] still = new boolean[USERS];
    Arrays.fill(still, true);
    float[] evidence = {1, 1, 1, 1, 1, 1};
    try (TrainingStep step =
        new TrainingStep(
            recipe,
            new Parameters(
                rows(USERS, 1),
                items,
                Parameters.denseUnit(1, 0),
                ParameterRows.fresh(1, new float[1])),
            new StillRows(still, new boolean[0], true),
            new RowEvidence(evidence, evidence),
            new BatchFeatures(SideFeatures.NONE, held, 0),
            new ItemChances(evidence, evidence, 1),
            Optional.empty(),
            Teaching.NONE,
            new int[0],
            Heads.ONE)) {
      step.differentiate(EXAMPLES, ORDER, 0, 6, 0, new SplittableRandom(1));
      return step.teachingLoss();
    }
  }
}
