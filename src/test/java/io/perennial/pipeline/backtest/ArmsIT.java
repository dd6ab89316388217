package io.perennial.pipeline.backtest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.perennial.Progress;
import io.perennial.TestSession;
import io.perennial.config.BacktestArm;
import io.perennial.config.PipelineDefinition;
import io.perennial.config.PipelineReader;
import io.perennial.distillation.DistillationOptions;
import io.perennial.evaluation.EvaluationWindow;
import io.perennial.evaluation.UserCase;
import io.perennial.model.Feedback;
import io.perennial.model.Scorer;
import io.perennial.model.TrainingEvents;
import io.perennial.model.TrainingTask;
import io.perennial.model.als.AlsHyperparameters;
import io.perennial.model.als.AlsModel;
import io.perennial.model.als.AlsTrainer;
import io.perennial.model.history.DecayPolicy;
import io.perennial.model.history.HistoryTable;
import io.perennial.model.history.ItemStatistics;
import io.perennial.model.history.Past;
import io.perennial.pipeline.backtest.Arm.Learnt;
import io.perennial.pipeline.backtest.ReplayedNight.Span;
import java.time.Clock;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.spark.ml.recommendation.ALS;
import org.apache.spark.ml.recommendation.ALSModel;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

/**
 * What each arm knows after a base of two days and one night, with a user and an item that are new.
 */
class ArmsIT {
  private static final int NEW_USER = 60;
  private static final int NEW_ITEM = 30;
  private static final long SEED = 11;
  private static final PipelineDefinition PIPELINE =
      PipelineReader.read(
          "shop.yaml",
          """
          name: shop
          seed: 11
          model:
            rank: 6
            maxIter: 3
          """);

  private static final TrainingEvents BASE =
      new TrainingEvents()
          .random(500, 60, 30, 0, Feedback.IMPLICIT, 1)
          .random(500, 60, 30, 1, Feedback.IMPLICIT, 2);
  private static final TrainingEvents TONIGHT = tonight();
  private static final TrainingEvents ALL = all();

  private static final DecayPolicy ALIKE =
      new DecayPolicy(Optional.empty(), DecayPolicy.Aggregate.DAY);

  private static TrainingEvents tonight() {
    TrainingEvents night = new TrainingEvents().random(80, 60, 30, 2, Feedback.IMPLICIT, 3);
    for (int item = 0; item < 12; item += 4) {
      night.add(NEW_USER, item, 1, 2);
    }
    return night.add(4, NEW_ITEM, 1, 2).add(8, NEW_ITEM, 1, 2);
  }

  private static TrainingEvents all() {
    TrainingEvents all = new TrainingEvents();
    BASE.events().forEach(e -> all.add(e.user(), e.item(), e.value(), e.day()));
    TONIGHT.events().forEach(e -> all.add(e.user(), e.item(), e.value(), e.day()));
    return all;
  }

  private static Arm arm(BacktestArm arm, int every) {
    return arm(PIPELINE, arm, every);
  }

  private static Arm arm(PipelineDefinition pipeline, BacktestArm arm, int every) {
    LocalDate day = LocalDate.of(2024, 1, 3);
    BacktestRequest request =
        new BacktestRequest(
            day,
            day,
            Optional.empty(),
            List.of(arm),
            every,
            Optional.empty(),
            BacktestRequest.Start.RESUME);
    return Arms.of(TestSession.get(), pipeline, request, Clock.systemUTC()).get(0);
  }

  private static Arm arm(BacktestArm arm) {
    return arm(arm, 1);
  }

  private static ReplayedNight base() {
    Dataset<Row> events = BASE.dataset(2);
    int rows = BASE.events().size();
    return new ReplayedNight(
        0,
        events,
        rows,
        () -> events,
        rows,
        begin -> new Span(events, rows),
        ItemStatistics.NONE,
        Map.of(),
        ArmsIT::choices,
        TrainingEvents.day(2),
        SEED);
  }

  private static ReplayedNight night(int number) {
    Map<DecayPolicy, HistoryTable> histories = new HashMap<>();
    DecayPolicy decay = parameters(BacktestArm.OURS_MODEL).decay();
    histories.put(decay, BASE.history(decay));
    return new ReplayedNight(
        number,
        TONIGHT.dataset(1),
        TONIGHT.events().size(),
        () -> ALL.dataset(2),
        ALL.events().size(),
        begin -> new Span(TONIGHT.dataset(1), TONIGHT.events().size()),
        ItemStatistics.NONE,
        histories,
        ArmsIT::choices,
        TrainingEvents.day(3),
        SEED);
  }

  /** Old users take items 1 and 2. */
  private static Choices choices() {
    Audience audience = audience(0, 1, 2, 3);
    List<UserCase> cases =
        audience.window().cases().stream()
            .map(c -> new UserCase(c.user(), new int[] {1, 2}, new float[] {1, 1}, c.past()))
            .toList();
    return new Choices(audience, new EvaluationWindow("night", cases, cases.size(), new BitSet()));
  }

  private static AlsHyperparameters parameters(BacktestArm arm) {
    return (AlsHyperparameters) PIPELINE.backtest().arm(arm).model();
  }

  private static Audience audience(int... users) {
    List<UserCase> cases = new ArrayList<>();
    for (int user : users) {
      cases.add(
          new UserCase(
              user,
              new int[] {1, 2},
              new float[] {1, 1},
              new Past(new int[] {user % 4}, new float[] {1}, new int[] {1}, new long[1])));
    }
    return Audience.of(
        new EvaluationWindow("prequential", cases, users.length, new BitSet()),
        ItemStatistics.NONE,
        TrainingEvents.day(3),
        Map.of(ALIKE, ALL.history(ALIKE)));
  }

  @Test
  void frequencyAndNeighboursCountAllHistoryAlike() {
    UserCase counted = audience(NEW_USER).counted(ALIKE).cases().get(0);

    assertThat(counted.seenItems()).containsExactly(0, 4, 8);
    assertThat(counted.past().counts()).containsExactly(1, 1, 1);
    assertThat(counted.items()).isEmpty();
    for (BacktestArm kind : List.of(BacktestArm.USER_FREQUENCY, BacktestArm.ITEM_KNN)) {
      assertThat(arm(kind).reads()).contains(ALIKE);
    }
  }

  private static float[] scores(Scorer scorer, int... users) {
    float[] out = new float[users.length * scorer.itemCount()];
    scorer.score(users, out);
    return out;
  }

  private static float[] scores(Arm arm, int... users) {
    return scores(arm.scorer(audience(users)), users);
  }

  private static AlsModel scratch(AlsHyperparameters parameters) {
    return new AlsTrainer(parameters, DistillationOptions.NONE)
        .train(
            new TrainingTask<>(
                ALL.dataset(2),
                Optional.empty(),
                Optional.empty(),
                TrainingEvents.day(3),
                SEED,
                Progress.SILENT));
  }

  @Test
  void anAudienceDoesNotTellWhatItIsAboutToDo() {
    Audience audience = audience(3, 5);

    assertThat(audience.users()).containsExactly(3, 5);
    assertThat(audience.window().cases())
        .allSatisfy(
            c -> {
              assertThat(c.items()).isEmpty();
              assertThat(c.values()).isEmpty();
              assertThat(c.seenItems()).hasSize(1);
            });
  }

  @Test
  void theFrozenArmNeverChanges() {
    Arm arm = arm(BacktestArm.FROZEN);
    arm.begin(base());
    float[] before = scores(arm, 4, 9);
    Learnt learnt = arm.learn(night(1));

    assertThat(scores(arm, 4, 9)).isEqualTo(before);
    assertThat(learnt).isEqualTo(Learnt.NOTHING);
    assertThat(arm.scorer(audience(NEW_USER)).knowsUser(NEW_USER)).isFalse();
    assertThat(arm.scorer(audience(4)).knowsItem(NEW_ITEM)).isFalse();
  }

  @Test
  void aFullRetrainIsATrainingFromScratchOnTheSameEvents() {
    for (BacktestArm kind : List.of(BacktestArm.FULL_RETRAIN, BacktestArm.FULL_RETRAIN_DECAYED)) {
      Arm arm = arm(kind);
      arm.begin(base());
      Learnt learnt = arm.learn(night(1));
      int[] users = {4, 9, NEW_USER};
      float[] expected = scores(scratch(parameters(kind)).scorer(users), users);

      assertThat(scores(arm, users)).containsExactly(expected, within(1e-5f));
      assertThat(learnt.rows()).isEqualTo(ALL.events().size());
      assertThat(arm.scorer(audience(4)).knowsItem(NEW_ITEM)).isTrue();
    }
    assertThat(parameters(BacktestArm.FULL_RETRAIN).decay())
        .isNotEqualTo(parameters(BacktestArm.FULL_RETRAIN_DECAYED).decay());
  }

  @Test
  void aRetrainNeedsTheLastNightAlone() {
    Arm arm = arm(BacktestArm.FULL_RETRAIN);
    arm.begin(base());
    arm.learn(night(1));
    Arm late = arm(BacktestArm.FULL_RETRAIN);
    late.learn(night(1));

    assertThat(scores(late, 4, 9)).containsExactly(scores(arm, 4, 9), within(1e-5f));
    assertThat(late.memory()).isEqualTo(Arm.Memory.LAST_NIGHT);
  }

  @Test
  void oursLearnsTheNightFromTheBaseAsANightOfThePipelineDoes() {
    Arm arm = arm(BacktestArm.OURS_MODEL);
    arm.begin(base());
    Learnt learnt = arm.learn(night(1));
    AlsHyperparameters parameters = parameters(BacktestArm.OURS_MODEL);
    AlsModel parent = new AlsTrainer(parameters, DistillationOptions.NONE).train(base().scratch());
    AlsModel expected =
        new AlsTrainer(parameters, DistillationOptions.DEFAULT)
            .train(
                new TrainingTask<>(
                    TONIGHT.dataset(1),
                    Optional.of(parent),
                    Optional.of(BASE.history(parameters.decay())),
                    TrainingEvents.day(3),
                    SEED,
                    Progress.SILENT));
    int[] users = {4, 9, NEW_USER};

    assertThat(scores(arm, users))
        .containsExactly(scores(expected.scorer(users), users), within(1e-5f));
    assertThat(arm.reads()).contains(parameters.decay());
    assertThat(learnt.rows()).isEqualTo(TONIGHT.events().size());
    assertThat(learnt.seconds()).isPositive();
  }

  @Test
  void oursRanksThroughABlendThatBeginsWithTheModelsOrderAndLearnsTheNight() {
    Arm gated = arm(BacktestArm.OURS);
    ranksThroughABlend(gated);
    assertThat(gated.reads()).as("its champion's own").isEmpty();

    Arm tuned =
        Arms.arm(
            BacktestArm.OURS,
            "ours#1",
            PIPELINE.backtest().arm(BacktestArm.OURS),
            PIPELINE,
            1,
            new FirstModels(),
            new Stopwatch(Clock.systemUTC()));
    ranksThroughABlend(tuned);
    assertThat(tuned.reads()).isEqualTo(arm(BacktestArm.OURS_MODEL).reads());
  }

  private static void ranksThroughABlend(Arm arm) {
    Arm model = arm(BacktestArm.OURS_MODEL);
    arm.begin(base());
    model.begin(base());
    assertThat(order(scores(arm, 4))).isEqualTo(order(scores(model, 4)));
    Learnt learnt = arm.learn(night(1));
    Learnt alone = model.learn(night(1));

    float[] blended = scores(arm, 4);
    float[] below = scores(model, 4);
    double[] ratios =
        IntStream.range(1, 10)
            .filter(item -> below[item] > 0)
            .mapToDouble(item -> blended[item] / Math.log(below[item] + 0.01))
            .toArray();
    // Untaught, it is that log itself.
    assertThat(ratios).hasSizeGreaterThan(3).doesNotContain(1.0);
    assertThat(learnt.rows()).isEqualTo(alone.rows());
    assertThat(arm.retention()).isEqualTo(Arm.Retention.NOT_MEASURED);
  }

  @Test
  void whatTheGateRefusesChangesNothingAndTooMuchOfItStopsTheArm() {
    PipelineDefinition refusing =
        PipelineReader.read(
            "shop.yaml",
            """
            name: shop
            seed: 11
            maximalPendingNights: 1
            model:
              rank: 6
              maxIter: 3
            gate:
              onLittleEvidence: reject
            """);
    Arm arm = arm(refusing, BacktestArm.OURS, 1);
    arm.begin(base());
    float[] before = scores(arm, 4, 9);
    Learnt refused = arm.learn(night(1));

    assertThat(refused.verdict().get().outcome()).isEqualTo(Verdict.Outcome.REJECTED);
    assertThat(refused.verdict().get().rules()).contains("maximal_regression");
    assertThat(refused.rows()).isZero();
    assertThat(refused.seconds()).as("the candidate was trained").isPositive();
    assertThat(scores(arm, 4, 9)).isEqualTo(before);
    assertThat(arm.scorer(audience(NEW_USER)).knowsUser(NEW_USER)).isFalse();
    assertThat(arm.learn(night(2))).isEqualTo(new Learnt(0, 0, Verdict.stopped()));
  }

  @Test
  void oursGoesOnFromTheSumsOfTheBase() {
    PipelineDefinition summing =
        PipelineReader.read(
            "shop.yaml",
            """
            name: shop
            seed: 11
            model:
              rank: 6
              maxIter: 3
            distillation:
              items: sums
            """);
    Arm arm = arm(summing, BacktestArm.OURS, 1);
    arm.begin(base());
    Learnt learnt = arm.learn(night(1));

    assertThat(learnt.verdict().get().outcome()).isEqualTo(Verdict.Outcome.PROMOTED);
    assertThat(learnt.rows()).isPositive();
  }

  private static List<Integer> order(float[] scores) {
    return IntStream.range(0, scores.length)
        .boxed()
        .filter(item -> Float.isFinite(scores[item]))
        .sorted(Comparator.comparingDouble((Integer item) -> -scores[item]))
        .toList();
  }

  @Test
  void fineTuningHasNoTeacher() {
    Arm arm = arm(BacktestArm.FINE_TUNE);
    Arm ours = arm(BacktestArm.OURS_MODEL);
    arm.begin(base());
    ours.begin(base());
    assertThat(scores(arm, 4)).isEqualTo(scores(ours, 4));
    arm.learn(night(1));
    ours.learn(night(1));

    assertThat(scores(arm, 4)).isNotEqualTo(scores(ours, 4));
    assertThat(arm.reads()).isEmpty();
  }

  @Test
  void foldInSolvesUsersOnItemsThatStay() {
    Arm arm = arm(BacktestArm.FOLD_IN);
    Arm frozen = arm(BacktestArm.FROZEN);
    arm.begin(base());
    frozen.begin(base());
    int stays = 0;
    while (touched(stays)) {
      stays++;
    }
    assertThat(stays).isLessThan(60);
    assertThat(scores(arm, 4)).isEqualTo(scores(frozen, 4));
    arm.learn(night(1));

    assertThat(arm.scorer(audience(NEW_USER)).knowsUser(NEW_USER)).isTrue();
    assertThat(arm.scorer(audience(4)).knowsItem(NEW_ITEM)).isFalse();
    assertThat(scores(arm, stays)).isEqualTo(scores(frozen, stays));
    assertThat(scores(arm, 4)).isNotEqualTo(scores(frozen, 4));
    float[] newcomer = scores(arm, NEW_USER);
    double had = (newcomer[0] + newcomer[4] + newcomer[8]) / 3;
    double other = (newcomer[1] + newcomer[5] + newcomer[9]) / 3;
    assertThat(had).isGreaterThan(other);
  }

  private static boolean touched(int user) {
    return TONIGHT.events().stream().anyMatch(e -> e.user() == user);
  }

  @Test
  void stockRetrainIsSparksOwnOnCounts() {
    Arm arm = arm(BacktestArm.MLLIB_FULL_RETRAIN);
    Learnt learnt = arm.learn(night(1));
    Dataset<Row> counts =
        ALL.dataset(1)
            .dropDuplicates("user_index", "item_index", "event_date")
            .groupBy("user_index", "item_index")
            .count();
    AlsHyperparameters p = parameters(BacktestArm.MLLIB_FULL_RETRAIN);
    ALSModel stock =
        new ALS()
            .setUserCol("user_index")
            .setItemCol("item_index")
            .setRatingCol("count")
            .setImplicitPrefs(true)
            .setRank(p.rank())
            .setMaxIter(p.maxIter())
            .setRegParam(p.regParam())
            .setAlpha(p.alpha())
            .setSeed(SEED)
            .fit(counts);
    Map<Integer, List<Float>> users = new HashMap<>();
    stock.userFactors().collectAsList().forEach(r -> users.put(r.getInt(0), r.getList(1)));
    Map<Integer, List<Float>> items = new HashMap<>();
    stock.itemFactors().collectAsList().forEach(r -> items.put(r.getInt(0), r.getList(1)));
    float[] scores = scores(arm, NEW_USER);

    assertThat(learnt.rows()).isEqualTo(counts.count());
    for (int item : List.of(0, 4, 9, NEW_ITEM)) {
      double expected = 0;
      for (int c = 0; c < p.rank(); c++) {
        expected += users.get(NEW_USER).get(c) * items.get(item).get(c);
      }
      assertThat((double) scores[item]).isCloseTo(expected, within(1e-4));
    }
  }

  @Test
  void neighboursAreFoundAnewEveryFewNights() {
    Arm arm = arm(BacktestArm.ITEM_KNN, 2);
    arm.begin(base());
    float[] before = scores(arm, 4);
    assertThat(arm.learn(night(1))).isEqualTo(Learnt.NOTHING);
    assertThat(scores(arm, 4)).isEqualTo(before);
    assertThat(arm.learn(night(2)).rows()).isEqualTo(ALL.events().size());
    assertThat(arm.scorer(audience(4)).itemCount()).isEqualTo(NEW_ITEM + 1);
  }

  @Test
  void armsThatRankAreRefusedWhereRatingsArePredicted() {
    PipelineDefinition ratings =
        PipelineReader.read("r.yaml", "name: r\nmodel:\n  preset: mllib\n");
    BacktestRequest request =
        new BacktestRequest(
            LocalDate.of(2024, 1, 3),
            LocalDate.of(2024, 1, 3),
            Optional.empty(),
            List.of(BacktestArm.FROZEN, BacktestArm.POPULARITY),
            1,
            Optional.empty(),
            BacktestRequest.Start.RESUME);

    assertThatThrownBy(() -> Arms.of(TestSession.get(), ratings, request, Clock.systemUTC()))
        .isInstanceOf(ImpossibleBacktestException.class)
        .hasMessageContaining("popularity");
  }
}
