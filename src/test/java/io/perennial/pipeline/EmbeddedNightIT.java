package io.perennial.pipeline;

import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.perennial.TestSession;
import io.perennial.config.BacktestArm;
import io.perennial.config.InvalidPipelineException;
import io.perennial.config.PipelineDefinition;
import io.perennial.config.PipelineReader;
import io.perennial.model.FactorRows;
import io.perennial.pipeline.backtest.ImpossibleBacktestException;
import io.perennial.registry.BacktestRow;
import io.perennial.registry.Backtests;
import io.perennial.registry.ModelVersion;
import io.perennial.registry.WriteListener;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Embeddings go through all stages, by their name in a pipeline file. */
@Tag("system")
class EmbeddedNightIT {
  private static final String FILE =
      """
      name: points
      model:
        family: embedding
        preset: retrieval
        recipe:
          dimension: 8
          negatives: 32
        training:
          epochs: 6
          nightlyEpochs: 2
      distillation:
        teaching:
          likelihood: 0.5
        replay:
          from: exemplars
          most: 5
      evaluation:
        replicates: 50
      gate:
        baseline: none
        drift: none
        maximalRegression: 1
        maximalForgetting: 1
      """;

  private static final PipelineDefinition PIPELINE = PipelineReader.read("points.yaml", FILE);
  private static final int BASE = 4;
  private static final int DAYS = 7;

  @TempDir static Path folder;
  private static Shop shop;
  private static RunOutcome first;
  private static Shop twin;
  private static RunOutcome second;
  private static RunOutcome secondOfTwin;

  @BeforeAll
  static void nights() {
    shop = Shop.in(folder.resolve("shop"));
    shop.deliver(0, DAYS);
    first = shop.night(PIPELINE, 0, BASE);
    twin = shop.copy(folder.resolve("twin"));
    second = shop.night(PIPELINE, BASE);
    secondOfTwin = twin.night(PIPELINE, BASE);
  }

  private static ModelVersion champion(Shop one) {
    return one.registry().alias("points", "champion").orElseThrow();
  }

  @Test
  void aFileNamesWhatIsLearntAndAWrongValueIsToldWithItsLine() {
    assertThat(PIPELINE.text())
        .containsEntry("model.family", "embedding")
        .containsEntry("model.recipe.dimension", "8")
        .containsEntry("distillation.teaching.likelihood", "0.5")
        .containsEntry("feedback", "implicit");
    assertRefused(FILE.replace("dimension: 8", "dimension: 0"), "model.recipe.dimension must lie");
    assertRefused(FILE.replace("likelihood: 0.5", "likelyhood: 0.5"), "Did you mean");
    assertRefused(FILE.replace("preset: retrieval", "preset: retrieve"), "model.preset");
    assertRefused(
        FILE.replace("  teaching:", "  strength: adaptively\n  teaching:"),
        "distillation.strength must be one of");
  }

  private static void assertRefused(String file, String sentence) {
    assertThatThrownBy(() -> PipelineReader.read("points.yaml", file))
        .isInstanceOf(InvalidPipelineException.class)
        .hasMessageContaining("line ")
        .hasMessageContaining(sentence);
  }

  @Test
  void nightsAreLearntAndAVersionKeepsWhatItsTrainingNeedsToGoOn() {
    assertThat(first.kind()).as(first.toString()).isEqualTo(RunOutcome.Kind.PROMOTED);
    assertThat(second.kind()).as(second.toString()).isEqualTo(RunOutcome.Kind.PROMOTED);
    assertThat(champion(shop).family()).isEqualTo("embedding");
    for (String side : List.of("user", "item")) {
      long all = rows(side + "_factors", 1, "true");
      long changed = rows(side + "_factors", 2, "true");
      assertThat(changed).as(side).isPositive().isLessThan(all);
      assertThat(rows("companions", 1, "name = '" + side + "_moments'")).isEqualTo(all);
      assertThat(rows("companions", 2, "name = '" + side + "_moments'")).isEqualTo(changed);
    }
    List<Row> losses =
        shop.table("training_losses")
            .where("version = 1 AND part = 'training'")
            .sort("epoch")
            .collectAsList();
    assertThat(losses).hasSizeBetween(6, 7);
    assertThat(losses.get(losses.size() - 1).<Double>getAs("value"))
        .isLessThan(losses.get(0).<Double>getAs("value"));
  }

  private static long rows(String table, long version, String condition) {
    return shop.table(table).where(col("version").equalTo(version)).where(condition).count();
  }

  @Test
  void theSameNightFromTheSameVersionIsTheSameModel() {
    assertThat(secondOfTwin.kind()).isEqualTo(RunOutcome.Kind.PROMOTED);
    FactorRows one = shop.registry().open(champion(shop)).items().all();
    FactorRows other = twin.registry().open(champion(twin)).items().all();
    assertThat(one.indices()).isEqualTo(other.indices());
    assertThat(one.values()).isEqualTo(other.values());
    assertThat(remembered(shop)).hasSizeGreaterThan(50).isEqualTo(remembered(twin));
  }

  private static List<String> remembered(Shop one) {
    return one.table("exemplars").where("version = 2").toJSON().collectAsList().stream()
        .sorted()
        .toList();
  }

  @Test
  void everybodyIsRecommendedWhatScoresBest() {
    shop.recommender(PIPELINE).write(Shop.everybody(3, Shop.begin(BASE + 1)));
    List<Row> rows =
        shop.table("recommendations")
            .where("pipeline = 'points'")
            .sort("user", "rank")
            .collectAsList();
    assertThat(rows).hasSizeGreaterThan(3 * 50);
    // Day 5 brings users whom the version does not know: they are folded in.
    assertThat(rows.stream().map(row -> row.<String>getAs("source")).distinct())
        .contains("model", "fold_in");
    assertThat(rows.stream().map(row -> row.<String>getAs("item")).distinct().count())
        .as("not everybody is shown the same")
        .isGreaterThan(6);
  }

  @Test
  void theUsualArmsAreReplayedAndOthersAreRefusedByName() {
    backtest(BacktestArm.OURS_MODEL, BacktestArm.FINE_TUNE, BacktestArm.FROZEN);
    Map<String, Double> byArm = new HashMap<>();
    for (BacktestRow row :
        new Backtests(TestSession.get(), shop.warehouse(), WriteListener.NONE)
            .rows("points", "points", "ndcg", OptionalInt.of(20))) {
      if (row.window().equals(BacktestRow.PREQUENTIAL) && row.segment().equals("returning")) {
        assertThat(row.value()).as(row.arm()).isBetween(0.0, 1.0);
        byArm.merge(row.arm(), row.value(), Double::sum);
      }
    }
    assertThat(byArm).containsOnlyKeys("ours-model", "fine-tune", "frozen");
    assertThat(byArm.get("ours-model")).isNotEqualTo(byArm.get("frozen"));
    assertThatThrownBy(() -> backtest(BacktestArm.MLLIB_FULL_RETRAIN))
        .isInstanceOf(ImpossibleBacktestException.class)
        .hasMessageContaining("the model family embedding has no counterpart there");
  }

  private static void backtest(BacktestArm... arms) {
    shop.replay(PIPELINE, BASE, DAYS, List.of(arms));
  }
}
