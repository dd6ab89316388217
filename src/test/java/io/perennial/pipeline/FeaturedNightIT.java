package io.perennial.pipeline;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.perennial.TestSession;
import io.perennial.config.BacktestArm;
import io.perennial.config.PipelineDefinition;
import io.perennial.config.PipelineReader;
import io.perennial.model.FactorRows;
import io.perennial.model.IncompatibleParentException;
import io.perennial.registry.BacktestRow;
import io.perennial.registry.Backtests;
import io.perennial.registry.ModelVersion;
import io.perennial.registry.WriteListener;
import io.perennial.simulation.StoreGenerator;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Features of a shop's items and users go through all stages, by a section of the pipeline file.
 */
@Tag("system")
class FeaturedNightIT {
  private static final int BASE = 4;
  private static final int DAYS = 7;
  private static final String NEVER_SOLD = "i-never-sold";

  @TempDir static Path folder;
  private static String file;
  private static PipelineDefinition pipeline;
  private static Shop shop;
  private static Shop twin;
  private static RunOutcome first;
  private static RunOutcome second;

  @BeforeAll
  static void nights() {
    Dataset<Row> items = StoreGenerator.itemAttributes(TestSession.get(), Shop.STORE);
    Dataset<Row> model = items.orderBy("item_id").limit(1);
    String catalogue = folder.resolve("catalogue").toString();
    items
        .unionByName(model.withColumn("item_id", lit(NEVER_SOLD)))
        .write()
        .format("delta")
        .save(catalogue);
    String customers = folder.resolve("customers").toString();
    StoreGenerator.userAttributes(TestSession.get(), Shop.STORE).write().parquet(customers);
    file =
        """
        name: featured
        model:
          family: embedding
          preset: retrieval
          recipe:
            dimension: 8
            negatives: 32
          training:
            epochs: 6
            nightlyEpochs: 2
        features:
          items:
            table: %s
            categorical: department
            numeric: price
            tags:
              - column: tags
                separator: "|"
          users:
            table: %s
            categorical: segment
        evaluation:
          replicates: 50
        gate:
          baseline: none
          drift: none
          maximalRegression: 1
          maximalForgetting: 1
        """
            .formatted(catalogue, customers);
    pipeline = PipelineReader.read("featured.yaml", file);
    shop = Shop.in(folder.resolve("shop"));
    shop.deliver(0, DAYS);
    first = shop.night(pipeline, 0, BASE);
    twin = shop.copy(folder.resolve("twin"));
    second = shop.night(pipeline, BASE);
  }

  private static ModelVersion champion(Shop one) {
    return one.registry().alias("featured", "champion").orElseThrow();
  }

  @Test
  void aVersionKeepsItsEncodersAndTowersAndANightDoesNotMoveThem() {
    assertThat(first.kind()).as(first.toString()).isEqualTo(RunOutcome.Kind.PROMOTED);
    assertThat(second.kind()).as(second.toString()).isEqualTo(RunOutcome.Kind.PROMOTED);
    ModelVersion one = shop.registry().version("featured", 1).orElseThrow();
    ModelVersion two = champion(shop);
    for (String array : List.of("item_features", "item_tower", "user_features", "user_tower")) {
      assertThat(one.arrays()).containsKey(array);
      assertThat(two.arrays().get(array)).as(array).isEqualTo(one.arrays().get(array));
    }
    assertThat(two.attributes())
        .containsEntry(
            "item_features", "categorical ['department']; numeric ['price']; tags ['tags']");
  }

  @Test
  void theSameNightFromTheSameVersionIsTheSameModel() {
    assertThat(twin.night(pipeline, BASE).kind()).isEqualTo(RunOutcome.Kind.PROMOTED);
    FactorRows mine = shop.registry().open(champion(shop)).items().all();
    FactorRows others = twin.registry().open(champion(twin)).items().all();
    assertThat(mine.indices()).isEqualTo(others.indices());
    assertThat(mine.values()).isEqualTo(others.values());
  }

  @Test
  void anItemThatWasNeverSoldHasARowAndIsRecommended() {
    int index = shop.registry().indices("featured", "item", List.of(NEVER_SOLD)).get(NEVER_SOLD);
    FactorRows items = shop.registry().open(champion(shop)).items().all();
    int at = items.position(index);
    assertThat(at).isNotNegative();
    assertThat(items.eventCounts()[at]).isZero();
    shop.recommender(pipeline).write(Shop.everybody(200, Shop.begin(BASE + 1)));
    assertThat(
            shop.table("recommendations")
                .where(col("item").equalTo(NEVER_SOLD).and(col("source").equalTo("model")))
                .count())
        .isPositive();
  }

  @Test
  void otherFeaturesAreAnotherModel() {
    Map<String, String> changes =
        Map.of(
            "    numeric: price\n",
            "",
            "categorical: segment",
            "categorical: segment\n    numeric: age",
            "preset: retrieval",
            "preset: retrieval\n  tower:\n    hidden: 4");
    changes.forEach(
        (from, to) -> {
          PipelineDefinition other = PipelineReader.read("featured.yaml", file.replace(from, to));
          assertThat(other.digest()).isNotEqualTo(pipeline.digest());
          assertThatThrownBy(() -> shop.night(other, BASE + 1))
              .isInstanceOf(IncompatibleParentException.class)
              .hasMessageContaining("--full-rebuild");
        });
    String nothing = file.replaceAll("(?s)features:.*evaluation:", "evaluation:");
    assertThatThrownBy(() -> shop.night(PipelineReader.read("f.yaml", nothing), BASE + 1))
        .isInstanceOf(IncompatibleParentException.class)
        .hasMessageContaining("features.items")
        .hasMessageContaining("none");
  }

  @Test
  void armsAreReplayedWithFeatures() {
    shop.replay(pipeline, BASE, DAYS, List.of(BacktestArm.OURS_MODEL, BacktestArm.FULL_RETRAIN));
    assertThat(
            new Backtests(TestSession.get(), shop.warehouse(), WriteListener.NONE)
                .rows("featured", "featured", "ndcg", OptionalInt.of(20)).stream()
                    .map(BacktestRow::arm))
        .contains("ours-model", "full-retrain");
  }
}
