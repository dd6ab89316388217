package io.perennial.model.als;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.perennial.Progress;
import io.perennial.distillation.DistillationOptions;
import io.perennial.model.FactorRows;
import io.perennial.model.Feedback;
import io.perennial.model.TrainingEvents;
import io.perennial.model.TrainingTask;
import io.perennial.model.als.AlsHyperparameters.Solver;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.apache.spark.ml.recommendation.ALS;
import org.apache.spark.ml.recommendation.ALSModel;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Parity with Spark's own ALS, which solves items first and users last in each iteration: from its
 * item factors, our half-sweep must give its user factors.
 */
class StockAlsIT {
  private static final int RANK = 7;
  private static final int USERS = 70;
  private static final int ITEMS = 45;
  private static final double REG_PARAM = 0.08;

  /** Distinct pairs; implicit values are counts of both signs. */
  private static TrainingEvents ratings(Feedback feedback) {
    Random random = new Random(31);
    TrainingEvents events = new TrainingEvents();
    for (int user = 0; user < USERS; user++) {
      for (int item = 0; item < ITEMS; item++) {
        if (random.nextInt(user % 3 == item % 3 ? 3 : 9) == 0) {
          double value =
              feedback == Feedback.IMPLICIT
                  ? 1 + random.nextInt(4) - (random.nextInt(8) == 0 ? 5 : 0)
                  : 1 + (user * 7 + item * 3) % 4 + random.nextInt(2);
          if (value != 0) {
            events.add(user, item, value, 0);
          }
        }
      }
    }
    return events;
  }

  private static ALSModel stock(Dataset<Row> events, Feedback feedback, double alpha, int sweeps) {
    return new ALS()
        .setUserCol("user_index")
        .setItemCol("item_index")
        .setRatingCol("value")
        .setRank(RANK)
        .setRegParam(REG_PARAM)
        .setAlpha(alpha)
        .setImplicitPrefs(feedback == Feedback.IMPLICIT)
        .setMaxIter(sweeps)
        .setNumBlocks(2)
        .setSeed(4)
        .fit(events);
  }

  private static FactorRows rows(Dataset<Row> factors) {
    List<Row> sorted = factors.orderBy("id").collectAsList();
    int[] indices = new int[sorted.size()];
    float[] values = new float[indices.length * RANK];
    for (int n = 0; n < indices.length; n++) {
      indices[n] = sorted.get(n).getInt(0);
      List<Float> vector = sorted.get(n).getList(1);
      for (int c = 0; c < RANK; c++) {
        values[n * RANK + c] = vector.get(c);
      }
    }
    return new FactorRows(RANK, indices, values, new float[indices.length]);
  }

  private static AlsModel continued(
      AlsModel start, Dataset<Row> events, Feedback feedback, double alpha, int sweeps) {
    AlsHyperparameters p =
        AlsParameters.mllib(RANK, 1, REG_PARAM, alpha, feedback == Feedback.IMPLICIT, Solver.LOCAL);
    AlsHyperparameters nightly =
        new AlsHyperparameters(
            RANK,
            1,
            sweeps,
            REG_PARAM,
            p.regScaling(),
            p.implicitPrefs(),
            alpha,
            p.confidence(),
            1.0,
            p.decay(),
            1,
            Solver.LOCAL,
            1.0);
    return new AlsTrainer(nightly, DistillationOptions.NONE)
        .train(
            new TrainingTask<>(
                events,
                Optional.of(start),
                Optional.empty(),
                TrainingEvents.day(1),
                1,
                Progress.SILENT));
  }

  /** What ALS minimises, summed over every pair. */
  private static double objective(
      FactorRows users, FactorRows items, TrainingEvents events, Feedback feedback, double alpha) {
    double[][] values = new double[USERS][ITEMS];
    boolean[][] seen = new boolean[USERS][ITEMS];
    double[] userCounts = new double[USERS];
    double[] itemCounts = new double[ITEMS];
    for (TrainingEvents.Event event : events.events()) {
      values[event.user()][event.item()] = event.value();
      seen[event.user()][event.item()] = true;
      if (feedback == Feedback.EXPLICIT || event.value() > 0) {
        userCounts[event.user()]++;
        itemCounts[event.item()]++;
      }
    }
    double sum = 0;
    for (int u = 0; u < USERS; u++) {
      double[] x = DenseCatalogue.row(users, u);
      sum += x == null ? 0 : REG_PARAM * userCounts[u] * DenseCatalogue.dot(x, x);
      for (int i = 0; i < ITEMS; i++) {
        double[] y = DenseCatalogue.row(items, i);
        if (x == null || y == null) {
          continue;
        }
        double score = DenseCatalogue.dot(x, y);
        double value = values[u][i];
        if (feedback == Feedback.EXPLICIT) {
          sum += seen[u][i] ? (score - value) * (score - value) : 0;
        } else {
          double target = value > 0 ? 1 : 0;
          sum += (1 + alpha * Math.abs(value)) * (score - target) * (score - target);
        }
      }
    }
    for (int i = 0; i < ITEMS; i++) {
      double[] y = DenseCatalogue.row(items, i);
      sum += y == null ? 0 : REG_PARAM * itemCounts[i] * DenseCatalogue.dot(y, y);
    }
    return sum;
  }

  @ParameterizedTest
  @CsvSource({"IMPLICIT, 1.0", "IMPLICIT, 12.5", "EXPLICIT, 1.0"})
  void halfSweepFromStockItemsGivesStockUsers(Feedback feedback, double alpha) {
    Dataset<Row> events = ratings(feedback).dataset(2);
    ALSModel stock = stock(events, feedback, alpha, 4);
    FactorRows expected = rows(stock.userFactors());
    AlsModel start = AlsModel.of(FactorRows.empty(RANK), rows(stock.itemFactors()), feedback);
    FactorRows users = continued(start, events, feedback, alpha, 1).users().all();
    assertThat(users.indices()).isEqualTo(expected.indices());
    assertThat(users.values()).containsExactly(expected.values(), within(1e-4f));
  }

  /** One more sweep than stock: the first half of it only gives back the stock users. */
  @ParameterizedTest
  @CsvSource({
    "IMPLICIT, 1.0, 1",
    "IMPLICIT, 12.5, 3",
    "IMPLICIT, 1.0, 6",
    "EXPLICIT, 1.0, 1",
    "EXPLICIT, 1.0, 5"
  })
  void continuedRunIsNeverWorseThanALongerStockRun(Feedback feedback, double alpha, int more) {
    TrainingEvents ratings = ratings(feedback);
    Dataset<Row> events = ratings.dataset(2);
    ALSModel first = stock(events, feedback, alpha, 3);
    ALSModel longer = stock(events, feedback, alpha, 3 + more);
    AlsModel start = AlsModel.of(rows(first.userFactors()), rows(first.itemFactors()), feedback);
    AlsModel ours = continued(start, events, feedback, alpha, more + 1);
    double stockEnd =
        objective(rows(longer.userFactors()), rows(longer.itemFactors()), ratings, feedback, alpha);
    double ourEnd = objective(ours.users().all(), ours.items(), ratings, feedback, alpha);
    double begin = objective(start.users().all(), start.items(), ratings, feedback, alpha);
    assertThat(ourEnd).isLessThanOrEqualTo(stockEnd * (1 + 1e-6)).isLessThan(begin);
  }
}
