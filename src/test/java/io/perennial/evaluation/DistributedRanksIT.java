package io.perennial.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.perennial.TestSession;
import io.perennial.evaluation.baseline.PopularityScorer;
import io.perennial.model.DatasetFactorTable;
import io.perennial.model.FactorRows;
import io.perennial.model.FarTable;
import io.perennial.model.Feedback;
import io.perennial.model.MemoryFactorTable;
import io.perennial.model.Scorer;
import io.perennial.model.history.ItemStatistics;
import io.perennial.model.scoring.DistributedFactors;
import io.perennial.model.scoring.DistributedItems;
import io.perennial.model.scoring.FactorScorer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A catalogue on executors is measured as one in the driver is. Factors are small whole numbers, so
 * that every score is exact, and many are equal.
 */
class DistributedRanksIT {
  private static final int RANK = 5;
  private static final int ITEMS = 1_500;
  private static final int USERS = 700;
  private final JavaSparkContext spark = new JavaSparkContext(TestSession.get().sparkContext());
  private final Random random = new Random(29);
  private final FactorRows items = rows(ITEMS, 7);
  private final FactorRows candidates = rows(USERS, 9);
  private final FactorRows parents = rows(USERS, 4);
  private final List<UserCase> cases = cases();

  /** Rows of most indices; some are zero. */
  private FactorRows rows(int count, int missing) {
    int[] indices = IntStream.range(0, count).filter(n -> n % missing != 0).toArray();
    float[] values = new float[indices.length * RANK];
    for (int n = 0; n < values.length; n++) {
      values[n] = n / RANK % 11 == 0 ? 0 : random.nextInt(5) - 2;
    }
    return new FactorRows(RANK, indices, values, new float[indices.length]);
  }

  /** Users of whom some are new, some unknown to a subject; items of which some are unknown. */
  private List<UserCase> cases() {
    List<UserCase> some = new ArrayList<>();
    for (int user = 0; user < USERS + 20; user++) {
      int[] took = random.ints(0, ITEMS + 30).limit(1 + user % 6).sorted().distinct().toArray();
      int[] had =
          IntStream.concat(
                  random.ints(0, ITEMS).limit(user % 5 * 4L), IntStream.of(took[0]).limit(user % 2))
              .sorted()
              .distinct()
              .toArray();
      float[] values = new float[took.length];
      for (int n = 0; n < values.length; n++) {
        values[n] = 1 + random.nextInt(5);
      }
      some.add(new UserCase(user, took, values, EvaluatorTest.past(had)));
    }
    return some;
  }

  private Scorer far(FactorRows users, int partitions) {
    DatasetFactorTable table =
        new DatasetFactorTable(
            new MemoryFactorTable(items).dataset().repartition(partitions), RANK, items.size());
    return new DistributedFactors(users, new DistributedItems(new FarTable(table)));
  }

  private Comparison compare(
      EvaluationOptions options, Feedback feedback, BiFunction<FactorRows, Integer, Scorer> of) {
    float[] counts = new float[ITEMS];
    for (int item = 0; item < ITEMS; item++) {
      counts[item] = 1 + item * 31 % 97;
    }
    ItemStatistics statistics = EvaluatorTest.statistics(counts);
    BitSet old = new BitSet();
    old.set(0, 1_000);
    return new Evaluator(spark, options, feedback)
        .compare(
            new EvaluationWindow("validation", cases, cases.size(), old),
            List.of(
                new Subject("candidate", of.apply(candidates, 3)),
                new Subject("parent", of.apply(parents, 1))),
            PopularityScorer.of(statistics),
            statistics,
            7,
            "night/1");
  }

  private static void assertSame(Comparison far, Comparison near) {
    assertThat(near.measurements()).hasSizeGreaterThan(4);
    assertThat(far.measurements()).isEqualTo(near.measurements());
    for (int n = 0; n < near.evidence().size(); n++) {
      assertThat(far.evidence().get(n).newerSums()).isEqualTo(near.evidence().get(n).newerSums());
      assertThat(far.evidence().get(n).olderSums()).isEqualTo(near.evidence().get(n).olderSums());
    }
  }

  @Test
  void rankingsAreThoseOfTheDriverToTheLastBitAndNoCatalogueComesHome() {
    assertSame(
        compare(EvaluationOptions.DEFAULT, Feedback.IMPLICIT, this::far),
        compare(
            EvaluationOptions.DEFAULT,
            Feedback.IMPLICIT,
            (users, partitions) -> new FactorScorer(users, items)));
  }

  @Test
  void errorsOfRatingsAreThoseOfTheDriver() {
    EvaluationOptions options = EvaluatorTest.options(Metric.RMSE, 10, 10);
    assertSame(
        compare(options, Feedback.EXPLICIT, this::far),
        compare(options, Feedback.EXPLICIT, (users, partitions) -> new FactorScorer(users, items)));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4, 40})
  void itKnowsWhatTheDriverKnowsWhateverThePieces(int partitions) {
    Scorer far = far(candidates, partitions);
    Scorer near = new FactorScorer(candidates, items);
    assertThat(far.itemCount()).isEqualTo(near.itemCount());
    for (int index = -1; index < ITEMS + 5; index++) {
      assertThat(far.knowsItem(index)).as("%d", index).isEqualTo(near.knowsItem(index));
    }
    for (int user = 0; user < USERS + 5; user++) {
      assertThat(far.knowsUser(user)).as("%d", user).isEqualTo(near.knowsUser(user));
    }
  }

  @Test
  void cosinesAreThoseOfTheScores() {
    DistributedFactors one = (DistributedFactors) far(candidates, 3);
    FactorRows others =
        new FactorRows(
            RANK,
            IntStream.of(items.indices()).map(item -> item + 2).toArray(),
            items.values(),
            items.eventCounts());
    DistributedFactors other =
        new DistributedFactors(
            parents, new DistributedItems(new FarTable(new MemoryFactorTable(others))));
    int[] users = {1, 2, 5, 13};
    double[] cosines = one.cosines(other, users);
    Scorer a = new FactorScorer(candidates, items);
    Scorer b = new FactorScorer(parents, others);
    for (int n = 0; n < users.length; n++) {
      float[] x = new float[a.itemCount()];
      float[] y = new float[b.itemCount()];
      a.score(new int[] {users[n]}, x);
      b.score(new int[] {users[n]}, y);
      double cross = 0;
      double xx = 0;
      double yy = 0;
      for (int item = 0; item < x.length; item++) {
        if (Float.isFinite(x[item]) && Float.isFinite(y[item])) {
          cross += (double) x[item] * y[item];
          xx += (double) x[item] * x[item];
          yy += (double) y[item] * y[item];
        }
      }
      double expected = xx == 0 || yy == 0 ? 0 : cross / Math.sqrt(xx * yy);
      assertThat(cosines[n]).isCloseTo(expected, within(1e-9));
    }
  }
}
