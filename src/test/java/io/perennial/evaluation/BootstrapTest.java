package io.perennial.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BootstrapTest {
  private static final int REPLICATES = 400;

  /** Evidence over users whose metric is drawn, newer = older + gain + noise. */
  private static Evidence draw(Random random, String night, int users, double gain) {
    PoissonWeights weights = new PoissonWeights(3, night, REPLICATES);
    int[] drawn = new int[REPLICATES];
    double[] newerSums = new double[REPLICATES];
    double[] olderSums = new double[REPLICATES];
    double[] sums = new double[REPLICATES];
    double newerSum = 0;
    double olderSum = 0;
    for (int u = 0; u < users; u++) {
      double older = random.nextDouble();
      double newer = older + gain + 0.2 * random.nextGaussian();
      newerSum += newer;
      olderSum += older;
      weights.fill(u, drawn);
      for (int r = 0; r < REPLICATES; r++) {
        newerSums[r] += drawn[r] * newer;
        olderSums[r] += drawn[r] * older;
        sums[r] += drawn[r];
      }
    }
    return new Evidence(
        "newer",
        "older",
        night,
        Segment.ALL,
        Metric.NDCG,
        20,
        users,
        newerSum,
        olderSum,
        newerSums,
        olderSums,
        sums);
  }

  @Test
  void intervalCoversTheTrueGainInAboutNineteenOfTwenty() {
    Random random = new Random(21);
    int rounds = 400;
    int covered = 0;
    for (int round = 0; round < rounds; round++) {
      Evidence.Gain gain = draw(random, "night/" + round, 150, -0.05).gain();
      if (gain.low() <= -0.1 && -0.1 <= gain.high()) {
        covered++;
      }
    }
    assertThat((double) covered / rounds).isBetween(0.91, 0.98);
  }

  @Test
  void poolOfNightsIsAsSureAsOneNightOfTheirUsers() {
    Random random = new Random(22);
    Evidence pooled =
        Evidence.pool(
            List.of(
                draw(random, "night/1", 100, -0.05),
                draw(random, "night/2", 100, -0.05),
                draw(random, "night/3", 100, -0.05),
                draw(random, "night/4", 100, -0.05)));
    Evidence single = draw(random, "night/5", 400, -0.05);
    Evidence few = draw(random, "night/6", 100, -0.05);
    double width = pooled.gain().high() - pooled.gain().low();
    assertThat(pooled.users()).isEqualTo(400);
    assertThat(width).isCloseTo(single.gain().high() - single.gain().low(), within(0.3 * width));
    assertThat(few.gain().high() - few.gain().low()).isGreaterThan(1.5 * width);
  }

  @Test
  void weightsArePoissonAndIndependentOfEachOther() {
    int users = 2000;
    int[] drawn = new int[REPLICATES];
    int[] other = new int[REPLICATES];
    long[] counts = new long[20];
    double sum = 0;
    double product = 0;
    for (int u = 0; u < users; u++) {
      new PoissonWeights(1, "night/1", REPLICATES).fill(u, drawn);
      new PoissonWeights(1, "night/2", REPLICATES).fill(u, other);
      for (int r = 0; r < REPLICATES; r++) {
        counts[drawn[r]]++;
        sum += drawn[r];
        product += (drawn[r] - 1.0) * (other[r] - 1.0);
      }
    }
    double n = (double) users * REPLICATES;
    assertThat(sum / n).isCloseTo(1, within(0.01));
    assertThat(counts[0] / n).isCloseTo(Math.exp(-1), within(0.005));
    assertThat(counts[2] / n).isCloseTo(Math.exp(-1) / 2, within(0.005));
    assertThat(product / n).isCloseTo(0, within(0.01));
  }

  @Test
  void gainOfAnErrorIsPositiveWhereTheErrorShrinks() {
    double[] one = {1};
    Evidence rmse =
        new Evidence("n", "o", "w", Segment.ALL, Metric.RMSE, 0, 10, 81, 100, one, one, one);
    assertThat(rmse.gain().value()).isCloseTo(0.1, within(1e-12));
    Evidence fromNothing =
        new Evidence("n", "o", "w", Segment.ALL, Metric.NDCG, 20, 10, 1, 0, one, one, one);
    assertThat(fromNothing.gain().value()).isEqualTo(Double.POSITIVE_INFINITY);
  }
}
