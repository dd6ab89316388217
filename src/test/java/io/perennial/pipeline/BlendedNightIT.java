package io.perennial.pipeline;

import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;

import io.perennial.config.PipelineDefinition;
import io.perennial.model.Scorer;
import io.perennial.model.als.AlsCodec;
import io.perennial.model.als.AlsModel;
import io.perennial.model.blend.BlendInputs;
import io.perennial.model.blend.BlendWeights;
import io.perennial.model.blend.BlendedScorer;
import io.perennial.model.history.InteractionHistory;
import io.perennial.model.history.Past;
import io.perennial.recommendation.Recommendation;
import io.perennial.recommendation.RecommendationRequest;
import io.perennial.recommendation.Recommender;
import io.perennial.registry.ModelVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Two nights of a pipeline that ranks by the blend, beside one whose model ranks alone. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class BlendedNightIT {
  private static final String GATE =
      """
      gate:
        minimalUsers: 1
        baseline: none
        maximalRegression: 1
        maximalForgetting: 1
        drift: none
      """;
  private static final PipelineDefinition BLENDED =
      Shop.pipeline("shop", GATE + "rankedBy: blend\n");
  private static final PipelineDefinition ALONE = Shop.pipeline("shop", GATE);
  private static final int TOP = 6;
  private static final Instant NOW = Shop.begin(Shop.BASE_DAYS + 1);

  private Shop shop;
  private Shop other;
  private RunOutcome first;
  private RunOutcome second;
  private RunOutcome firstAlone;
  private RunOutcome alone;

  @BeforeAll
  void runTwoNights(@TempDir Path folder) throws IOException {
    shop = Shop.in(Files.createDirectory(folder.resolve("blended")));
    shop.deliver(0, Shop.BASE_DAYS + 1);
    other = shop.copy(folder.resolve("alone"));
    first = shop.night(BLENDED, 0, Shop.BASE_DAYS);
    second = shop.night(BLENDED, Shop.BASE_DAYS);
    firstAlone = other.night(ALONE, 0, Shop.BASE_DAYS);
    alone = other.night(ALONE, Shop.BASE_DAYS);
  }

  private static ModelVersion version(Shop shop, long number) {
    return shop.registry().version(BLENDED.name(), number).orElseThrow();
  }

  private BlendWeights weights(long number) {
    return BlendWeights.of(version(shop, number).arrays()).orElseThrow();
  }

  private static double ndcg(RunOutcome outcome, String window, String subject) {
    return Shop.ndcg(outcome, window, subject).orElseThrow().estimate().value();
  }

  @Test
  void everyVersionKeepsWhatTheBlendHadLearntByThen() {
    assertThat(first.kind()).isEqualTo(RunOutcome.Kind.PROMOTED);
    assertThat(second.kind()).isEqualTo(RunOutcome.Kind.PROMOTED);
    double[] untaught = BlendWeights.untaught().mean();
    assertThat(weights(1).mean()).isNotEqualTo(untaught);
    assertThat(weights(2).mean()).isNotEqualTo(weights(1).mean()).isNotEqualTo(untaught);
    assertThat(BlendWeights.of(version(other, 2).arrays())).isEmpty();
  }

  @Test
  void aFirstVersionIsMeasuredBeforeItsBlendHasSeenTheMeasure() {
    assertThat(ndcg(first, "validation", "candidate"))
        .isEqualTo(ndcg(firstAlone, "validation", "candidate"));
  }

  @Test
  void theModelBelowTheBlendIsMeasuredTooAndIsTheOneThatWouldRankAlone() {
    assertThat(ndcg(second, "prequential", "model"))
        .isEqualTo(ndcg(alone, "prequential", "parent"));
    assertThat(ndcg(second, "prequential", "parent"))
        .isNotEqualTo(ndcg(second, "prequential", "model"));
    assertThat(Shop.ndcg(alone, "prequential", "model")).isEmpty();
  }

  @Test
  void recommendationsFollowTheBlendOfTheVersion() {
    Recommender recommender = shop.recommender(BLENDED);
    RecommendationRequest request = Shop.everybody(TOP, NOW);
    recommender.write(request);
    Map<String, List<String>> expected = blendedOrder();
    Map<String, List<String>> written = new HashMap<>();
    for (Row row :
        shop.table("recommendations")
            .where(col("pipeline").equalTo(BLENDED.name()).and(col("source").equalTo("model")))
            .orderBy("user", "rank")
            .collectAsList()) {
      written.computeIfAbsent(row.getAs("user"), user -> new ArrayList<>()).add(row.getAs("item"));
    }
    assertThat(written).hasSizeGreaterThan(100);
    written.forEach((user, items) -> assertThat(items).as(user).isEqualTo(expected.get(user)));
    List<String> some = written.keySet().stream().sorted().limit(3).toList();
    Map<String, List<String>> told = new HashMap<>();
    for (Recommendation one : recommender.forUsers(some, request)) {
      told.computeIfAbsent(one.user(), user -> new ArrayList<>()).add(one.item());
    }
    some.forEach(user -> assertThat(told.get(user)).isEqualTo(written.get(user)));
  }

  @Test
  void aRebuildLearnsNoBlendFromWhatTheChampionHadSeen(@TempDir Path folder) {
    Shop rebuilt = shop.copy(folder.resolve("rebuilt"));
    PipelineDefinition asMeasured =
        Shop.pipeline("shop", GATE + "rankedBy: blend\nabsorb: false\n");
    RunOutcome night =
        rebuilt
            .nights(asMeasured)
            .run(
                new NightRequest(
                    Shop.days(0, Shop.BASE_DAYS + 1),
                    NightRequest.Start.FULL_REBUILD,
                    Optional.empty(),
                    NightRequest.Effect.WRITE,
                    "retrain"));
    assertThat(night.kind()).as(night.sentence()).isEqualTo(RunOutcome.Kind.PROMOTED);
    ModelVersion third = version(rebuilt, night.version().orElseThrow());
    assertThat(third.parent()).isEmpty();
    assertThat(BlendWeights.of(third.arrays()).orElseThrow().mean()).isEqualTo(weights(2).mean());
  }

  /** Best items by user, worked out from the version's rows without the recommender. */
  private Map<String, List<String>> blendedOrder() {
    ModelVersion version = version(shop, 2);
    AlsModel model = new AlsCodec().decode(shop.registry().open(version));
    int[] users = model.users().all().indices();
    InteractionHistory history = shop.registry().history(version).rows(users);
    Instant now = version.slice().to().eventTime();
    List<Past> pasts =
        Arrays.stream(users)
            .mapToObj(
                user ->
                    Past.of(history, user, ModelFamilies.of(BLENDED).decay(), now.toEpochMilli()))
            .toList();
    Scorer scorer =
        new BlendedScorer(
            weights(2),
            BlendInputs.of(
                model.scorer(users),
                model.items(),
                users,
                pasts,
                shop.registry().itemStatistics(version),
                now));
    Map<Integer, String> userNames = names("user");
    Map<Integer, String> itemNames = names("item");
    Map<String, List<String>> best = new HashMap<>();
    float[] scores = new float[scorer.itemCount()];
    for (int user : users) {
      scorer.score(new int[] {user}, scores);
      best.put(
          userNames.get(user),
          IntStream.range(0, scores.length)
              .boxed()
              .filter(item -> Float.isFinite(scores[item]))
              .sorted(Comparator.comparingDouble((Integer item) -> -scores[item]))
              .limit(TOP)
              .map(itemNames::get)
              .toList());
    }
    return best;
  }

  private Map<Integer, String> names(String kind) {
    Map<Integer, String> names = new HashMap<>();
    shop.registry()
        .ids(BLENDED.name(), kind)
        .collectAsList()
        .forEach(row -> names.put(row.getInt(1), row.getString(0)));
    return names;
  }
}
