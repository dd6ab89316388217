package io.perennial.model.als;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.perennial.distillation.DistillationOptions;
import io.perennial.model.FactorRows;
import io.perennial.model.Feedback;
import io.perennial.model.FoldIn;
import io.perennial.model.Scorer;
import io.perennial.model.history.InteractionHistory;
import io.perennial.model.history.Past;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AlsFoldInTest {
  private static final int RANK = 4;
  private static final int ITEMS = 30;
  private static final Instant NOW = Instant.parse("2026-01-31T00:00:00Z");

  private static AlsModel model(Feedback feedback) {
    Random random = new Random(7);
    float[] values = new float[ITEMS * RANK];
    for (int n = 0; n < values.length; n++) {
      values[n] = random.nextFloat() - 0.5f;
    }
    int[] indices = IntStream.range(0, ITEMS).map(n -> 2 * n).toArray();
    return AlsModel.of(
        FactorRows.empty(RANK), new FactorRows(RANK, indices, values, new float[ITEMS]), feedback);
  }

  private static FoldIn foldIn(AlsHyperparameters parameters, Feedback feedback) {
    return new AlsFamily(parameters, DistillationOptions.DEFAULT).foldIn(model(feedback), NOW);
  }

  /** A dense solve by Gaussian elimination of (Σ w v vᵀ + a₀ VᵀV + ridge I) x = Σ right v. */
  private static double[] dense(
      FactorRows items, int[] of, double[] weights, double[] rights, double a0, double ridge) {
    double[][] a = new double[RANK][RANK + 1];
    for (int n = 0; n < items.size(); n++) {
      add(a, items.values(), n, a0, 0);
    }
    for (int p = 0; p < of.length; p++) {
      add(a, items.values(), items.position(of[p]), weights[p], rights[p]);
    }
    for (int r = 0; r < RANK; r++) {
      a[r][r] += ridge;
    }
    for (int r = 0; r < RANK; r++) {
      for (int below = 0; below < RANK; below++) {
        double factor = a[below][r] / a[r][r];
        for (int c = 0; below != r && c <= RANK; c++) {
          a[below][c] -= factor * a[r][c];
        }
      }
    }
    return IntStream.range(0, RANK).mapToDouble(r -> a[r][RANK] / a[r][r]).toArray();
  }

  private static void add(double[][] a, float[] values, int row, double weight, double right) {
    for (int r = 0; r < RANK; r++) {
      for (int c = 0; c < RANK; c++) {
        a[r][c] += weight * values[row * RANK + r] * values[row * RANK + c];
      }
      a[r][RANK] += right * values[row * RANK + r];
    }
  }

  @Test
  void aUserIsSolvedAsADenseSystemWouldBeWithItsEventsFadedAndUnknownItemsLeftOut() {
    AlsHyperparameters parameters = AlsHyperparameters.ials();
    long day = Duration.ofDays(1).toMillis();
    InteractionHistory history =
        new InteractionHistory(
            new int[] {3, 5, 9},
            new int[] {0, 3, 4, 6},
            new int[] {-1, 4, 20, 7, 0, 58},
            new float[] {1, 1, 3, 1, 2, 1},
            new float[] {1, 1, 1, 1, 1, 1},
            new int[6],
            new long[] {
              0, NOW.toEpochMilli() - 60 * day, NOW.toEpochMilli(), 0, NOW.toEpochMilli() + day, 0
            });

    FactorRows folded = foldIn(parameters, Feedback.IMPLICIT).vectors(history);

    assertThat(folded.indices()).containsExactly(3, 9);
    double half = 1 + 2.0 * Math.log1p(0.5);
    double three = 1 + 2.0 * Math.log1p(3);
    double[] expected =
        dense(
            model(Feedback.IMPLICIT).items(),
            new int[] {4, 20},
            new double[] {half, three},
            new double[] {half, three},
            4.0,
            0.001 * (2 + 4.0 * ITEMS));
    for (int c = 0; c < RANK; c++) {
      assertThat((double) folded.values()[c]).isCloseTo(expected[c], within(1e-5));
    }
  }

  @Test
  void ratingsAreFittedWithoutAPriorOfUnseenItems() {
    InteractionHistory history =
        new InteractionHistory(
            new int[] {0},
            new int[] {0, 2},
            new int[] {2, 10},
            new float[] {4, 1},
            new float[] {5, 2},
            new int[2],
            new long[] {0, 1});

    FactorRows folded = foldIn(AlsHyperparameters.mllib(), Feedback.EXPLICIT).vectors(history);

    double[] expected =
        dense(
            model(Feedback.EXPLICIT).items(),
            new int[] {2, 10},
            new double[] {1, 1},
            new double[] {5, 2},
            0,
            0.1 * 2);
    for (int c = 0; c < RANK; c++) {
      assertThat((double) folded.values()[c]).isCloseTo(expected[c], within(1e-5));
    }
  }

  @Test
  void aUserWithoutASolutionIsLeftOutAndTheOthersAreNot() {
    InteractionHistory history =
        new InteractionHistory(
            new int[] {0, 1, 2},
            new int[] {0, 1, 2, 3},
            new int[] {2, 2, 2},
            new float[] {1, 1, 1},
            new float[] {5, Float.MAX_VALUE, 5},
            new int[3],
            new long[] {0, 0, 0});
    AlsHyperparameters tiny =
        new AlsHyperparameters(
            RANK,
            1,
            1,
            1e-30,
            AlsHyperparameters.RegScaling.COUNT,
            false,
            1,
            AlsHyperparameters.Confidence.MLLIB,
            1,
            AlsHyperparameters.mllib().decay(),
            1,
            AlsHyperparameters.Solver.AUTO,
            1);

    FactorRows all = foldIn(AlsHyperparameters.mllib(), Feedback.EXPLICIT).vectors(history);

    assertThat(all.indices()).containsExactly(0, 2);
    assertThat(all.isFinite()).isTrue();
    assertThat(all.values()[0]).isEqualTo(all.values()[RANK]);
    assertThat(foldIn(tiny, Feedback.EXPLICIT).vectors(history).size()).isZero();
  }

  @Test
  void nobodyIsFoldedInWithoutAKnownItem() {
    FoldIn foldIn = foldIn(AlsHyperparameters.ials(), Feedback.IMPLICIT);

    assertThat(foldIn.vectors(InteractionHistory.empty()).size()).isZero();
  }

  /** A user who had items 4 and 20, the first of them a while ago. */
  private static final Past PAST =
      new Past(new int[] {4, 20}, new float[] {0.5f, 3}, new int[] {1, 3}, new long[] {5, 6});

  private static Serving fresh() {
    return new Serving(
        Serving.Users.FRESH,
        Optional.of(AlsHyperparameters.Confidence.FADING),
        Optional.of(3.0),
        Optional.of(2.0),
        Optional.of(0.01));
  }

  @Test
  void aFreshUserIsSolvedFromHisPastWithTheWeightsOfServing() {
    AlsModel model = model(Feedback.IMPLICIT);
    AlsFamily family =
        new AlsFamily(AlsHyperparameters.ials().with(fresh()), DistillationOptions.DEFAULT);

    Scorer scorer = family.served(model, new int[] {3, 8}, List.of(PAST, Past.NONE), NOW);

    assertThat(scorer.knowsUser(3)).isTrue();
    assertThat(scorer.knowsUser(8)).isFalse();
    double half = 3 * Math.log1p(0.5);
    double three = 3 * Math.log1p(3);
    double[] expected =
        dense(
            model.items(),
            new int[] {4, 20},
            new double[] {half, three},
            new double[] {half, three},
            2.0,
            0.01 * (2 + 2.0 * ITEMS));
    float[] scores = new float[scorer.itemCount()];
    scorer.score(new int[] {3}, scores);
    for (int n = 0; n < ITEMS; n++) {
      double score = 0;
      for (int c = 0; c < RANK; c++) {
        score += expected[c] * model.items().values()[n * RANK + c];
      }
      assertThat((double) scores[2 * n]).isCloseTo(score, within(1e-5));
    }
  }

  @Test
  void storedUsersKeepTheVectorsOfTheModel() {
    AlsModel model =
        AlsModel.of(
            new FactorRows(RANK, new int[] {3}, new float[] {1, 0, 0, 0}, new float[1]),
            model(Feedback.IMPLICIT).items(),
            Feedback.IMPLICIT);
    AlsFamily family = new AlsFamily(AlsHyperparameters.ials(), DistillationOptions.DEFAULT);

    Scorer scorer = family.served(model, new int[] {3}, List.of(PAST), NOW);

    float[] scores = new float[scorer.itemCount()];
    scorer.score(new int[] {3}, scores);
    assertThat(scores[8]).isEqualTo(model.items().values()[4 * RANK]);
  }

  @Test
  void ratingsAndMllibsWeightsCannotBeServedFresh() {
    Serving asTrained =
        new Serving(
            Serving.Users.FRESH,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());

    assertThatThrownBy(() -> AlsHyperparameters.mllib().with(asTrained))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("implicitPrefs: false");
    assertThatThrownBy(
            () ->
                AlsParameters.mllib(4, 1, 0.1, 1, true, AlsHyperparameters.Solver.AUTO)
                    .with(asTrained))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("model.serving.confidence");
    assertThatThrownBy(
            () ->
                new Serving(
                    Serving.Users.FRESH,
                    Optional.empty(),
                    Optional.of(-1.0),
                    Optional.empty(),
                    Optional.empty()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("model.serving.alpha");
  }
}
