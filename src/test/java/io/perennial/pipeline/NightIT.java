package io.perennial.pipeline;

import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.perennial.TestSession;
import io.perennial.config.PipelineDefinition;
import io.perennial.config.PipelineReader;
import io.perennial.event.SourceGapException;
import io.perennial.gate.Finding;
import io.perennial.registry.ModelVersion;
import io.perennial.registry.SliceState;
import io.perennial.registry.Tables;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.commons.io.FileUtils;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nights of a small store, each a copy of one prepared warehouse, from new events to a version. */
final class NightIT {
  private static final PipelineDefinition PIPELINE = Shop.pipeline("shop");
  private static final int FIRST = Shop.BASE_DAYS;

  @TempDir static Path prepared;
  private static Shop base;
  private static long baseEvents;
  private static RunOutcome firstNight;

  @TempDir Path folder;

  @BeforeAll
  static void prepare() {
    base = Shop.in(prepared.resolve("base"));
    baseEvents = base.deliver(0, FIRST);
    firstNight = base.night(PIPELINE, 0, FIRST);
  }

  private Shop shop() {
    return base.copy(folder.resolve("shop"));
  }

  @Test
  void firstVersionIsTrainedFromScratchAndPromotedByTheFirstRunRule() {
    assertThat(firstNight.kind()).isEqualTo(RunOutcome.Kind.PROMOTED);
    assertThat(firstNight.version()).contains(1L);
    assertThat(firstNight.parent()).isEmpty();
    assertThat(firstNight.sentence()).contains("version 1", "from scratch", "champion");
    assertThat(firstNight.findings())
        .filteredOn(
            f -> List.of("maximal_regression", "maximal_forgetting", "drift").contains(f.rule()))
        .hasSize(3)
        .allSatisfy(f -> assertThat(f.outcome()).isEqualTo(Finding.Outcome.SKIPPED));
    assertThat(firstNight.measurements()).noneMatch(m -> m.window().equals("prequential"));
    assertThat(Shop.ndcg(firstNight, "validation", "candidate").orElseThrow().estimate().value())
        .isPositive();
    assertThat(base.champion(PIPELINE)).isEqualTo(1);
    Map<String, Long> sums = base.lastSums(PIPELINE);
    assertThat(sums.get("slice")).isEqualTo(baseEvents);
    assertThat(sums.get("fit") + sums.get("validation") + sums.get("refused"))
        .isEqualTo(baseEvents);
    assertThat(sums.get("validation")).isPositive();
    assertThat(base.slices(PIPELINE)).containsExactly(Map.entry("1", SliceState.State.CONSUMED));
  }

  @Test
  void nightWarmStartsIsMeasuredBeforeItLearnsAndIsNotLearntTwice() {
    Shop shop = shop();
    long events = shop.deliver(FIRST, FIRST + 1);
    RunOutcome night = shop.night(PIPELINE, FIRST);

    assertThat(night.kind()).as(night.sentence()).isEqualTo(RunOutcome.Kind.PROMOTED);
    assertThat(night.version()).contains(2L);
    assertThat(night.parent()).contains(1L);
    ModelVersion second = shop.registry().version("shop", 2).orElseThrow();
    assertThat(second.parent()).contains(1L);
    assertThat(second.rowVersions()).containsExactly(2L, 1L);
    assertThat(second.slice().to().eventTime()).isEqualTo(Shop.begin(FIRST + 1));
    Map<String, Long> sums = shop.lastSums(PIPELINE);
    assertThat(sums.get("slice")).isEqualTo(events);
    assertThat(sums.get("late")).isZero();
    assertThat(sums.get("fit") + sums.get("validation") + sums.get("refused")).isEqualTo(events);
    assertThat(sums).isEqualTo(night.rows());
    for (String subject : List.of("parent", "popularity", "recent_popularity", "frequency")) {
      assertThat(Shop.ndcg(night, "prequential", subject)).as(subject).isPresent();
    }
    assertThat(Shop.ndcg(night, "prequential", "candidate")).isEmpty();
    assertThat(Shop.ndcg(night, "validation", "candidate")).isPresent();
    assertThat(Shop.ndcg(night, "validation", "parent")).isPresent();
    assertThat(Shop.ndcg(night, "frozen:1", "candidate")).isPresent();
    assertThat(Shop.ndcg(night, "frozen:1", "parent")).isPresent();
    assertThat(shop.registry().frozenWindows("shop", second, 6))
        .extracting(w -> w.name())
        .containsExactly("frozen:2", "frozen:1");

    RunOutcome again = shop.night(PIPELINE, FIRST);
    assertThat(again.kind()).isEqualTo(RunOutcome.Kind.NOTHING_NEW);
    assertThat(again.version()).isEmpty();
    assertThat(again.sentence()).contains("nothing new", "version 2 has consumed");
    assertThat(shop.registry().versions("shop")).hasSize(2);
    assertThat(shop.champion(PIPELINE)).isEqualTo(2);
  }

  @Test
  void lateRowsOfAnOlderDayAreLearntOnceByTheNextNightAndAnOlderNightDoesNothing() {
    Shop shop = shop();
    shop.deliver("late-user", "late-item", Shop.begin(2).plusSeconds(3_600), 5);
    RunOutcome older = shop.night(PIPELINE, 2);
    assertThat(older.kind()).isEqualTo(RunOutcome.Kind.NOTHING_NEW);
    assertThat(older.sentence()).contains("nothing new", "version 1 has consumed everything");
    assertThat(shop.champion(PIPELINE)).isEqualTo(1);

    long own = shop.deliver(FIRST, FIRST + 1);
    RunOutcome next = shop.night(PIPELINE, FIRST);
    assertThat(next.kind()).as(next.sentence()).isEqualTo(RunOutcome.Kind.PROMOTED);
    assertThat(next.rows().get("slice")).isEqualTo(own + 5);
    assertThat(next.rows().get("late")).isEqualTo(5);
    assertThat(next.rows().get("fit") + next.rows().get("validation")).isEqualTo(own + 5);

    own = shop.deliver(FIRST + 1, FIRST + 2);
    RunOutcome afterwards = shop.night(PIPELINE, FIRST + 1);
    assertThat(afterwards.rows().get("slice")).isEqualTo(own);
    assertThat(afterwards.rows().get("late")).isZero();
    Row learnt =
        shop.table("item_statistics")
            .filter(
                col("index")
                    .equalTo(
                        shop.registry()
                            .indices("shop", "item", List.of("late-item"))
                            .get("late-item")))
            .orderBy(col("version").desc())
            .head();
    assertThat(((Number) learnt.getAs("event_count")).doubleValue()).isEqualTo(1);
  }

  @Test
  void emptyNightSaysSoAndLeavesARowOfRuns() {
    Shop shop = shop();
    Map<String, Long> before = shop.files();
    RunOutcome empty = shop.night(PIPELINE, FIRST);
    assertThat(empty.kind()).isEqualTo(RunOutcome.Kind.NOTHING_NEW);
    assertThat(empty.sentence()).contains("nothing new", "2025-10-14");
    assertThat(shop.champion(PIPELINE)).isEqualTo(1);
    assertThat(shop.registry().versions("shop")).hasSize(1);
    List<Row> runs =
        shop.table("runs").filter(col("outcome").equalTo("nothing_new")).collectAsList();
    assertThat(runs).hasSize(1);
    assertThat(shop.files().keySet())
        .filteredOn(file -> !before.containsKey(file))
        .allMatch(file -> file.startsWith("runs/") || file.startsWith("leases/"));
  }

  @Test
  void bigIngestIsTakenDayByDay() {
    Shop shop = shop();
    shop.deliver(FIRST, FIRST + 3);
    List<RunOutcome> nights = new ArrayList<>();
    new Backfill(shop.nights(PIPELINE), ZoneOffset.UTC)
        .run(Shop.date(FIRST), Shop.date(FIRST + 2), nights::add);
    Map<String, Long> days = new TreeMap<>();
    for (Row day : shop.table("events").groupBy("event_date").count().collectAsList()) {
      days.put(day.get(0).toString(), day.getLong(1));
    }
    assertThat(nights).hasSize(3);
    for (int n = 0; n < 3; n++) {
      assertThat(nights.get(n).kind()).isIn(RunOutcome.Kind.PROMOTED, RunOutcome.Kind.REJECTED);
      assertThat(nights.get(n).rows().get("slice"))
          .isEqualTo(days.get(Shop.date(FIRST + n).toString()));
      assertThat(nights.get(n).rows().get("late")).isZero();
    }
    assertThat(shop.table("runs").filter(col("command").startsWith("backfill")).count())
        .isEqualTo(3);
  }

  @Test
  void dryRunSaysWhatWouldBeLearntAndWritesNothing() {
    Shop shop = shop();
    long events = shop.deliver(FIRST, FIRST + 1);
    Map<String, Long> before = shop.files();
    RunOutcome dry = shop.nights(PIPELINE).run(dry(FIRST));
    assertThat(dry.kind()).isEqualTo(RunOutcome.Kind.DRY_RUN);
    assertThat(dry.rows().get("slice")).isEqualTo(events);
    assertThat(dry.sentence()).contains(events + " events", "from version 1");
    assertThat(shop.files()).isEqualTo(before);
    RunOutcome nothing = shop.nights(PIPELINE).run(dry(2));
    assertThat(nothing.sentence()).contains("nothing new");
    assertThat(shop.files()).isEqualTo(before);

    Shop fresh = Shop.in(folder.resolve("fresh"));
    long first = fresh.deliver(0, 1);
    before = fresh.files();
    assertThat(fresh.nights(PIPELINE).run(dry(0)).sentence())
        .contains(first + " events", "from scratch");
    assertThat(fresh.files()).isEqualTo(before);
  }

  private static NightRequest dry(int day) {
    return new NightRequest(
        Shop.days(day, day + 1),
        NightRequest.Start.WARM,
        Optional.empty(),
        NightRequest.Effect.DRY_RUN,
        "retrain");
  }

  @Test
  void nightWithoutIntervalLearnsEverythingNewOnce() {
    Shop shop = shop();
    long events = shop.deliver(FIRST, FIRST + 2);
    RetrainingRun nights = shop.nights(PIPELINE);
    RunOutcome night = nights.run(NightRequest.of(Optional.empty()));
    assertThat(night.kind()).as(night.sentence()).isEqualTo(RunOutcome.Kind.PROMOTED);
    assertThat(night.rows().get("slice")).isEqualTo(events);
    RunOutcome again = nights.run(NightRequest.of(Optional.empty()));
    assertThat(again.kind()).isEqualTo(RunOutcome.Kind.NOTHING_NEW);
    assertThat(shop.champion(PIPELINE)).isEqualTo(2);
  }

  @Test
  void fullRebuildLearnsAllEventsFromScratchAndIsJudgedAgainstTheChampion() {
    Shop shop = shop();
    long events = shop.deliver(FIRST, FIRST + 1);
    RunOutcome rebuild = shop.nights(PIPELINE).run(rebuild());
    assertThat(rebuild.kind()).as(rebuild.sentence()).isEqualTo(RunOutcome.Kind.PROMOTED);
    assertThat(rebuild.parent()).contains(1L);
    assertThat(rebuild.rows().get("slice")).isEqualTo(baseEvents + events);
    assertThat(Shop.ndcg(rebuild, "validation", "parent")).isPresent();
    assertThat(rebuild.rows().get("validation")).isPositive().isLessThan(events);
    assertThat(rebuild.rows().get("fit") + rebuild.rows().get("validation"))
        .isEqualTo(baseEvents + events);
    ModelVersion second = shop.registry().version("shop", 2).orElseThrow();
    assertThat(second.parent()).isEmpty();
    assertThat(second.rowVersions()).containsExactly(2L);
    assertThat(shop.champion(PIPELINE)).isEqualTo(2);
    assertThat(shop.night(PIPELINE, FIRST).kind()).isEqualTo(RunOutcome.Kind.NOTHING_NEW);
  }

  @Test
  void withoutAbsorptionTheValidationWindowBelongsToTheNextNight() {
    PipelineDefinition pipeline = Shop.pipeline("plain", "absorb: false");
    Shop shop = Shop.in(folder.resolve("plain"));
    long first = shop.deliver(0, FIRST);
    RunOutcome one = shop.night(pipeline, 0, FIRST);
    assertThat(one.kind()).isEqualTo(RunOutcome.Kind.PROMOTED);
    ModelVersion version = shop.registry().version("plain", 1).orElseThrow();
    assertThat(version.slice().to().eventTime()).isBefore(Shop.begin(FIRST));
    long left = one.rows().get("validation");
    assertThat(one.rows().get("fit")).isEqualTo(first - left);

    RunOutcome again = shop.night(pipeline, 0, FIRST);
    assertThat(again.kind()).as(again.sentence()).isEqualTo(RunOutcome.Kind.NOTHING_NEW);
    assertThat(shop.registry().versions("plain")).hasSize(1);

    long second = shop.deliver(FIRST, FIRST + 1);
    RunOutcome two = shop.night(pipeline, FIRST);
    assertThat(two.rows().get("slice")).isEqualTo(left + second);
    assertThat(two.rows().get("late")).isZero();
  }

  @Test
  void twoPipelinesOverTheSameEventsNeverTouchEachOthersRows() {
    Shop shop = shop();
    shop.deliver(FIRST, FIRST + 1);
    shop.registry().ensureTables();
    Map<String, String> before = rowsOf(shop, "shop");
    PipelineDefinition other = Shop.pipeline("other");
    RunOutcome first = shop.night(other, 3, FIRST);
    assertThat(first.kind()).isEqualTo(RunOutcome.Kind.PROMOTED);
    assertThat(first.version()).contains(1L);
    assertThat(rowsOf(shop, "shop")).isEqualTo(before);
    assertThat(shop.champion(other)).isEqualTo(1);

    Map<String, String> others = rowsOf(shop, "other");
    RunOutcome night = shop.night(PIPELINE, FIRST);
    assertThat(night.version()).contains(2L);
    assertThat(rowsOf(shop, "other")).isEqualTo(others);
    assertThat(shop.night(other, FIRST).rows().get("slice")).isEqualTo(night.rows().get("slice"));
  }

  /** Number and hash of a pipeline's rows in every table. */
  private static Map<String, String> rowsOf(Shop shop, String pipeline) {
    Map<String, String> sums = new TreeMap<>();
    shop.registry().ensureTables();
    for (Tables table : Tables.values()) {
      Dataset<Row> rows = shop.table(table.tableName()).filter(col("pipeline").equalTo(pipeline));
      List<String> texts = rows.toJSON().collectAsList().stream().sorted().toList();
      sums.put(table.tableName(), texts.size() + "/" + texts.hashCode());
    }
    return sums;
  }

  @Test
  void aTableOfTheUsersIsReadByItsOwnColumnNamesAndWhatCannotBeLearntIsCountedWithReasons() {
    Shop shop = Shop.in(folder.resolve("own"));
    String orders = folder.resolve("orders").toString();
    Column when = col("event_time");
    Dataset<Row> good =
        base.table("events")
            .select(
                col("user_id").as("customer"),
                col("item_id").as("the product"),
                col("value").as("amount"),
                when.as("at"));
    StructType schema = good.schema();
    Timestamp noon = Timestamp.from(Shop.begin(1).plusSeconds(43_200));
    List<Row> bad =
        List.of(
            RowFactory.create(null, "i", 1.0, noon),
            RowFactory.create("", "i", 1.0, noon),
            RowFactory.create("u", null, 1.0, noon),
            RowFactory.create(null, null, Double.NaN, noon),
            RowFactory.create("u", "i", Double.NaN, noon),
            RowFactory.create("u", "i", Double.NEGATIVE_INFINITY, noon),
            RowFactory.create("u", "i", null, noon),
            RowFactory.create("u", "i", 1.0, null));
    StructType nullable = new StructType();
    for (StructField field : schema.fields()) {
      nullable = nullable.add(field.name(), field.dataType(), true);
    }
    good.union(TestSession.get().createDataFrame(bad, nullable))
        .write()
        .format("delta")
        .option("delta.columnMapping.mode", "name")
        .save(orders);
    PipelineDefinition pipeline =
        Shop.pipeline(
            "own",
            "source:",
            "  table: " + orders,
            "  columns:",
            "    user_id: customer",
            "    item_id: the product",
            "    event_time: at",
            "    value: amount");
    RunOutcome night = shop.night(pipeline, 0, FIRST);
    assertThat(night.kind()).as(night.sentence()).isEqualTo(RunOutcome.Kind.PROMOTED);
    Map<String, Long> sums = shop.lastSums(pipeline);
    assertThat(sums)
        .containsEntry("slice", baseEvents + 8)
        .containsEntry("refused", 8L)
        .containsEntry("refused_missing_user", 3L)
        .containsEntry("refused_missing_item", 1L)
        .containsEntry("refused_missing_time", 1L)
        .containsEntry("refused_value_not_finite", 3L);
    assertThat(sums.get("fit") + sums.get("validation")).isEqualTo(baseEvents);

    List<Row> next = new ArrayList<>();
    next.add(RowFactory.create("u", "i", 1.0, null));
    for (Row row : good.limit(60).collectAsList()) {
      Instant at = Shop.begin(FIRST).plusSeconds(600L * next.size());
      next.add(
          RowFactory.create(row.getString(0), row.getString(1), row.get(2), Timestamp.from(at)));
    }
    TestSession.get()
        .createDataFrame(next, nullable)
        .write()
        .format("delta")
        .mode("append")
        .save(orders);
    assertThat(shop.night(pipeline, FIRST).rows())
        .containsEntry("slice", 61L)
        .containsEntry("late", 0L)
        .containsEntry("refused", 1L)
        .containsEntry("refused_missing_time", 1L);
  }

  @Test
  void aTableThatWasMadeAnewIsAGapAndAFullRebuildIsTheWayOut() throws IOException {
    Shop shop = shop();
    FileUtils.deleteDirectory(new File(shop.warehouse().table("events")));
    long events = shop.deliver(0, FIRST + 1);
    assertThatThrownBy(() -> shop.night(PIPELINE, FIRST))
        .isInstanceOf(SourceGapException.class)
        .hasMessageContaining("--full-rebuild");
    assertThat(shop.registry().runs("shop")).allMatch(run -> run.closed());
    RunOutcome rebuild = shop.nights(PIPELINE).run(rebuild());
    assertThat(rebuild.kind()).as(rebuild.sentence()).isEqualTo(RunOutcome.Kind.PROMOTED);
    assertThat(rebuild.rows().get("slice")).isEqualTo(events);
    assertThat(shop.night(PIPELINE, FIRST).kind()).isEqualTo(RunOutcome.Kind.NOTHING_NEW);
  }

  @Test
  void sameSliceParentAndSeedGiveTheSameModelWithOneTwoOrEightPartitions() {
    PipelineDefinition pipeline =
        PipelineReader.read(
            "spread.yaml",
            """
            name: spread
            seed: 3
            model:
              rank: 8
              maxIter: 3
              solver: spark
            evaluation:
              replicates: 50
            """);
    SparkSession spark = TestSession.get();
    Map<Integer, Map<String, float[]>> models = new TreeMap<>();
    try {
      for (int partitions : List.of(1, 2, 8)) {
        spark.conf().set("spark.sql.shuffle.partitions", partitions);
        spark.sparkContext().conf().set("spark.default.parallelism", Integer.toString(partitions));
        assertThat(spark.sparkContext().defaultParallelism()).isEqualTo(partitions);
        Shop shop = Shop.in(folder.resolve("spread-" + partitions));
        shop.deliver(4, FIRST + 1);
        shop.night(pipeline, 4, FIRST);
        RunOutcome night = shop.night(pipeline, FIRST);
        assertThat(night.version()).as(night.sentence()).contains(2L);
        models.put(partitions, factors(shop));
      }
    } finally {
      spark.conf().set("spark.sql.shuffle.partitions", 2);
      spark.sparkContext().conf().set("spark.default.parallelism", "2");
    }
    Map<String, float[]> expected = models.get(1);
    assertThat(expected).hasSizeGreaterThan(100);
    for (int partitions : List.of(2, 8)) {
      assertThat(models.get(partitions).keySet()).isEqualTo(expected.keySet());
      models
          .get(partitions)
          .forEach(
              (row, factor) ->
                  assertThat(factor)
                      .as(row + " with " + partitions + " partitions")
                      .containsExactly(expected.get(row), within(1e-5f)));
    }
  }

  /** Every factor row that a version wrote, by table, version and dense index. */
  private static Map<String, float[]> factors(Shop shop) {
    Map<String, float[]> rows = new TreeMap<>();
    for (String table : List.of("user_factors", "item_factors")) {
      for (Row row : shop.table(table).select("version", "index", "factor").collectAsList()) {
        List<Float> values = row.getList(2);
        float[] factor = new float[values.size()];
        for (int n = 0; n < factor.length; n++) {
          factor[n] = values.get(n);
        }
        rows.put(table + "/" + row.get(0) + "/" + row.get(1), factor);
      }
    }
    return rows;
  }

  private static NightRequest rebuild() {
    return new NightRequest(
        Shop.days(FIRST, FIRST + 1),
        NightRequest.Start.FULL_REBUILD,
        Optional.empty(),
        NightRequest.Effect.WRITE,
        "retrain");
  }
}
