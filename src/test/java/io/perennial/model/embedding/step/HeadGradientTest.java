package io.perennial.model.embedding.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Several heads over shared rows: every gradient against central differences. */
class HeadGradientTest {
  private static final int USERS = 5;
  private static final int ITEMS = 7;
  private static final int DIMENSION = 3;
  private static final int WIDTH = DIMENSION + 1;
  private static final Heads ALIKE = Heads.alike(1, 0.5, 0.2);
  private static final Heads LAST_RATED =
      new Heads(ALIKE.weights(), new boolean[] {false, false, true});
  private static final Examples EXAMPLES =
      new Examples(
          new int[] {0, 1, 1, 2, 3, 0, 4, 1, 2, 3},
          new int[] {1, 0, 2, 2, 3, 4, 1, 5, 6, 0},
          new float[] {4, 1, 3, 5, 2, 4, 3, 1, 2, 4},
          new float[] {1, 0.5f, 0.2f, 1, 0.5f, 0.7f, 0.2f, 1, 0.2f, 0.5f},
          new int[] {0, 1, 2, 0, 1, 0, 2, 0, 2, 1});
  private static final int[] ORDER = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
  private static final int[] PROBES = {0, 1, 3};

  private static ParameterRows rows(int count, int width, double mean, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] values = new float[count * width];
    float[] second = new float[count * width];
    for (int n = 0; n < values.length; n++) {
      values[n] = (float) (mean + random.nextGaussian());
      second[n] = (float) (0.1 + random.nextDouble());
    }
    return new ParameterRows(width, values, new float[values.length], second, new int[count]);
  }

  private static Recipe recipe(Objective objective, Similarity similarity, double dropout) {
    return new Recipe(
        objective, similarity, DIMENSION, true, 0.5, 3, 0.5, Adam.DEFAULT, 1, 0.3, 0.7, dropout, 0);
  }

  private static ParameterRows dense(long seed) {
    return rows(ALIKE.size(), Diagonal.width(DIMENSION), 0.8, seed);
  }

  private static Parameters parameters() {
    return new Parameters(
        rows(USERS, WIDTH, 0, 1),
        rows(ITEMS, WIDTH, 0, 2),
        dense(3),
        Parameters.discriminator(PROBES.length, 4, 3));
  }

  private static TrainingStep step(
      Recipe recipe, Teaching teaching, Parameters parameters, StillRows still) {
    return step(recipe, teaching, parameters, still, ALIKE);
  }

  private static TrainingStep step(
      Recipe recipe, Teaching teaching, Parameters parameters, StillRows still, Heads heads) {
    Teacher teacher =
        new Teacher(
            rows(USERS, WIDTH, 0, 11),
            new boolean[] {true, true, false, true, true},
            rows(ITEMS, WIDTH, 0, 12),
            new boolean[] {true, true, true, true, false, true, true},
            dense(13));
    float[] popularity = {3, 2, 5, 1, 4, 2, 6};
    return new TrainingStep(
        recipe,
        parameters,
        still,
        new RowEvidence(new float[] {2, 3, 1, 4, 2}, popularity),
        BatchFeatures.NONE,
        new ItemChances(popularity, new float[] {1, 2, 2, 1, 1, 1, 0}, recipe.popularityPower()),
        Optional.of(teacher),
        teaching,
        PROBES,
        heads);
  }

  private static double loss(Recipe recipe, Teaching teaching, Parameters parameters, Heads heads) {
    try (TrainingStep step = step(recipe, teaching, parameters, StillRows.NONE, heads)) {
      step.differentiate(
          EXAMPLES, ORDER, 0, ORDER.length, recipe.dropout(), new SplittableRandom(5));
      return step.taskLoss() + step.teachingLoss();
    }
  }

  private static double difference(
      Recipe recipe,
      Teaching teaching,
      Parameters parameters,
      Heads heads,
      float[] values,
      int at) {
    return Differences.of(() -> loss(recipe, teaching, parameters, heads), values, at);
  }

  @ParameterizedTest(name = "{0} {1}, {2}, dropout {3}, the last head rated {4}")
  @CsvSource({
    "RATING, COSINE, none, 0, false",
    "RATING, DOT, none, 0.4, false",
    "SOFTMAX, COSINE, none, 0, false",
    "SOFTMAX, DOT, none, 0.4, false",
    "BPR, COSINE, none, 0, false",
    "BPR, DOT, none, 0, false",
    "RATING, COSINE, all, 0, false",
    "SOFTMAX, COSINE, likelihood, 0, false",
    "SOFTMAX, COSINE, softTargets, 0, false",
    "SOFTMAX, DOT, all, 0, false",
    "BPR, COSINE, all, 0, false",
    "SOFTMAX, COSINE, none, 0, true",
    "SOFTMAX, DOT, none, 0.4, true",
    "BPR, COSINE, none, 0, true",
    "BPR, DOT, none, 0.4, true"
  })
  void gradientIsThatOfTheLoss(
      Objective objective, Similarity similarity, String kind, double dropout, boolean lastRated) {
    Heads heads = lastRated ? LAST_RATED : ALIKE;
    Recipe recipe = recipe(objective, similarity, dropout);
    Teaching teaching =
        switch (kind) {
          case "none" -> Teaching.NONE;
          case "likelihood" -> new Teaching(0.8, 2, 0, 0, 3, 4, 0);
          case "softTargets" -> new Teaching(0, 1, 0.6, 0, 3, 4, 0);
          default -> new Teaching(0.8, 2, 0.6, 0.9, 3, 4, 0.5);
        };
    Parameters parameters = parameters();
    try (TrainingStep step = step(recipe, teaching, parameters(), StillRows.NONE, heads)) {
      step.differentiate(EXAMPLES, ORDER, 0, ORDER.length, dropout, new SplittableRandom(5));
      assertThat(
              check(recipe, teaching, parameters, heads, step.users(), parameters.users().values())
                  + check(
                      recipe,
                      teaching,
                      parameters,
                      heads,
                      step.items(),
                      parameters.items().values()))
          .isGreaterThan(20);
      float[] dense = parameters.dense().values();
      int width = parameters.dense().width();
      for (int head = 0; head < ALIKE.size(); head++) {
        double[] gradient = step.denseGradient(head);
        assertThat(gradient).hasSize(head == 0 ? Dense.WIDTH : width);
        int moved = 0;
        for (int c = 0; c < gradient.length; c++) {
          boolean learnt = objective == Objective.RATING || heads.rated()[head];
          if (c < Dense.WIDTH && !learnt) {
            assertThat(gradient[c]).as("a unit that is not learnt").isZero();
            continue;
          }
          double expected =
              difference(recipe, teaching, parameters, heads, dense, head * width + c);
          assertThat(gradient[c])
              .as("head %d, parameter %d", head, c)
              .isCloseTo(expected, within(3e-3 + 5e-3 * Math.abs(expected)));
          moved += Math.abs(expected) > 1e-3 ? 1 : 0;
        }
        assertThat(moved).as("head %d", head).isGreaterThanOrEqualTo(gradient.length > 2 ? 3 : 0);
      }
    }
  }

  private static int check(
      Recipe recipe,
      Teaching teaching,
      Parameters parameters,
      Heads heads,
      BatchRows rows,
      float[] values) {
    boolean users = values.length == USERS * WIDTH;
    return Differences.check(
        rows,
        DIMENSION,
        !users || recipe.objective() == Objective.RATING || heads.anyRated(),
        at -> difference(recipe, teaching, parameters, heads, values, at));
  }

  @Test
  void headsThatBeginAlikeAddUpToOne() {
    Recipe recipe = recipe(Objective.RATING, Similarity.COSINE, 0);
    Parameters parameters =
        new Parameters(
            rows(USERS, WIDTH, 0, 1),
            rows(ITEMS, WIDTH, 0, 2),
            Parameters.denseUnits(1.3, 0.2, ALIKE.size(), DIMENSION),
            Parameters.discriminator(PROBES.length, 4, 3));
    Examples ofOne =
        new Examples(EXAMPLES.users(), EXAMPLES.items(), EXAMPLES.targets(), EXAMPLES.weights());
    try (TrainingStep several = step(recipe, Teaching.NONE, parameters, StillRows.NONE);
        TrainingStep one = step(recipe, Teaching.NONE, parameters.copy(), StillRows.NONE)) {
      several.differentiate(EXAMPLES, ORDER, 0, ORDER.length, 0, new SplittableRandom(5));
      one.differentiate(ofOne, ORDER, 0, ORDER.length, 0, new SplittableRandom(5));
      assertThat(several.taskLoss()).isCloseTo(one.taskLoss(), within(1e-5));
      for (int n = 0; n < several.users().size() * several.users().stride(); n++) {
        assertThat(several.users().gradients()[n])
            .isCloseTo(one.users().gradients()[n], within(1e-5f));
      }
    }
  }

  @Test
  void aNightMovesNoHead() {
    Recipe recipe = recipe(Objective.SOFTMAX, Similarity.COSINE, 0);
    Parameters parameters = parameters();
    ParameterRows before = parameters.dense().copy();
    StillRows still = new StillRows(new boolean[0], new boolean[0], true);
    try (TrainingStep step = step(recipe, Teaching.NONE, parameters, still)) {
      step.learn(EXAMPLES, ORDER, 0, ORDER.length, 0.1, new SplittableRandom(5));
    }
    assertThat(parameters.dense()).isEqualTo(before);
    try (TrainingStep step = step(recipe, Teaching.NONE, parameters, StillRows.NONE)) {
      step.learn(EXAMPLES, ORDER, 0, ORDER.length, 0.1, new SplittableRandom(5));
    }
    int width = before.width();
    for (int n = 0; n < before.values().length; n++) {
      int c = n % width;
      boolean learnt = n >= width && c >= Dense.WIDTH;
      assertThat(parameters.dense().values()[n] != before.values()[n])
          .as("head %d, parameter %d", n / width, c)
          .isEqualTo(learnt);
    }
  }
}
