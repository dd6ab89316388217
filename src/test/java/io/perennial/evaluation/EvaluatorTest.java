package io.perennial.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.perennial.evaluation.baseline.PopularityScorer;
import io.perennial.model.Feedback;
import io.perennial.model.Scorer;
import io.perennial.model.history.ItemCounts;
import io.perennial.model.history.ItemStatistics;
import io.perennial.model.history.Past;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class EvaluatorTest {
  private static final Offset<Double> EXACT = within(1e-6);
  private static final float NAN = Float.NaN;

  static EvaluationOptions options(Metric metric, int k, Integer... cutOffs) {
    return new EvaluationOptions(
        metric, k, List.of(cutOffs), 20_000, 200, 6, 500, Optional.empty());
  }

  static ItemStatistics statistics(float... counts) {
    return ItemCounts.of(counts, counts.clone(), new long[counts.length]);
  }

  static EvaluationWindow window(BitSet oldItems, UserCase... cases) {
    return new EvaluationWindow("validation", List.of(cases), cases.length, oldItems);
  }

  static BitSet items(int... items) {
    BitSet set = new BitSet();
    for (int item : items) {
      set.set(item);
    }
    return set;
  }

  /** One event long ago with each item. */
  static Past past(int[] seen) {
    int[] once = new int[seen.length];
    Arrays.fill(once, 1);
    return new Past(seen, new float[seen.length], once, new long[seen.length]);
  }

  static UserCase user(int user, int[] items, int... seen) {
    float[] ones = new float[items.length];
    java.util.Arrays.fill(ones, 1);
    return new UserCase(user, items, ones, past(seen));
  }

  private static Comparison compare(
      EvaluationOptions options,
      EvaluationWindow window,
      ItemStatistics statistics,
      Subject... subjects) {
    return new Evaluator(null, options, Feedback.IMPLICIT, Evaluator.Execution.LOCAL)
        .compare(
            window, List.of(subjects), PopularityScorer.of(statistics), statistics, 7, "night/1");
  }

  private static double value(Comparison c, String subject, Segment segment, Metric metric, int k) {
    return c.estimate(subject, segment, metric, k).orElseThrow().value();
  }

  @Test
  void figuresOfThreeUsersAgreeWithPaper() {
    // user 0 likes 0 and 3, ranked 1st and 4th; user 1 likes 2, ranked last of five
    Scorer scorer =
        new TableScorer(5, Map.of(0, new float[] {9, 8, 7, 6, 5}, 1, new float[] {9, 8, 1, 6, 5}));
    Comparison c =
        compare(
            options(Metric.NDCG, 2, 2, 4),
            window(items(0, 1, 2, 3, 4), user(0, new int[] {0, 3}, 0), user(1, new int[] {2}, 1)),
            statistics(1, 1, 1, 1, 1),
            new Subject("candidate", scorer));
    double ideal2 = 1 + Math.log(2) / Math.log(3);
    assertThat(value(c, "candidate", Segment.ALL, Metric.NDCG, 2)).isCloseTo(1 / ideal2 / 2, EXACT);
    assertThat(value(c, "candidate", Segment.ALL, Metric.RECALL, 4)).isCloseTo(0.5, EXACT);
    assertThat(value(c, "candidate", Segment.ALL, Metric.PRECISION, 4)).isCloseTo(0.25, EXACT);
    assertThat(value(c, "candidate", Segment.ALL, Metric.MAP, 4))
        .isCloseTo((1 + 2.0 / 4) / 2 / 2, EXACT);
    assertThat(value(c, "candidate", Segment.ALL, Metric.MRR, 4)).isCloseTo(0.5, EXACT);
    // user 0: item 0 above 3 of 3 others, item 3 above 1 of 3; user 1: below all
    assertThat(value(c, "candidate", Segment.ALL, Metric.AUC, 0))
        .isCloseTo((1 + 1.0 / 3) / 2 / 2, EXACT);
    assertThat(value(c, "candidate", Segment.ALL, Metric.COVERAGE, 2)).isCloseTo(0.4, EXACT);
    // every item has probability 2 / (5 + 6)
    assertThat(value(c, "candidate", Segment.ALL, Metric.NOVELTY, 2))
        .isCloseTo(Math.log(11.0 / 2) / Math.log(2), EXACT);
  }

  @Test
  void segmentsCountOnlyTheirOwnUsersAndItems() {
    Scorer scorer =
        new TableScorer(
            4,
            Map.of(
                0, new float[] {9, 8, 7, 6},
                1, new float[] {6, 7, 8, 9},
                2, new float[] {9, 8, 7, 6}));
    // user 0 repeats 0 and tries 2; user 1 is new and takes 3; user 2 had 0 and takes item 1, new
    EvaluationWindow window =
        window(
            items(0, 2, 3),
            user(0, new int[] {0, 2}, 0),
            user(1, new int[] {3}),
            user(2, new int[] {1}, 0));
    Comparison c =
        compare(
            options(Metric.RECALL, 1, 1),
            window,
            statistics(1, 1, 1, 1),
            new Subject("candidate", scorer));
    assertThat(value(c, "candidate", Segment.ALL, Metric.RECALL, 1))
        .isCloseTo((0.5 + 1 + 0) / 3, EXACT);
    assertThat(value(c, "candidate", Segment.RETURNING, Metric.RECALL, 1)).isCloseTo(0.25, EXACT);
    assertThat(value(c, "candidate", Segment.NEW, Metric.RECALL, 1)).isCloseTo(1, EXACT);
    assertThat(value(c, "candidate", Segment.OLD_ITEMS, Metric.RECALL, 1))
        .isCloseTo((0.5 + 1) / 2, EXACT);
    assertThat(value(c, "candidate", Segment.NEW_ITEMS, Metric.RECALL, 1)).isZero();
    assertThat(value(c, "candidate", Segment.REPEAT, Metric.RECALL, 1)).isCloseTo(1, EXACT);
    // masked 0: user 0 is shown 1 (a miss), user 2 is shown 1 (a hit)
    assertThat(value(c, "candidate", Segment.FIRST_TIME, Metric.RECALL, 1)).isCloseTo(0.5, EXACT);
    assertThat(c.estimate("candidate", Segment.FIRST_TIME, Metric.RECALL, 1).orElseThrow().users())
        .isEqualTo(2);
  }

  @Test
  void scorerOfNaNsNeverWins() {
    Scorer nothing = new TableScorer(3, Map.of(0, new float[] {NAN, NAN, NAN}));
    Scorer worst = new TableScorer(3, Map.of(0, new float[] {1, 2, 3}));
    Comparison c =
        compare(
            options(Metric.NDCG, 3, 3),
            window(items(0, 1, 2), user(0, new int[] {0}, 1)),
            statistics(1, 1, 1),
            new Subject("candidate", nothing),
            new Subject("parent", worst));
    assertThat(value(c, "candidate", Segment.ALL, Metric.NDCG, 3)).isZero();
    assertThat(value(c, "candidate", Segment.ALL, Metric.AUC, 0)).isZero();
    assertThat(value(c, "parent", Segment.ALL, Metric.NDCG, 3)).isPositive();
    assertThat(c.against("parent", Segment.ALL).orElseThrow().gain().value()).isEqualTo(-1);
  }

  @Test
  void infiniteScoreCountsAsUnknown() {
    Scorer broken = new TableScorer(3, Map.of(0, new float[] {Float.POSITIVE_INFINITY, 2, 1}));
    Comparison c =
        compare(
            options(Metric.NDCG, 1, 1),
            window(items(0, 1, 2), user(0, new int[] {0}, 1)),
            statistics(1, 1, 1),
            new Subject("candidate", broken));
    assertThat(value(c, "candidate", Segment.ALL, Metric.NDCG, 1)).isZero();
  }

  @Test
  void itemThatNobodyKnowsIsAMissThatCounts() {
    Scorer scorer = new TableScorer(2, Map.of(0, new float[] {2, 1}));
    Comparison c =
        compare(
            options(Metric.RECALL, 2, 2),
            window(items(0, 1), user(0, new int[] {0, 17}, 1)),
            statistics(1, 1),
            new Subject("candidate", scorer));
    assertThat(value(c, "candidate", Segment.ALL, Metric.RECALL, 2)).isEqualTo(0.5);
    assertThat(value(c, "candidate", Segment.NEW_ITEMS, Metric.RECALL, 2)).isZero();
  }

  @Test
  void itemThatOnlyTheOtherSubjectKnowsRanksBelowEverythingKnown() {
    Scorer small = new TableScorer(2, Map.of(0, new float[] {-5, -6}));
    Scorer large = new TableScorer(4, Map.of(0, new float[] {1, 2, 3, 4}));
    Comparison c =
        compare(
            options(Metric.HITRATE, 3, 3),
            window(items(0, 1, 2, 3), user(0, new int[] {3}, 1)),
            statistics(1, 1),
            new Subject("small", small),
            new Subject("large", large));
    assertThat(value(c, "small", Segment.ALL, Metric.HITRATE, 3)).isZero();
    assertThat(value(c, "small", Segment.ALL, Metric.AUC, 0)).isZero();
    assertThat(value(c, "large", Segment.ALL, Metric.AUC, 0)).isEqualTo(1);
  }

  @Test
  void unknownUserIsShownWhatIsPopular() {
    Scorer scorer = new TableScorer(3, Map.of(5, new float[] {1, 2, 3}));
    Comparison c =
        compare(
            options(Metric.HITRATE, 1, 1),
            window(items(0, 1, 2), user(9, new int[] {1})),
            statistics(1, 50, 3),
            new Subject("candidate", scorer));
    assertThat(value(c, "candidate", Segment.NEW, Metric.HITRATE, 1)).isEqualTo(1);
  }

  @Test
  void constantScorerGainsNothingByTheOrderOfIndices() {
    int itemCount = 200;
    int userCount = 4000;
    Map<Integer, float[]> rows = new HashMap<>();
    List<UserCase> cases = new ArrayList<>();
    for (int u = 0; u < userCount; u++) {
      rows.put(u, new float[itemCount]);
      // low indices are what people take, as in a shop whose first items are the popular ones
      cases.add(user(u, new int[] {u % 5}, 100));
    }
    float[] counts = new float[itemCount];
    java.util.Arrays.fill(counts, 1);
    Comparison c =
        compare(
            options(Metric.RECALL, 10, 10),
            new EvaluationWindow("validation", cases, userCount, items(0)),
            statistics(counts),
            new Subject("constant", new TableScorer(itemCount, rows)));
    assertThat(value(c, "constant", Segment.ALL, Metric.RECALL, 10))
        .isCloseTo(10.0 / itemCount, within(0.012));
    assertThat(value(c, "constant", Segment.ALL, Metric.AUC, 0)).isCloseTo(0.5, EXACT);
  }

  @Test
  void areaUnderTheCurveAgreesWithCountingEveryPair() {
    Random random = new Random(3);
    for (int round = 0; round < 200; round++) {
      int itemCount = 2 + random.nextInt(30);
      float[] row = new float[itemCount];
      for (int item = 0; item < itemCount; item++) {
        row[item] = random.nextInt(4) == 0 ? NAN : random.nextInt(6) - 3;
        if (row[item] == 0 && random.nextBoolean()) {
          row[item] = -0f;
        }
      }
      int[] liked =
          random.ints(0, itemCount).limit(1 + random.nextInt(5)).sorted().distinct().toArray();
      float[] counts = new float[itemCount];
      java.util.Arrays.fill(counts, 1);
      Comparison c =
          compare(
              options(Metric.AUC, 5, 5),
              window(items(0), user(0, liked, itemCount + 5)),
              statistics(counts),
              new Subject("candidate", new TableScorer(itemCount, Map.of(0, row))));
      assertThat(value(c, "candidate", Segment.ALL, Metric.AUC, 0))
          .isCloseTo(pairwise(row, liked), EXACT);
    }
  }

  private static double pairwise(float[] row, int[] liked) {
    double won = 0;
    int others = row.length - liked.length;
    if (others == 0) {
      return 0.5;
    }
    for (int item : liked) {
      for (int other = 0; other < row.length; other++) {
        if (java.util.Arrays.binarySearch(liked, other) >= 0) {
          continue;
        }
        double b = Float.isNaN(row[other]) ? Double.NEGATIVE_INFINITY : row[other];
        won += row[item] > b ? 1 : row[item] == b ? 0.5 : 0;
      }
    }
    return won / others / liked.length;
  }

  @Test
  void errorsAreTakenOverPairsThatEverySubjectPredicts() {
    Scorer candidate = new TableScorer(3, Map.of(0, new float[] {3, 4, 5}));
    Scorer parent = new TableScorer(3, Map.of(0, new float[] {1, 2, NAN}));
    EvaluationWindow window =
        window(
            items(0, 1, 2), new UserCase(0, new int[] {0, 1, 2}, new float[] {3, 2, 1}, Past.NONE));
    ItemStatistics statistics = statistics(1, 1, 1);
    Comparison c =
        new Evaluator(
                null, options(Metric.RMSE, 10, 10), Feedback.EXPLICIT, Evaluator.Execution.LOCAL)
            .compare(
                window,
                List.of(new Subject("candidate", candidate), new Subject("parent", parent)),
                PopularityScorer.of(statistics),
                statistics,
                7,
                "night/1");
    assertThat(value(c, "candidate", Segment.ALL, Metric.RMSE, 0)).isCloseTo(Math.sqrt(2), EXACT);
    assertThat(value(c, "candidate", Segment.ALL, Metric.MAE, 0)).isCloseTo(1, EXACT);
    assertThat(value(c, "parent", Segment.ALL, Metric.RMSE, 0)).isCloseTo(Math.sqrt(2), EXACT);
    assertThat(value(c, "parent", Segment.ALL, Metric.COVERAGE, 0)).isCloseTo(2.0 / 3, EXACT);
    assertThat(c.against("parent", Segment.ALL).orElseThrow().gain().value()).isCloseTo(0, EXACT);
  }

  @Test
  void whatIsLikedIsCountedOverPairsThatEverySubjectPredicts() {
    Scorer candidate = new TableScorer(4, Map.of(0, new float[] {9, 4, 7, 9}));
    Scorer parent = new TableScorer(4, Map.of(0, new float[] {6, 8, 7, NAN}));
    EvaluationWindow window =
        window(
            items(0, 1, 2, 3),
            new UserCase(0, new int[] {0, 1, 2, 3}, new float[] {8, 7, 6, 9}, Past.NONE));
    ItemStatistics statistics = statistics(1, 1, 1, 1);
    EvaluationOptions options =
        new EvaluationOptions(Metric.RMSE, 10, List.of(10), 20_000, 200, 6, 500, Optional.of(7.0));
    List<Classification> found =
        new Evaluator(null, options, Feedback.EXPLICIT, Evaluator.Execution.LOCAL)
            .compare(
                window,
                List.of(new Subject("candidate", candidate), new Subject("parent", parent)),
                PopularityScorer.of(statistics),
                statistics,
                7,
                "night/1")
            .classifications();
    double[] ratings = {8, 7, 6};
    assertThat(found)
        .containsExactly(
            new Classification(
                "candidate",
                "validation",
                ClassificationReport.ofRatings(ratings, new double[] {9, 4, 7}, 7)),
            new Classification(
                "parent",
                "validation",
                ClassificationReport.ofRatings(ratings, new double[] {6, 8, 7}, 7)));
  }

  @Test
  void orderOfCasesChangesNoMetric() {
    Random random = new Random(5);
    Map<Integer, float[]> rows = new HashMap<>();
    List<UserCase> cases = new ArrayList<>();
    for (int u = 0; u < 50; u++) {
      float[] row = new float[40];
      for (int i = 0; i < row.length; i++) {
        row[i] = random.nextFloat();
      }
      rows.put(u, row);
      cases.add(user(u, random.ints(0, 40).limit(4).sorted().distinct().toArray(), u % 40));
    }
    Subject subject = new Subject("candidate", new TableScorer(40, rows));
    float[] counts = new float[40];
    java.util.Arrays.fill(counts, 1);
    List<UserCase> shuffled = new ArrayList<>(cases);
    java.util.Collections.shuffle(shuffled, random);
    Comparison a =
        compare(
            EvaluationOptions.DEFAULT,
            new EvaluationWindow("validation", cases, 50, items(1, 2)),
            statistics(counts),
            subject);
    Comparison b =
        compare(
            EvaluationOptions.DEFAULT,
            new EvaluationWindow("validation", shuffled, 50, items(1, 2)),
            statistics(counts),
            subject);
    assertThat(a.measurements()).hasSameSizeAs(b.measurements());
    for (int n = 0; n < a.measurements().size(); n++) {
      Estimate x = a.measurements().get(n).estimate();
      Estimate y = b.measurements().get(n).estimate();
      assertThat(x.value()).isCloseTo(y.value(), within(1e-9));
      if (!Double.isNaN(x.low())) {
        assertThat(x.low()).isCloseTo(y.low(), within(1e-9));
      }
    }
  }

  @Test
  void windowWithoutUsersMeasuresNothing() {
    Comparison c =
        compare(
            options(Metric.NDCG, 1, 1),
            window(items(0)),
            statistics(1, 1),
            new Subject("candidate", new TableScorer(2, Map.of())),
            new Subject("parent", new TableScorer(2, Map.of())));
    assertThat(value(c, "candidate", Segment.ALL, Metric.NDCG, 1)).isNaN();
    Evidence evidence = c.against("parent", Segment.ALL).orElseThrow();
    assertThat(evidence.users()).isZero();
    assertThat(evidence.gain().value()).isNaN();
  }

  @Test
  void errorsAreRefusedForImplicitFeedback() {
    assertThatThrownBy(() -> new Evaluator(null, options(Metric.RMSE, 10, 10), Feedback.IMPLICIT))
        .isInstanceOf(InvalidEvaluationException.class)
        .hasMessageContaining("rmse")
        .hasMessageContaining("evaluation.primaryMetric");
  }
}
