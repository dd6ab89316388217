package io.perennial.pipeline;

import static org.apache.spark.sql.functions.aggregate;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.perennial.config.BacktestArm;
import io.perennial.config.PipelineDefinition;
import io.perennial.config.PipelineReader;
import io.perennial.simulation.StoreDefinition;
import java.nio.file.Path;
import java.sql.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A store in which people mostly look: four of five events are views, by the same tastes as
 * purchases. What is learnt from views must help where users are tested on purchases.
 */
@Tag("system")
class BehavioursNightIT {
  private static final StoreDefinition STORE = Shop.STORE.with(Map.of("viewShare", "0.8"));
  private static final int BASE = 6;
  private static final int DAYS = 10;
  private static final String GATE =
      """
      gate:
        baseline: none
        drift: none
        maximalRegression: 1
        maximalForgetting: 1
      evaluation:
        replicates: 50
      """;
  private static final String ALS =
      """
      seed: 11
      model:
        rank: 8
        maxIter: 6
        decay:
          halfLife: none
      """;
  private static final String EMBEDDINGS =
      """
      seed: 11
      model:
        family: embedding
        recipe:
          dimension: 8
          negatives: 32
        training:
          epochs: 12
          nightlyEpochs: 3
      distillation:
        teaching:
          likelihood: 0.5
        replay:
          from: exemplars
          most: 5
      """;
  private static final String BOUGHT = "behaviours:\n  purchase: 1\n";
  private static final String BOTH = "behaviours:\n  purchase: 1\n  view: 0.3\n";

  @TempDir static Path folder;
  private static Shop shop;

  @BeforeAll
  static void nights() {
    shop = Shop.in(folder.resolve("shop"));
    shop.deliver(STORE, 0, DAYS);
    for (PipelineDefinition pipeline :
        List.of(
            pipeline("als", "bought"), pipeline("als", "both"), pipeline("embedding", "both"))) {
      for (RunOutcome night : List.of(shop.night(pipeline, 0, BASE), shop.night(pipeline, BASE))) {
        assertThat(night.kind()).as(night.toString()).isEqualTo(RunOutcome.Kind.PROMOTED);
      }
    }
  }

  private static PipelineDefinition pipeline(String family, String learnt) {
    String name = family + "-" + learnt;
    return PipelineReader.read(
        name + ".yaml",
        "name: "
            + name
            + "\n"
            + (family.equals("als") ? ALS : EMBEDDINGS)
            + (learnt.equals("bought") ? BOUGHT : BOTH)
            + GATE);
  }

  @Test
  void viewsHelpAlsAndMllibOnPurchases() {
    List<BacktestArm> arms = List.of(BacktestArm.OURS_MODEL, BacktestArm.MLLIB_FULL_RETRAIN);
    Map<String, Double> bought = backtest("als", "bought", arms);
    Map<String, Double> both = backtest("als", "both", arms);

    assertThat(both.get("ours-model"))
        .as("%s, %s", bought, both)
        .isGreaterThan(bought.get("ours-model"));
    assertThat(both.get("mllib-full-retrain"))
        .as("%s, %s", bought, both)
        .isGreaterThan(bought.get("mllib-full-retrain"));
  }

  @Test
  void viewsHelpEmbeddingsOnPurchases() {
    List<BacktestArm> arms = List.of(BacktestArm.OURS_MODEL);
    assertThat(backtest("embedding", "both", arms).get("ours-model"))
        .isGreaterThan(backtest("embedding", "bought", arms).get("ours-model"));
  }

  @Test
  void bothPipelinesAreTestedOnTheSamePurchases() {
    Map<String, Long> users = new HashMap<>();
    for (String learnt : List.of("bought", "both")) {
      users.put(
          learnt,
          shop.table("model_metrics")
              .where(col("pipeline").equalTo("als-" + learnt))
              .where("window = 'prequential' AND segment = 'all' AND metric = 'ndcg' AND k = 20")
              .where("subject = 'parent'")
              .agg(sum("users"))
              .head()
              .getLong(0));
    }
    assertThat(users.get("both")).isEqualTo(users.get("bought")).isPositive();
  }

  @Test
  void aNightSaysHowManyOfEachItLearnt() {
    Map<String, Long> sums = shop.lastSums(pipeline("als", "both"));

    assertThat(sums.get("behaviour_purchase") + sums.get("behaviour_view"))
        .isEqualTo(sums.get("slice"));
    assertThat(sums.get("behaviour_view")).isGreaterThan(2 * sums.get("behaviour_purchase"));
    assertThat(shop.lastSums(pipeline("als", "bought")))
        .containsEntry("slice", sums.get("behaviour_purchase"))
        .doesNotContainKey("behaviour_view");
  }

  @Test
  void historiesHoldEveryDayOfAPairOnceWithItsGreatestWeight() {
    Row expected =
        shop.table("events")
            .where(col("event_date").lt(lit(Date.valueOf(Shop.date(BASE + 1)))))
            .withColumn("weight", when(col("event_type").equalTo("purchase"), 1.0).otherwise(0.3))
            .groupBy("user_id", "item_id", "event_date")
            .agg(max("weight").as("weight"))
            .agg(sum("weight"), count(lit(1)))
            .head();
    long champion = shop.champion(pipeline("als", "both"));
    Row found =
        shop.registry()
            .history(shop.registry().version("als-both", champion).orElseThrow())
            .dataset()
            .select(
                aggregate(col("counts"), lit(0.0), (all, one) -> all.plus(one)).as("counts"),
                aggregate(col("events"), lit(0L), (all, one) -> all.plus(one)).as("events"))
            .agg(sum("counts"), sum("events"))
            .head();

    assertThat(found.getDouble(0)).isCloseTo(expected.getDouble(0), within(0.01));
    assertThat(found.getLong(1)).isEqualTo(expected.getLong(1));
  }

  @Test
  void aViewIsEnoughToBeFoldedInAndWhatIsNotListedIsNot() {
    String item = shop.table("events").select("item_id").head().getString(0);
    shop.deliver(
        List.of(
            Shop.event("looks", item, Shop.begin(DAYS), "view", 1),
            Shop.event("shares", item, Shop.begin(DAYS), "share", 1)));
    for (String family : List.of("als", "embedding")) {
      PipelineDefinition pipeline = pipeline(family, "both");
      shop.recommender(pipeline).write(Shop.everybody(3, Shop.begin(DAYS + 1)));
      Map<String, String> sources = new HashMap<>();
      shop.table("recommendations")
          .where(col("pipeline").equalTo(pipeline.name()))
          .where("rank = 1")
          .select("user", "source")
          .collectAsList()
          .forEach(row -> sources.put(row.getString(0), row.getString(1)));
      assertThat(sources).hasSizeGreaterThan(140).containsEntry("looks", "fold_in");
      assertThat(sources).doesNotContainKey("shares");
    }
  }

  /** Mean over nights of NDCG@20 on the purchases of a night that the arm has not seen. */
  private static Map<String, Double> backtest(
      String family, String learnt, List<BacktestArm> arms) {
    PipelineDefinition pipeline = pipeline(family, learnt);
    shop.replay(pipeline, BASE, DAYS, arms);
    Map<String, Double> byArm = new HashMap<>();
    shop.table("backtests")
        .where(col("pipeline").equalTo(pipeline.name()))
        .where("window = 'prequential' AND segment = 'all' AND metric = 'ndcg' AND k = 20")
        .groupBy("arm")
        .avg("value")
        .collectAsList()
        .forEach(row -> byArm.put(row.getString(0), row.getDouble(1)));
    return byArm;
  }
}
