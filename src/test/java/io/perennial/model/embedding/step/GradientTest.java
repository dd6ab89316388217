package io.perennial.model.embedding.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The gradient of every loss and of every teacher's term against central differences. */
class GradientTest {
  private static final int USERS = 5;
  private static final int ITEMS = 7;
  private static final int DIMENSION = 3;
  private static final int WIDTH = DIMENSION + 1;
  private static final Examples EXAMPLES =
      new Examples(
          new int[] {0, 1, 1, 2, 3, 0, 4, 1},
          new int[] {1, 0, 2, 2, 3, 4, 1, 5},
          new float[] {4, 1, 3, 5, 2, 4, 3, 1},
          new float[] {1, 0.5f, 2, 1, 1, 0.7f, 1, 1});
  private static final int[] ORDER = {0, 1, 2, 3, 4, 5, 6, 7};
  private static final int[] PROBES = {0, 1, 3};

  private static ParameterRows rows(int count, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] values = new float[count * WIDTH];
    float[] second = new float[count * WIDTH];
    int[] steps = new int[count];
    for (int n = 0; n < values.length; n++) {
      values[n] = (float) random.nextGaussian();
      second[n] = (float) (0.1 + random.nextDouble());
      steps[n / WIDTH] = 1 + n % 5;
    }
    return new ParameterRows(WIDTH, values, new float[values.length], second, steps);
  }

  private static Recipe recipe(Objective objective, Similarity similarity, double dropout) {
    return new Recipe(
        objective, similarity, DIMENSION, true, 0.5, 3, 0.5, Adam.DEFAULT, 1, 0.3, 0.7, dropout, 0);
  }

  /** A step over tables that are not shared with another. */
  private static TrainingStep step(Recipe recipe, Teaching teaching, Parameters parameters) {
    boolean[] knownUsers = {true, true, false, true, true};
    boolean[] knownItems = {true, true, true, true, false, true, true};
    Teacher teacher =
        new Teacher(rows(USERS, 11), knownUsers, rows(ITEMS, 12), knownItems, 1.7f, 0.4f);
    float[] popularity = {3, 2, 5, 1, 4, 2, 6};
    return new TrainingStep(
        recipe,
        parameters,
        StillRows.NONE,
        new RowEvidence(new float[] {2, 3, 1, 4, 2}, popularity),
        new ItemChances(popularity, new float[] {1, 2, 2, 1, 1, 1, 0}, recipe.popularityPower()),
        Optional.of(teacher),
        teaching,
        PROBES);
  }

  private static Parameters parameters() {
    return new Parameters(
        rows(USERS, 1),
        rows(ITEMS, 2),
        Parameters.denseUnit(1.3, 0.2),
        Parameters.discriminator(PROBES.length, 4, 3));
  }

  private static double loss(Recipe recipe, Teaching teaching, Parameters parameters) {
    try (TrainingStep step = step(recipe, teaching, parameters)) {
      step.differentiate(EXAMPLES, ORDER, 0, 8, recipe.dropout(), new SplittableRandom(5));
      return step.taskLoss() + step.teachingLoss();
    }
  }

  private static double difference(
      Recipe recipe, Teaching teaching, Parameters parameters, float[] values, int at) {
    return Differences.of(() -> loss(recipe, teaching, parameters), values, at);
  }

  @ParameterizedTest(name = "{0} {1}, {2}")
  @CsvSource({
    "RATING, COSINE, none, 0",
    "RATING, DOT, none, 0",
    "RATING, COSINE, none, 0.4",
    "SOFTMAX, COSINE, none, 0",
    "SOFTMAX, DOT, none, 0",
    "BPR, COSINE, none, 0",
    "BPR, DOT, none, 0.4",
    "RATING, COSINE, likelihood, 0",
    "SOFTMAX, DOT, likelihood, 0",
    "BPR, COSINE, likelihood, 0",
    "RATING, COSINE, softTargets, 0",
    "SOFTMAX, COSINE, softTargets, 0",
    "RATING, DOT, adversarial, 0",
    "SOFTMAX, COSINE, adversarial, 0",
    "RATING, COSINE, anchor, 0",
    "SOFTMAX, DOT, anchor, 0",
    "RATING, COSINE, all, 0",
    "SOFTMAX, COSINE, all, 0"
  })
  void gradientIsThatOfTheLoss(
      Objective objective, Similarity similarity, String kind, double dropout) {
    Recipe recipe = recipe(objective, similarity, dropout);
    Teaching teaching = teaching(kind);
    Parameters parameters = parameters();
    try (TrainingStep step = step(recipe, teaching, parameters())) {
      step.differentiate(EXAMPLES, ORDER, 0, 8, dropout, new SplittableRandom(5));
      int checked =
          check(recipe, teaching, parameters, step.users(), parameters.users().values())
              + check(recipe, teaching, parameters, step.items(), parameters.items().values());
      assertThat(checked).isGreaterThan(20);
      if (objective == Objective.RATING) {
        float[] dense = parameters.dense().values();
        assertThat(step.dense().scaleGradient())
            .isCloseTo(difference(recipe, teaching, parameters, dense, 0), within(5e-3));
        assertThat(step.dense().biasGradient())
            .isCloseTo(difference(recipe, teaching, parameters, dense, 1), within(5e-3));
      }
    }
  }

  private static int check(
      Recipe recipe, Teaching teaching, Parameters parameters, BatchRows rows, float[] values) {
    boolean users = values.length == USERS * WIDTH;
    return Differences.check(
        rows,
        DIMENSION,
        !users || recipe.objective() == Objective.RATING,
        at -> difference(recipe, teaching, parameters, values, at));
  }

  private static Teaching teaching(String kind) {
    return switch (kind) {
      case "none" -> Teaching.NONE;
      case "likelihood" -> new Teaching(0.8, 2, 0, 0, 3, 4, 0);
      case "softTargets" -> new Teaching(0, 1, 0.6, 0, 3, 4, 0);
      case "adversarial" -> new Teaching(0, 1, 0, 0.9, 3, 4, 0);
      case "anchor" -> new Teaching(0, 1, 0, 0, 3, 4, 0.5);
      case "all" -> new Teaching(0.8, 2, 0.6, 0.9, 3, 4, 0.5);
      default -> throw new IllegalArgumentException(kind);
    };
  }

  @ParameterizedTest
  @CsvSource({"RATING", "SOFTMAX"})
  void discriminatorLearnsAlongTheGradientOfItsOwnLoss(Objective objective) {
    Recipe recipe = recipe(objective, Similarity.COSINE, 0);
    Teaching teaching = teaching("adversarial");
    Parameters parameters = parameters();
    float[] network = parameters.discriminator().values();
    try (TrainingStep step = step(recipe, teaching, parameters)) {
      step.differentiate(EXAMPLES, ORDER, 0, 8, 0, new SplittableRandom(5));
      float[] gradient = step.adversary().gradient().clone();
      for (int n = 0; n < network.length; n++) {
        double expected =
            Differences.of(
                () -> {
                  step.differentiate(EXAMPLES, ORDER, 0, 8, 0, new SplittableRandom(5));
                  return step.adversary().itsLoss();
                },
                network,
                n);
        assertThat((double) gradient[n]).isCloseTo(expected, within(1e-3));
      }
    }
  }
}
