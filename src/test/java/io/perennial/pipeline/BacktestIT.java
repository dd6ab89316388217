package io.perennial.pipeline;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.perennial.Progress;
import io.perennial.TestSession;
import io.perennial.config.BacktestArm;
import io.perennial.config.BacktestDefinition;
import io.perennial.config.PipelineDefinition;
import io.perennial.evaluation.Metric;
import io.perennial.pipeline.backtest.Backtest;
import io.perennial.pipeline.backtest.BacktestPlan;
import io.perennial.pipeline.backtest.BacktestRequest;
import io.perennial.pipeline.backtest.BacktestRequest.Start;
import io.perennial.pipeline.backtest.ImpossibleBacktestException;
import io.perennial.registry.BacktestRow;
import io.perennial.registry.Backtests;
import io.perennial.registry.WriteListener;
import io.perennial.report.BacktestFigures;
import io.perennial.report.BacktestSubject;
import io.perennial.report.GateFigures;
import io.perennial.report.ReportWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A replay of the generated store: honest, resumable, and on its own. */
@Tag("system")
class BacktestIT {
  private static final PipelineDefinition PIPELINE = Shop.pipeline("shop");
  private static final int FIRST = Shop.BASE_DAYS;
  private static final int LAST = 11;
  private static final List<BacktestArm> EVERY_ARM = List.of(BacktestArm.values());
  private static final List<BacktestArm> SOME =
      List.of(
          BacktestArm.OURS_MODEL,
          BacktestArm.FULL_RETRAIN_DECAYED,
          BacktestArm.FINE_TUNE,
          BacktestArm.FOLD_IN,
          BacktestArm.ITEM_KNN,
          BacktestArm.USER_FREQUENCY);

  @TempDir static Path prepared;
  private static Shop base;
  private static Map<String, Long> filesBefore;
  private static BacktestPlan plan;
  private static Map<String, BacktestRow> every;
  private static final List<String> TOLD = new ArrayList<>();

  @TempDir Path folder;

  @BeforeAll
  static void replayEveryArm() {
    base = Shop.in(prepared.resolve("base"));
    base.deliver(0, LAST + 1);
    assertThat(base.night(PIPELINE, 0, FIRST).kind()).isEqualTo(RunOutcome.Kind.PROMOTED);
    filesBefore = base.files();
    plan = backtest(base, PIPELINE).run(request("all", EVERY_ARM, FIRST, LAST), TOLD::add);
    every = rows(base, "all");
  }

  private static Backtest backtest(Shop shop, PipelineDefinition pipeline) {
    return backtest(shop, pipeline, WriteListener.NONE);
  }

  private static Backtest backtest(Shop shop, PipelineDefinition pipeline, WriteListener listener) {
    return new Backtest(
        TestSession.get(),
        shop.warehouse(),
        pipeline,
        Clock.systemUTC(),
        Progress.SILENT,
        listener);
  }

  private static BacktestRequest request(String id, List<BacktestArm> arms, int from, int to) {
    return request(id, arms, from, to, Start.RESUME);
  }

  private static BacktestRequest request(
      String id, List<BacktestArm> arms, int from, int to, Start start) {
    return new BacktestRequest(
        Shop.date(from), Shop.date(to), Optional.empty(), arms, 2, Optional.of(id), start);
  }

  /** NDCG at 20 by night, arm, window and segment. */
  private static Map<String, BacktestRow> rows(Shop shop, String id) {
    Map<String, BacktestRow> rows = new TreeMap<>();
    new Backtests(TestSession.get(), shop.warehouse(), WriteListener.NONE)
        .rows("shop", id, "ndcg", OptionalInt.of(20))
        .forEach(
            row ->
                rows.put(
                    row.night() + " " + row.arm() + " " + row.window() + " " + row.segment(), row));
    return rows;
  }

  private static void assertSame(
      Map<String, BacktestRow> actual,
      Map<String, BacktestRow> expected,
      Predicate<BacktestRow> which) {
    Map<String, BacktestRow> wanted = new TreeMap<>(expected);
    wanted.values().removeIf(which.negate());
    Map<String, BacktestRow> found = new TreeMap<>(actual);
    found.values().removeIf(which.negate());
    assertThat(wanted).isNotEmpty();
    assertThat(found.keySet()).isEqualTo(wanted.keySet());
    wanted.forEach(
        (key, row) -> {
          BacktestRow other = found.get(key);
          assertThat(other.users()).as(key).isEqualTo(row.users());
          if (Double.isFinite(row.value())) {
            assertThat(other.value()).as(key).isCloseTo(row.value(), within(1e-6));
          } else {
            assertThat(other.value()).as(key).isNaN();
          }
          assertThat(other.rows()).as(key).isEqualTo(row.rows());
          assertThat(other.replicates().length).as(key).isEqualTo(row.replicates().length);
        });
  }

  private static boolean isPrequential(BacktestRow row) {
    return row.window().equals(BacktestRow.PREQUENTIAL);
  }

  @Test
  void everyArmIsScoredOnTheSameUsersEveryNightAndTold() {
    assertThat(plan.nights()).hasSize(LAST - FIRST + 1).isEqualTo(plan.reported());
    assertThat(TOLD).hasSize(plan.nights().size());
    assertThat(TOLD.get(0)).contains(Shop.date(FIRST).toString(), "ours-model 0.");
    for (LocalDate night : plan.nights()) {
      List<BacktestRow> tonight =
          every.values().stream()
              .filter(row -> row.night().equals(night) && isPrequential(row))
              .filter(row -> row.segment().equals("returning"))
              .toList();
      assertThat(tonight)
          .extracting(BacktestRow::arm)
          .containsExactlyInAnyOrderElementsOf(EVERY_ARM.stream().map(BacktestArm::label).toList());
      assertThat(tonight.stream().map(BacktestRow::users).distinct()).hasSize(1);
      assertThat(tonight)
          .allSatisfy(
              row -> {
                assertThat(row.value()).isBetween(0.0, 1.0);
                assertThat(row.replicates()).hasSize(100);
                assertThat(row.events()).isPositive();
              });
    }
    long total = 0;
    for (BacktestRow row : every.values()) {
      if (isPrequential(row)
          && row.segment().equals("returning")
          && row.arm().equals("ours-model")) {
        assertThat(row.rows()).isEqualTo(row.events());
        total += row.events();
      }
    }
    assertThat(plan.baseEvents() + total).isEqualTo(plan.events());
    BacktestRow last =
        every.get(Shop.date(LAST) + " full-retrain " + BacktestRow.PREQUENTIAL + " all");
    assertThat(last.rows()).isEqualTo(plan.events());
    assertThat(last.trainSeconds()).isPositive();
  }

  @Test
  void nothingButTheTableOfBacktestsIsWritten() {
    Map<String, Long> now = base.files();
    now.keySet().removeIf(name -> name.startsWith("backtests/"));

    assertThat(now).isEqualTo(filesBefore);
    assertThat(base.champion(PIPELINE)).isEqualTo(1);
    Row columns = base.table("backtests").limit(1).head();
    assertThat(columns.schema().fieldNames()).startsWith("pipeline", "backtest_id", "night", "arm");
  }

  @Test
  void poisonOfTheFutureChangesNothingBeforeIt() {
    Shop shop = base.copy(folder.resolve("shop"));
    int poisoned = FIRST + 2;
    List<Row> crowd = new ArrayList<>();
    for (int n = 0; n < 800; n++) {
      crowd.add(
          Shop.event(
              "a-crowd-" + n % 60,
              n % 3 == 0 ? "a-new-item" : "an-item-" + n % 20,
              Shop.begin(poisoned).plusSeconds(60L * (n % 600))));
    }
    shop.deliver(crowd);
    backtest(shop, PIPELINE).run(request("poisoned", SOME, FIRST, LAST), sentence -> {});
    Map<String, BacktestRow> rows = rows(shop, "poisoned");
    List<String> labels = SOME.stream().map(BacktestArm::label).toList();

    assertSame(
        rows,
        every,
        row -> row.night().isBefore(Shop.date(poisoned)) && labels.contains(row.arm()));
    String after =
        Shop.date(poisoned + 1) + " ours-model " + BacktestRow.PREQUENTIAL + " returning";
    assertThat(rows.get(after).value()).isNotCloseTo(every.get(after).value(), within(1e-6));
  }

  @Test
  void anInterruptedReplayEndsInTheSameRowsAndScoresNothingTwice() {
    List<String> committed = new ArrayList<>();
    Backtest dies =
        backtest(
            base,
            PIPELINE,
            (table, pipeline, version) -> {
              committed.add(table);
              if (committed.size() == 2) {
                throw new IllegalStateException("killed");
              }
            });
    assertThatThrownBy(() -> dies.run(request("resumed", SOME, FIRST, LAST), sentence -> {}))
        .hasMessage("killed");
    Map<String, BacktestRow> first = rows(base, "resumed");
    assertThat(first.values().stream().map(BacktestRow::night).distinct())
        .containsExactly(Shop.date(FIRST), Shop.date(FIRST + 1));

    List<String> again = new ArrayList<>();
    backtest(base, PIPELINE, (table, pipeline, version) -> again.add(table))
        .run(request("resumed", SOME, FIRST, LAST), sentence -> {});
    Map<String, BacktestRow> rows = rows(base, "resumed");
    assertThat(again).hasSize(LAST - FIRST - 1).containsOnly("backtests");
    List<String> labels = SOME.stream().map(BacktestArm::label).toList();
    assertSame(rows, every, row -> labels.contains(row.arm()));
    first.forEach(
        (key, row) -> assertThat(rows.get(key).trainSeconds()).isEqualTo(row.trainSeconds()));

    List<String> told = new ArrayList<>();
    again.clear();
    backtest(base, PIPELINE, (table, pipeline, version) -> again.add(table))
        .run(request("resumed", SOME, FIRST, LAST), told::add);
    assertThat(again).isEmpty();
    assertThat(told).singleElement().asString().contains("every night was scored before");
  }

  @Test
  void theWholeProductRefusesAPoisonedNightAndGoesOnAsIfItHadNotBeen() {
    // Where nothing fades in the model, it does not matter on which day the base ends.
    PipelineDefinition pipeline = Shop.pipelineWith("shop", "  decay:\n    halfLife: none\n", "");
    List<BacktestArm> arms = List.of(BacktestArm.OURS, BacktestArm.OURS_MODEL);
    Shop without = Shop.in(folder.resolve("without"));
    without.deliver(0, FIRST);
    without.deliver(FIRST + 1, LAST + 1);
    backtest(without, pipeline).run(request("clean", arms, FIRST + 1, LAST), sentence -> {});
    Shop with = without.copy(folder.resolve("with"));
    with.deliver(poison(with));

    List<String> told = new ArrayList<>();
    Backtest dies =
        backtest(
            with,
            pipeline,
            (table, name, version) -> {
              throw new IllegalStateException("killed");
            });
    assertThatThrownBy(() -> dies.run(request("poisoned", arms, FIRST, LAST), told::add))
        .hasMessage("killed");
    backtest(with, pipeline).run(request("poisoned", arms, FIRST, LAST), told::add);
    Map<String, BacktestRow> clean = rows(without, "clean");
    Map<String, BacktestRow> poisoned = rows(with, "poisoned");

    assertSame(
        poisoned,
        clean,
        row ->
            row.arm().equals("ours")
                && row.segment().equals("returning")
                && row.night().isAfter(Shop.date(FIRST)));
    String next = Shop.date(FIRST + 1) + " ours-model " + BacktestRow.PREQUENTIAL + " returning";
    assertThat(poisoned.get(next).value()).isNotCloseTo(clean.get(next).value(), within(1e-6));

    List<BacktestRow> verdicts = verdicts(with, "poisoned");
    GateFigures gate =
        new BacktestFigures(verdicts, List.of("ours", "ours-model"), Metric.NDCG, 11)
            .gates()
            .get(0);
    assertThat(gate.arm()).isEqualTo("ours");
    assertThat(gate.nights())
        .extracting(GateFigures.Night::night)
        .containsExactly(Shop.date(FIRST));
    assertThat(gate.rules()).containsKey("drift.top_item_share");
    assertThat(gate.promoted()).isEqualTo(LAST - FIRST);
    assertThat(gate.setAside()).isEqualTo(1);
    assertThat(gate.sentence()).contains("drift.top_item_share 1", "1 of these never learnt");
    assertThat(told.get(0)).contains("ours: promoted; rejected before and never learnt: 1.");
    assertThat(verdicts(without, "clean"))
        .hasSize(LAST - FIRST)
        .allMatch(row -> row.metric().equals(BacktestRow.PROMOTED));
  }

  /** Whom the shop knows by then, all at one item that it knows. */
  private static List<Row> poison(Shop shop) {
    List<String> users =
        shop.table("events")
            .where(col("event_time").lt(lit(Shop.begin(FIRST))))
            .select("user_id")
            .distinct()
            .sort("user_id")
            .limit(60)
            .as(Encoders.STRING())
            .collectAsList();
    String item = shop.table("events").select("item_id").sort("event_time").head().getString(0);
    List<Row> crowd = new ArrayList<>();
    for (int n = 0; n < 1_200; n++) {
      crowd.add(
          Shop.event(
              users.get(n % users.size()), item, Shop.begin(FIRST).plusSeconds(30_000 + 30L * n)));
    }
    return crowd;
  }

  private static List<BacktestRow> verdicts(Shop shop, String id) {
    return new Backtests(TestSession.get(), shop.warehouse(), WriteListener.NONE)
        .verdicts("shop", id);
  }

  @Test
  void nightsBetweenTheBaseAndTheFirstReportedOneAreLearntOnly() {
    PipelineDefinition waiting =
        Shop.pipeline("shop", "backtest:", "  baseTo: " + Shop.date(FIRST - 1));
    BacktestPlan later =
        backtest(base, waiting).run(request("later", SOME, FIRST + 2, LAST), sentence -> {});
    Map<String, BacktestRow> rows = rows(base, "later");
    List<String> labels = SOME.stream().map(BacktestArm::label).toList();

    assertThat(later.nights()).hasSize(LAST - FIRST + 1);
    assertThat(later.reported()).hasSize(LAST - FIRST - 1);
    assertSame(
        rows,
        every,
        row ->
            isPrequential(row)
                && labels.contains(row.arm())
                && !row.night().isBefore(Shop.date(FIRST + 2)));
    assertThat(rows.values()).noneMatch(row -> row.night().isBefore(Shop.date(FIRST + 2)));
  }

  @Test
  void eventsThatChangedSinceTheyWereScoredAreRefusedAndScoredAnewOnRequest() {
    Shop shop = base.copy(folder.resolve("shop"));
    List<BacktestArm> frozen = List.of(BacktestArm.FROZEN);
    backtest(shop, PIPELINE).run(request("frozen", frozen, FIRST, FIRST + 1), sentence -> {});
    Map<String, BacktestRow> before = rows(shop, "frozen");
    shop.deliver("late", "a-late-item", Shop.begin(FIRST).plusSeconds(7), 1);

    assertThatThrownBy(
            () ->
                backtest(shop, PIPELINE)
                    .run(request("frozen", frozen, FIRST, FIRST + 1), sentence -> {}))
        .isInstanceOf(ImpossibleBacktestException.class)
        .hasMessageContaining(Shop.date(FIRST).toString())
        .hasMessageContaining("--anew");
    assertThat(rows(shop, "frozen").keySet()).isEqualTo(before.keySet());

    backtest(shop, PIPELINE)
        .run(request("frozen", frozen, FIRST, FIRST + 1, Start.ANEW), sentence -> {});
    String key = Shop.date(FIRST) + " frozen " + BacktestRow.PREQUENTIAL + " all";
    assertThat(rows(shop, "frozen").get(key).events()).isEqualTo(before.get(key).events() + 1);
  }

  @Test
  void whatCannotBeReplayedIsRefusedBeforeAnythingIsWritten() {
    Map<String, Long> files = base.files();
    List<BacktestArm> frozen = List.of(BacktestArm.FROZEN);

    assertThatThrownBy(() -> backtest(base, PIPELINE).plan(request("x", frozen, 0, 3)))
        .isInstanceOf(ImpossibleBacktestException.class)
        .hasMessageContaining("no event up to");
    assertThatThrownBy(() -> backtest(base, PIPELINE).plan(request("x", frozen, 30, 33)))
        .isInstanceOf(ImpossibleBacktestException.class)
        .hasMessageContaining("has an event");
    PipelineDefinition seen = Shop.pipeline("shop", "backtest:", "  baseTo: " + Shop.date(FIRST));
    assertThatThrownBy(() -> backtest(base, seen).plan(request("x", frozen, FIRST, LAST)))
        .isInstanceOf(ImpossibleBacktestException.class)
        .hasMessageContaining("every arm has seen it");
    assertThat(base.files()).isEqualTo(files);
  }

  @Test
  void aVariantIsAnArmOfItsOwnAndOneThatChangesNothingIsOursModelAgain() {
    PipelineDefinition pipeline =
        Shop.pipeline(
            "shop",
            "backtest:",
            "  variants:",
            "    same: {}",
            "    strict:",
            "      distillation:",
            "        beta: 5");
    Shop shop = base.copy(folder.resolve("shop"));
    BacktestRequest request =
        new BacktestRequest(
            Shop.date(FIRST),
            Shop.date(FIRST + 1),
            Optional.empty(),
            List.of(BacktestArm.OURS_MODEL),
            2,
            Optional.of("variants"),
            Start.RESUME,
            Optional.empty(),
            List.of(),
            List.of("same", "strict"));
    backtest(shop, pipeline).run(request, sentence -> {});
    Map<String, BacktestRow> rows = rows(shop, "variants");
    String night = Shop.date(FIRST + 1) + " ";
    String what = " " + BacktestRow.PREQUENTIAL + " all";
    double ours = rows.get(night + "ours-model" + what).value();
    assertThat(rows.get(night + "same" + what).value()).isEqualTo(ours);
    assertThat(rows.get(night + "strict" + what).value()).isNotEqualTo(ours);
  }

  @Test
  void tuningChoosesOnItsNightsAloneAndWritesNothing() {
    Map<String, Long> files = base.files();
    List<BacktestArm> arms =
        List.of(BacktestArm.OURS_MODEL, BacktestArm.ITEM_KNN, BacktestArm.POPULARITY);
    List<String> told = new ArrayList<>();
    BacktestDefinition chosen =
        backtest(base, PIPELINE).tune(request("tune", arms, FIRST, FIRST + 2), 4, told::add);

    assertThat(base.files()).isEqualTo(files);
    assertThat(told).hasSize(2).anyMatch(line -> line.startsWith("Chosen for ours-model, 0."));
    assertThat(chosen.arm(BacktestArm.FROZEN))
        .isEqualTo(PIPELINE.backtest().arm(BacktestArm.FROZEN));

    Shop shop = base.copy(folder.resolve("shop"));
    shop.deliver("someone", "something", Shop.begin(FIRST + 3), 500);
    assertThat(
            backtest(shop, PIPELINE)
                .tune(request("tune", arms, FIRST, FIRST + 2), 4, sentence -> {}))
        .isEqualTo(chosen);
  }

  @Test
  void retentionIsMeasuredOfModelsOnly() {
    List<BacktestRow> frozen =
        every.values().stream().filter(row -> row.window().startsWith(BacktestRow.FROZEN)).toList();
    assertThat(frozen)
        .extracting(BacktestRow::arm)
        .contains("ours-model", "full-retrain", "mllib-full-retrain", "fold-in", "frozen")
        .doesNotContain("popularity", "item-knn", "user-frequency");
    assertThat(frozen).allMatch(row -> !row.windowDay().isAfter(row.night()));
    assertThat(frozen.stream().map(BacktestRow::night)).contains(Shop.date(LAST));
    assertThat(every.values().stream().filter(row -> row.window().startsWith("unlearnt:")))
        .extracting(BacktestRow::arm)
        .contains("popularity", "ours-model");
  }

  @Test
  void thePageHoldsTheFiguresOfTheTable() throws IOException {
    List<String> labels = Arrays.stream(BacktestArm.values()).map(BacktestArm::label).toList();
    BacktestFigures figures =
        new BacktestFigures(List.copyOf(every.values()), labels, Metric.NDCG, 11);
    String page =
        new ReportWriter(
                TestSession.get(), new io.perennial.Warehouse(folder.resolve("pages").toString()))
            .writeBacktest(
                new BacktestSubject(
                    "shop", "all", "the base", "ndcg@20", Map.of(), Optional.empty()),
                figures);

    assertThat(Files.readString(Path.of(page.replaceFirst("^file:/*", "/"))))
        .contains("Backtest all", "mllib-full-retrain", "Learning and retention");
    for (String arm : labels) {
      double sum = 0;
      for (LocalDate night : plan.nights()) {
        sum += every.get(night + " " + arm + " " + BacktestRow.PREQUENTIAL + " returning").value();
      }
      assertThat(figures.figure(arm, "returning").mean())
          .isCloseTo(sum / plan.nights().size(), within(1e-12));
    }
  }
}
