package io.perennial.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.perennial.TestSession;
import io.perennial.evaluation.baseline.PopularityScorer;
import io.perennial.model.Feedback;
import io.perennial.model.history.ItemCounts;
import io.perennial.model.history.ItemStatistics;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.mllib.evaluation.RankingMetrics;
import org.apache.spark.mllib.evaluation.RegressionMetrics;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import scala.Tuple2;

class EvaluatorIT {
  private static final int ITEMS = 120;
  private JavaSparkContext spark;
  private final Map<Integer, float[]> candidate = new HashMap<>();
  private final Map<Integer, float[]> parent = new HashMap<>();
  private final List<UserCase> cases = new ArrayList<>();
  private ItemStatistics statistics;

  @BeforeEach
  void drawAWindow() {
    spark = new JavaSparkContext(TestSession.get().sparkContext());
    Random random = new Random(17);
    for (int u = 0; u < 1200; u++) {
      if (u % 10 != 0) {
        candidate.put(u, row(random));
      }
      parent.put(u, row(random));
      int[] liked = random.ints(0, ITEMS).limit(1 + u % 7).sorted().distinct().toArray();
      int[] seen = random.ints(0, ITEMS).limit(u % 4).sorted().distinct().toArray();
      float[] values = new float[liked.length];
      for (int n = 0; n < values.length; n++) {
        values[n] = 1 + random.nextInt(5);
      }
      cases.add(new UserCase(u, liked, values, EvaluatorTest.past(seen)));
    }
    float[] counts = new float[ITEMS];
    for (int item = 0; item < ITEMS; item++) {
      counts[item] = 1 + random.nextInt(1000);
    }
    statistics = ItemCounts.of(counts, counts.clone(), new long[ITEMS]);
  }

  private static float[] row(Random random) {
    float[] row = new float[ITEMS];
    for (int item = 0; item < ITEMS; item++) {
      row[item] = (float) random.nextGaussian();
    }
    return row;
  }

  private Comparison compare(
      EvaluationOptions options, Feedback feedback, Evaluator.Execution execution) {
    BitSet oldItems = new BitSet();
    oldItems.set(0, 100);
    return new Evaluator(spark, options, feedback, execution)
        .compare(
            new EvaluationWindow("validation", cases, cases.size(), oldItems),
            List.of(
                new Subject("candidate", new TableScorer(ITEMS, candidate)),
                new Subject("parent", new TableScorer(ITEMS, parent))),
            PopularityScorer.of(statistics),
            statistics,
            7,
            "night/1");
  }

  @Test
  void clusterAndDriverAgreeToTheLastBit() {
    Comparison local =
        compare(EvaluationOptions.DEFAULT, Feedback.IMPLICIT, Evaluator.Execution.LOCAL);
    Comparison distributed =
        compare(EvaluationOptions.DEFAULT, Feedback.IMPLICIT, Evaluator.Execution.SPARK);
    assertThat(distributed.measurements()).isEqualTo(local.measurements());
    for (int n = 0; n < local.evidence().size(); n++) {
      assertThat(distributed.evidence().get(n).newerSums())
          .isEqualTo(local.evidence().get(n).newerSums());
      assertThat(distributed.evidence().get(n).olderSums())
          .isEqualTo(local.evidence().get(n).olderSums());
      assertThat(distributed.evidence().get(n).weights())
          .isEqualTo(local.evidence().get(n).weights());
    }
  }

  @Test
  void rankingMetricsAgreeWithMllib() {
    int k = 20;
    List<Tuple2<List<Integer>, List<Integer>>> pairs = new ArrayList<>();
    for (UserCase user : cases) {
      float[] row = parent.get(user.user());
      List<Integer> best =
          IntStream.range(0, ITEMS)
              .boxed()
              .sorted(Comparator.comparingDouble((Integer item) -> -row[item]))
              .limit(k)
              .toList();
      pairs.add(
          new Tuple2<>(
              new ArrayList<>(best),
              new ArrayList<>(Arrays.stream(user.items()).boxed().toList())));
    }
    JavaRDD<Tuple2<List<Integer>, List<Integer>>> rdd = spark.parallelize(pairs, 2);
    RankingMetrics<Integer> mllib = RankingMetrics.of(rdd);
    Comparison ours =
        compare(EvaluationOptions.DEFAULT, Feedback.IMPLICIT, Evaluator.Execution.LOCAL);
    for (int cut : new int[] {10, 20}) {
      assertThat(value(ours, Metric.NDCG, cut)).isCloseTo(mllib.ndcgAt(cut), within(1e-9));
      assertThat(value(ours, Metric.PRECISION, cut))
          .isCloseTo(mllib.precisionAt(cut), within(1e-9));
      assertThat(value(ours, Metric.RECALL, cut)).isCloseTo(mllib.recallAt(cut), within(1e-9));
      assertThat(value(ours, Metric.MAP, cut))
          .isCloseTo(mllib.meanAveragePrecisionAt(cut), within(1e-9));
    }
  }

  private static double value(Comparison c, Metric metric, int k) {
    return c.estimate("parent", Segment.ALL, metric, k).orElseThrow().value();
  }

  @Test
  void errorsAgreeWithMllib() {
    EvaluationOptions options =
        new EvaluationOptions(Metric.RMSE, 10, List.of(10), 20_000, 200, 6, 500, Optional.empty());
    Comparison ours = compare(options, Feedback.EXPLICIT, Evaluator.Execution.SPARK);
    List<Tuple2<Object, Object>> pairs = new ArrayList<>();
    for (UserCase user : cases) {
      if (!candidate.containsKey(user.user())) {
        continue;
      }
      for (int n = 0; n < user.items().length; n++) {
        double predicted = candidate.get(user.user())[user.items()[n]];
        pairs.add(new Tuple2<>(predicted, (double) user.values()[n]));
      }
    }
    RegressionMetrics mllib = new RegressionMetrics(spark.parallelize(pairs, 2).rdd());
    Estimate rmse = ours.estimate("candidate", Segment.ALL, Metric.RMSE, 0).orElseThrow();
    assertThat(rmse.value()).isCloseTo(mllib.rootMeanSquaredError(), within(1e-9));
    assertThat(rmse.low()).isLessThan(rmse.value());
    assertThat(rmse.high()).isGreaterThan(rmse.value());
    assertThat(ours.estimate("candidate", Segment.ALL, Metric.MAE, 0).orElseThrow().value())
        .isCloseTo(mllib.meanAbsoluteError(), within(1e-9));
    assertThat(ours.estimate("candidate", Segment.ALL, Metric.COVERAGE, 0).orElseThrow().value())
        .isBetween(0.88, 0.92);
  }
}
