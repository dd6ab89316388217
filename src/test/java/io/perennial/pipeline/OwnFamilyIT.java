package io.perennial.pipeline;

import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.perennial.Progress;
import io.perennial.TestSession;
import io.perennial.config.BacktestArm;
import io.perennial.config.InvalidPipelineException;
import io.perennial.config.PipelineDefinition;
import io.perennial.config.PipelineReader;
import io.perennial.evaluation.Measurement;
import io.perennial.example.PopularityFamily;
import io.perennial.example.PopularityOptions;
import io.perennial.model.FactorRows;
import io.perennial.model.NoDistillation;
import io.perennial.pipeline.backtest.Backtest;
import io.perennial.pipeline.backtest.BacktestRequest;
import io.perennial.pipeline.backtest.ImpossibleBacktestException;
import io.perennial.pipeline.backtest.Knob;
import io.perennial.recommendation.ItemRules;
import io.perennial.recommendation.Recommendation;
import io.perennial.recommendation.RecommendationOptions;
import io.perennial.recommendation.RecommendationRequest;
import io.perennial.recommendation.Recommender;
import io.perennial.registry.BacktestRow;
import io.perennial.registry.Backtests;
import io.perennial.registry.ForeignFamilyException;
import io.perennial.registry.ModelVersion;
import io.perennial.registry.RecommendationBatch.Scope;
import io.perennial.registry.WriteListener;
import io.perennial.report.ReportWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A family that no stage has heard of goes through all of them, by its name in a pipeline file. */
@Tag("system")
class OwnFamilyIT {
  private static final String FILE =
      """
      name: own
      model:
        family: decayed-popularity
        halfLife: 10d
      evaluation:
        replicates: 50
      gate:
        baseline: none
        maximalRegression: 0.5
      """;

  private static final PipelineDefinition PIPELINE = PipelineReader.read("own.yaml", FILE);
  private static final int BASE = 4;
  private static final int DAYS = 7;

  @TempDir static Path folder;
  private static Shop shop;
  private static RunOutcome first;
  private static RunOutcome second;

  @BeforeAll
  static void nights() {
    shop = Shop.in(folder);
    shop.deliver(0, DAYS);
    first = shop.night(PIPELINE, 0, BASE);
    second = shop.night(PIPELINE, BASE);
  }

  private static ModelVersion champion() {
    return shop.registry().alias("own", "champion").orElseThrow();
  }

  /** What items weigh, by definition: 2 to the power of an event's age in half-lives. */
  private static Map<String, Double> weights(Instant begun, Instant until) {
    Map<String, Double> weights = new HashMap<>();
    for (Row row :
        shop.table("events")
            .filter(col("event_time").lt(java.sql.Timestamp.from(until)))
            .select("item_id", "event_time")
            .collectAsList()) {
      long age = row.getTimestamp(1).getTime() - begun.toEpochMilli();
      weights.merge(
          row.getString(0),
          Math.pow(2, (double) age / Duration.ofDays(10).toMillis()),
          Double::sum);
    }
    return weights;
  }

  @Test
  void aFileNamesTheFamilyAndItsOwnKeys() {
    assertThat(PIPELINE.family()).isEqualTo("decayed-popularity");
    assertThat(PIPELINE.model()).isEqualTo(new PopularityOptions(Duration.ofDays(10)));
    assertThat(PIPELINE.distillation()).isEqualTo(new NoDistillation());
    assertThat(ModelFamilies.of(PIPELINE))
        .isEqualTo(new PopularityFamily(new PopularityOptions(Duration.ofDays(10))));
    assertThat(PIPELINE.text())
        .containsEntry("model.family", "decayed-popularity")
        .containsEntry("model.halfLife", "PT240H")
        .containsEntry("feedback", "implicit");
    assertThatThrownBy(() -> PipelineReader.read("own.yaml", FILE.replace("halfLife", "halfLive")))
        .isInstanceOf(InvalidPipelineException.class)
        .hasMessageContaining("model.halfLive is not known. Did you mean model.halfLife?");
    assertThatThrownBy(() -> PipelineReader.read("own.yaml", FILE + "distillation:\n  beta: 0.3\n"))
        .isInstanceOf(InvalidPipelineException.class)
        .hasMessageContaining("distillation.beta is not known");
    assertThatThrownBy(() -> PipelineReader.read("own.yaml", FILE.replace("10d", "1m")))
        .isInstanceOf(InvalidPipelineException.class)
        .hasMessageContaining("line 4: model.halfLife must be an hour or more");
  }

  @Test
  void aFamilyThatIsNotThereIsRefusedWithThoseThatAre() {
    assertThatThrownBy(
            () ->
                PipelineReader.read(
                    "own.yaml",
                    "name: own\nmodel:\n  family: popular\n  shine: 3\ndistillation:\n  x: 1\n"))
        .isInstanceOf(InvalidPipelineException.class)
        .hasMessage(
            "own.yaml, line 3: model.family must be one of als, decayed-popularity, embedding, got"
                + " 'popular'.");
  }

  @Test
  void nightsAreLearntMeasuredAndPromoted() {
    assertThat(first.kind()).as(first.toString()).isEqualTo(RunOutcome.Kind.PROMOTED);
    assertThat(second.kind()).as(second.toString()).isEqualTo(RunOutcome.Kind.PROMOTED);
    assertThat(champion().family()).isEqualTo("decayed-popularity");
    assertThat(champion().parent()).contains(first.version().orElseThrow());
    Measurement candidate = Shop.ndcg(second, "validation", "candidate").orElseThrow();
    assertThat(candidate.estimate().value()).isBetween(0.01, 1.0);

    FactorRows items = shop.registry().open(champion()).items().all();
    Map<Integer, String> names = shop.registry().naturalIds("own", "item", items.indices());
    // Version 1 began where its events ended.
    Map<String, Double> weights = weights(Shop.begin(BASE), Shop.begin(BASE + 1));
    assertThat(items.size()).isEqualTo(weights.size());
    for (int n = 0; n < items.size(); n++) {
      double expected = weights.get(names.get(items.indices()[n]));
      assertThat((double) items.values()[n]).isCloseTo(expected, within(1e-4 * expected));
    }
  }

  @Test
  void whatWasLostByEpochIsKeptAndShown() throws IOException {
    List<Row> losses =
        shop.table("training_losses")
            .filter(col("version").equalTo(champion().version()))
            .select("epoch", "part", "value")
            .collectAsList();
    assertThat(losses).hasSize(1);
    assertThat(losses.get(0).getInt(0)).isEqualTo(1);
    assertThat(losses.get(0).getString(1)).isEqualTo("training");
    assertThat(losses.get(0).getDouble(2)).isBetween(1.0, Math.log(80));

    String page =
        new ReportWriter(TestSession.get(), shop.warehouse())
            .writeVersion("own", champion().version());
    assertThat(Files.readString(Path.of(page.replaceFirst("^file:/*", "/"))))
        .contains("Losses by epoch", "family decayed-popularity");
  }

  @Test
  void aVersionIsReadByTheFamilyThatMadeItAlone() {
    PipelineDefinition other = PipelineReader.read("own.yaml", "name: own\n");

    for (NightRequest.Start start : NightRequest.Start.values()) {
      assertThatThrownBy(
              () ->
                  shop.nights(other)
                      .run(
                          new NightRequest(
                              Shop.days(BASE + 1, BASE + 2),
                              start,
                              Optional.empty(),
                              NightRequest.Effect.WRITE,
                              "retrain")))
          .isInstanceOf(ForeignFamilyException.class)
          .hasMessageContaining("the family decayed-popularity made it");
    }
    assertThat(shop.registry().runs("own")).hasSize(2);
  }

  @Test
  void itsScoresRankItemsForEverybody() {
    Recommender recommender = shop.recommender(PIPELINE);
    RecommendationOptions options =
        new RecommendationOptions(
            3, false, true, Optional.empty(), Optional.empty(), 1000, 60, 1000);
    recommender.write(
        new RecommendationRequest(
            Optional.empty(), options, ItemRules.NONE, Scope.ALL, Shop.begin(BASE + 1)));

    Map<String, Double> weights = weights(Shop.begin(BASE), Shop.begin(BASE + 1));
    List<String> best =
        weights.entrySet().stream()
            .sorted(Map.Entry.<String, Double>comparingByValue().reversed())
            .limit(3)
            .map(Map.Entry::getKey)
            .toList();
    List<Row> rows =
        shop.table("recommendations").filter(col("pipeline").equalTo("own")).collectAsList();
    assertThat(rows).hasSizeGreaterThan(3 * 50);
    for (Row row : rows) {
      assertThat(row.<String>getAs("item")).isEqualTo(best.get(row.<Integer>getAs("rank") - 1));
    }
    // Day 5 brings users whom the version does not know: they are folded in.
    assertThat(rows.stream().map(row -> row.<String>getAs("source")).distinct())
        .contains("model", "fold_in");
    String user = rows.get(0).getAs("user");
    List<Recommendation> named =
        recommender.forUsers(
            List.of(user),
            new RecommendationRequest(
                Optional.empty(), options, ItemRules.NONE, Scope.ALL, Shop.begin(BASE + 1)));
    assertThat(named).extracting(Recommendation::item).containsExactlyElementsOf(best);
  }

  private static BacktestRequest request(List<BacktestArm> arms, List<Knob> knobs) {
    return new BacktestRequest(
        Shop.date(BASE),
        Shop.date(DAYS - 1),
        Optional.empty(),
        arms,
        2,
        Optional.of("own"),
        BacktestRequest.Start.ANEW,
        Optional.empty(),
        knobs,
        List.of());
  }

  private static Backtest backtest() {
    return new Backtest(
        TestSession.get(),
        shop.warehouse(),
        PIPELINE,
        Clock.systemUTC(),
        Progress.SILENT,
        WriteListener.NONE);
  }

  @Test
  void armsThatEveryFamilyHasAreReplayed() {
    backtest()
        .run(
            request(
                List.of(
                    BacktestArm.OURS,
                    BacktestArm.OURS_MODEL,
                    BacktestArm.FULL_RETRAIN_DECAYED,
                    BacktestArm.FINE_TUNE,
                    BacktestArm.FOLD_IN,
                    BacktestArm.FROZEN),
                List.of(Knob.REBUILD)),
            told -> {});
    Map<String, Double> byArm = new HashMap<>();
    for (BacktestRow row :
        new Backtests(TestSession.get(), shop.warehouse(), WriteListener.NONE)
            .rows("own", "own", "ndcg", OptionalInt.of(20))) {
      if (row.window().equals(BacktestRow.PREQUENTIAL) && row.segment().equals("returning")) {
        assertThat(row.value()).as(row.arm()).isBetween(0.0, 1.0);
        byArm.merge(row.arm(), row.value(), Double::sum);
      }
    }
    assertThat(byArm)
        .containsKeys("ours", "ours-model", "fold-in", "frozen", "ours-model, rebuild every 7");
    // Adding a night's weights is what a retrain does, and nobody teaches.
    assertThat(byArm.get("ours-model"))
        .isCloseTo(byArm.get("full-retrain-decayed"), within(1e-6))
        .isCloseTo(byArm.get("fine-tune"), within(1e-6));
    assertThat(byArm.get("ours-model")).isNotEqualTo(byArm.get("frozen"));
  }

  @Test
  void armsAndKnobsThatTheFamilyDoesNotHaveAreRefusedByName() {
    assertThatThrownBy(
            () ->
                backtest()
                    .run(request(List.of(BacktestArm.MLLIB_FULL_RETRAIN), List.of()), told -> {}))
        .isInstanceOf(ImpossibleBacktestException.class)
        .hasMessage(
            "Cannot replay the arm mllib-full-retrain: it is ALS as Spark MLlib has it, and the"
                + " model family decayed-popularity has no counterpart there. Leave it out of"
                + " --arms.");
    assertThatThrownBy(
            () -> backtest().run(request(List.of(BacktestArm.FULL_RETRAIN), List.of()), told -> {}))
        .isInstanceOf(ImpossibleBacktestException.class)
        .hasMessageContaining(
            "Cannot replay the arm full-retrain: it learns all history alike, and the model family"
                + " decayed-popularity fades it by a half-life of PT240H");
    for (Knob knob : List.of(Knob.BETA, Knob.HALF_LIFE, Knob.REG_PARAM)) {
      assertThatThrownBy(
              () ->
                  backtest()
                      .run(request(List.of(BacktestArm.OURS_MODEL), List.of(knob)), told -> {}))
          .isInstanceOf(ImpossibleBacktestException.class)
          .hasMessageStartingWith(
              "Cannot turn the knob "
                  + knob.label()
                  + ": the model family decayed-popularity has no ");
    }
  }
}
