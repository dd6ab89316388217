package io.perennial.pipeline;

import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.perennial.config.PipelineDefinition;
import io.perennial.model.FactorRows;
import io.perennial.model.als.AlsCodec;
import io.perennial.model.als.AlsFamily;
import io.perennial.model.als.AlsModel;
import io.perennial.model.history.InteractionHistory;
import io.perennial.recommendation.Recommendation;
import io.perennial.recommendation.RecommendationRequest;
import io.perennial.recommendation.Recommender;
import io.perennial.registry.ModelVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Two nights of a pipeline whose items fade, and that solves users anew when they are served. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class FreshUsersIT {
  private static final String GATE =
      """
      gate:
        minimalUsers: 1
        baseline: none
        maximalRegression: 1
        maximalForgetting: 1
        drift: none
      """;
  private static final PipelineDefinition STORED =
      Shop.pipelineWith("shop", "  itemHalfLife: 3d\n", GATE);
  private static final PipelineDefinition FRESH =
      Shop.pipelineWith(
          "shop",
          """
            itemHalfLife: 3d
            serving:
              users: fresh
              confidence: fading
              alpha: 3
          """,
          GATE);

  private Shop shop;
  private Shop other;
  private RunOutcome fresh;
  private RunOutcome stored;

  @BeforeAll
  void runTwoNights(@TempDir Path folder) throws IOException {
    shop = Shop.in(Files.createDirectory(folder.resolve("fresh")));
    shop.deliver(0, Shop.BASE_DAYS + 1);
    other = shop.copy(folder.resolve("stored"));
    shop.night(FRESH, 0, Shop.BASE_DAYS);
    fresh = shop.night(FRESH, Shop.BASE_DAYS);
    other.night(STORED, 0, Shop.BASE_DAYS);
    stored = other.night(STORED, Shop.BASE_DAYS);
  }

  private static double parent(RunOutcome outcome) {
    return Shop.ndcg(outcome, "prequential", "parent").orElseThrow().estimate().value();
  }

  @Test
  void aNightLearnsTheSameAndIsMeasuredAsItsUsersAreServed() {
    ModelVersion one = shop.registry().version("shop", 2).orElseThrow();
    ModelVersion two = other.registry().version("shop", 2).orElseThrow();
    float[] items = new AlsCodec().decode(shop.registry().open(one)).items().values();
    float[] same = new AlsCodec().decode(other.registry().open(two)).items().values();
    assertThat(items).isEqualTo(same);
    assertThat(parent(fresh)).isNotEqualTo(parent(stored));
    // What the versions keep is the same, so what they have forgotten is.
    assertThat(Shop.ndcg(fresh, "frozen:1", "parent").orElseThrow().estimate().value())
        .isEqualTo(Shop.ndcg(stored, "frozen:1", "parent").orElseThrow().estimate().value());
  }

  @Test
  void recommendationsAreThoseOfUsersSolvedFromTheirHistory() {
    Recommender recommender = shop.recommender(FRESH);
    RecommendationRequest request = Shop.everybody(5, Shop.begin(Shop.BASE_DAYS + 1));
    recommender.write(request);
    Map<String, Map<String, Float>> expected = scores();
    List<Row> rows =
        shop.table("recommendations")
            .where(col("pipeline").equalTo("shop").and(col("source").equalTo("model")))
            .collectAsList();
    assertThat(rows).hasSizeGreaterThan(500);
    for (Row row : rows) {
      float score = row.getAs("score");
      assertThat(score)
          .as("%s", row)
          .isCloseTo(
              expected.get(row.<String>getAs("user")).get(row.<String>getAs("item")),
              within(1e-4f));
    }
    String user = rows.get(0).getAs("user");
    for (Recommendation told : recommender.forUsers(List.of(user), request)) {
      assertThat(told.score()).isCloseTo(expected.get(user).get(told.item()), within(1e-4f));
    }
  }

  /** Scores by user and item, from the version's histories, without the recommender. */
  private Map<String, Map<String, Float>> scores() {
    ModelVersion version = shop.registry().version("shop", 2).orElseThrow();
    AlsModel model = new AlsCodec().decode(shop.registry().open(version));
    InteractionHistory history =
        shop.registry().history(version).rows(model.users().all().indices());
    AlsFamily family = (AlsFamily) ModelFamilies.of(FRESH);
    Instant now = version.slice().to().eventTime();
    AlsModel served = family.asOf(model, shop.registry().itemStatistics(version), now);
    assertThat(served.items().values()).isNotEqualTo(model.items().values());
    FactorRows users = family.foldIn(served, now).vectors(history);
    Map<Integer, String> userNames = names("user");
    Map<Integer, String> itemNames = names("item");
    Map<String, Map<String, Float>> scores = new HashMap<>();
    for (int u = 0; u < users.size(); u++) {
      Map<String, Float> own = new HashMap<>();
      for (int i = 0; i < served.items().size(); i++) {
        float sum = 0;
        for (int c = 0; c < users.rank(); c++) {
          sum +=
              users.values()[u * users.rank() + c] * served.items().values()[i * users.rank() + c];
        }
        own.put(itemNames.get(served.items().indices()[i]), sum);
      }
      scores.put(userNames.get(users.indices()[u]), own);
    }
    return scores;
  }

  private Map<Integer, String> names(String kind) {
    Map<Integer, String> names = new HashMap<>();
    shop.registry()
        .ids("shop", kind)
        .collectAsList()
        .forEach(row -> names.put(row.getInt(1), row.getString(0)));
    return names;
  }
}
