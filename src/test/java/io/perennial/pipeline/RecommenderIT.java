package io.perennial.pipeline;

import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.perennial.ExitCode;
import io.perennial.PerennialException;
import io.perennial.Progress;
import io.perennial.TestSession;
import io.perennial.config.PipelineDefinition;
import io.perennial.event.EventColumns;
import io.perennial.model.FactorRows;
import io.perennial.model.ModelState;
import io.perennial.model.history.ItemStatistics;
import io.perennial.recommendation.ItemRules;
import io.perennial.recommendation.ItemTable;
import io.perennial.recommendation.NoChampionException;
import io.perennial.recommendation.NothingRecommendableException;
import io.perennial.recommendation.Recommendation;
import io.perennial.recommendation.Recommendation.Source;
import io.perennial.recommendation.RecommendationOptions;
import io.perennial.recommendation.RecommendationReport;
import io.perennial.recommendation.RecommendationReport.Kind;
import io.perennial.recommendation.RecommendationRequest;
import io.perennial.recommendation.RecommendationSource;
import io.perennial.recommendation.Recommender;
import io.perennial.registry.DeltaModelRegistry;
import io.perennial.registry.DeltaRecommendations;
import io.perennial.registry.ModelVersion;
import io.perennial.registry.RecommendationBatch.Scope;
import io.perennial.registry.UnknownVersionException;
import io.perennial.registry.WriteListener;
import java.nio.file.Path;
import java.sql.Date;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Recommendations of a small store: copies of a warehouse with two pipelines and some nights. */
@Tag("system")
final class RecommenderIT {
  private static final PipelineDefinition PIPELINE = Shop.pipeline("shop");
  private static final PipelineDefinition OTHER = Shop.pipeline("other");
  private static final int DAYS = Shop.BASE_DAYS;
  private static final Instant NOW = Shop.begin(DAYS);
  private static final int TOP = 5;
  private static final RecommendationOptions OPTIONS =
      new RecommendationOptions(
          TOP, false, true, Optional.empty(), Optional.empty(), 1000, 60, 1000);

  @TempDir static Path prepared;
  private static Shop base;

  @TempDir Path folder;
  private final SparkSession spark = TestSession.get();

  @BeforeAll
  static void learnAndRecommend() {
    base = Shop.in(prepared.resolve("base"));
    base.deliver(0, DAYS);
    base.night(PIPELINE, 0, DAYS);
    base.night(OTHER, 0, DAYS);
    recommender(base, OTHER, WriteListener.NONE, Optional.empty()).write(request(OPTIONS));
  }

  private Shop shop(String name) {
    return base.copy(folder.resolve(name));
  }

  private static Recommender recommender(
      Shop shop, PipelineDefinition pipeline, WriteListener listener, Optional<ItemTable> items) {
    SparkSession spark = TestSession.get();
    return new Recommender(
        spark,
        shop.warehouse(),
        shop.registry(),
        new DeltaRecommendations(spark, shop.warehouse(), listener),
        new RecommendationSource(
            pipeline.name(),
            pipeline.source(),
            ModelFamilies.of(pipeline),
            pipeline.rankedBy(),
            items),
        Progress.SILENT);
  }

  private static Recommender recommender(Shop shop) {
    return recommender(shop, PIPELINE, WriteListener.NONE, Optional.empty());
  }

  private static RecommendationRequest request(RecommendationOptions options) {
    return request(options, ItemRules.NONE, Scope.ALL);
  }

  private static RecommendationRequest request(
      RecommendationOptions options, ItemRules rules, Scope scope) {
    return new RecommendationRequest(Optional.empty(), options, rules, scope, NOW);
  }

  private static RecommendationOptions excludingSeen() {
    return inPieces(true, 60, 1000);
  }

  /** Options with a bucket for so many users, and so many users between two commits. */
  private static RecommendationOptions inPieces(boolean excludeSeen, int each, int atOnce) {
    return new RecommendationOptions(
        TOP, excludeSeen, true, Optional.empty(), Optional.empty(), 1000, each, atOnce);
  }

  /** Rows of a pipeline by user, best first, as text without the version where asked. */
  private static Map<String, List<Row>> table(Shop shop, String pipeline) {
    Map<String, List<Row>> rows = new TreeMap<>();
    for (Row row :
        shop.table("recommendations")
            .filter(col("pipeline").equalTo(pipeline))
            .select("user", "rank", "item", "score", "source", "version", "user_bucket")
            .orderBy("user", "rank")
            .collectAsList()) {
      rows.computeIfAbsent(row.getString(0), user -> new ArrayList<>()).add(row);
    }
    return rows;
  }

  private static List<String> items(List<Row> rows) {
    return rows.stream().map(row -> row.getString(2)).toList();
  }

  private static Set<String> sources(List<Row> rows) {
    return rows.stream().map(row -> row.getString(4)).collect(Collectors.toSet());
  }

  /** Natural ids of a kind by dense index. */
  private static Map<Integer, String> names(Shop shop, String kind) {
    Map<Integer, String> names = new HashMap<>();
    shop.registry()
        .ids("shop", kind)
        .collectAsList()
        .forEach(row -> names.put(row.getInt(1), row.getString(0)));
    return names;
  }

  /** Every user's vector in a version, by natural id. */
  private static Map<String, List<Float>> vectors(Shop shop, long version) {
    FactorRows rows =
        shop.registry().open(shop.registry().version("shop", version).orElseThrow()).users().all();
    Map<Integer, String> names = names(shop, "user");
    Map<String, List<Float>> vectors = new TreeMap<>();
    for (int n = 0; n < rows.size(); n++) {
      List<Float> vector = new ArrayList<>();
      for (int c = 0; c < rows.rank(); c++) {
        vector.add(rows.values()[n * rows.rank() + c]);
      }
      vectors.put(names.get(rows.indices()[n]), vector);
    }
    return vectors;
  }

  @Test
  void everyUserGetsTheItemsThatAFullScoringOfTheVersionPutsFirst() {
    Shop shop = shop("shop");
    RecommendationReport report = recommender(shop).write(request(OPTIONS));

    ModelState state = shop.registry().open(shop.registry().version("shop", 1).orElseThrow());
    FactorRows items = state.items().all();
    Map<Integer, String> names = names(shop, "item");
    Map<String, List<Float>> vectors = vectors(shop, 1);
    Map<String, List<Row>> table = table(shop, "shop");
    assertThat(table.keySet()).isEqualTo(vectors.keySet());
    assertThat(report.kind()).isEqualTo(Kind.WRITTEN);
    assertThat(report.users()).isEqualTo(vectors.size());
    assertThat(report.sources()).containsExactly(Map.entry(Source.MODEL, (long) vectors.size()));
    assertThat(report.buckets()).isEqualTo((vectors.size() + 59) / 60);
    vectors.forEach(
        (user, vector) -> {
          Map<String, Double> scores = new HashMap<>();
          for (int n = 0; n < items.size(); n++) {
            double score = 0;
            for (int c = 0; c < items.rank(); c++) {
              score += (double) items.values()[n * items.rank() + c] * vector.get(c);
            }
            scores.put(names.get(items.indices()[n]), score);
          }
          List<Double> best = new ArrayList<>(scores.values());
          best.sort(Collections.reverseOrder());
          List<Row> rows = table.get(user);
          assertThat(rows).hasSize(TOP);
          assertThat(new HashSet<>(items(rows))).hasSize(TOP);
          for (int rank = 0; rank < TOP; rank++) {
            Row row = rows.get(rank);
            assertThat(row.getInt(1)).isEqualTo(rank + 1);
            assertThat((double) row.getFloat(3)).isCloseTo(best.get(rank), within(1e-4));
            assertThat(scores.get(row.getString(2))).isCloseTo(best.get(rank), within(1e-4));
            assertThat(row.getString(4)).isEqualTo("model");
            assertThat(row.getLong(5)).isEqualTo(1);
          }
        });
  }

  @Test
  void whoCameSinceIsFoldedInAndWhoDidNothingKnownGetsPopularItems() {
    Shop shop = shop("shop");
    Map<Integer, String> names = names(shop, "item");
    String liked = names.get(3);
    shop.deliver("newcomer", liked, NOW.plusSeconds(60), 3);
    shop.deliver("late newcomer", names.get(4), NOW.minusSeconds(5000), 1);
    shop.deliver("explorer", "an item nobody knows", NOW.plusSeconds(90), 1);
    recommender(shop).write(request(OPTIONS));

    Map<String, List<Row>> table = table(shop, "shop");
    assertThat(sources(table.get("newcomer"))).containsExactly("fold_in");
    assertThat(items(table.get("newcomer"))).contains(liked);
    assertThat(sources(table.get("late newcomer"))).containsExactly("fold_in");
    assertThat(sources(table.get("explorer"))).containsExactly("popularity");

    String known = vectors(shop, 1).keySet().iterator().next();
    List<Recommendation> named =
        recommender(shop)
            .forUsers(List.of("nobody", "newcomer", known, "explorer", "nobody"), request(OPTIONS));
    assertThat(named.stream().map(Recommendation::user).distinct().toList())
        .containsExactly("nobody", "newcomer", known, "explorer");
    assertThat(named).hasSize(4 * TOP).allMatch(one -> one.version() == 1);
    Map<String, List<Recommendation>> byUser =
        named.stream().collect(Collectors.groupingBy(Recommendation::user));
    assertThat(byUser.get("nobody")).allMatch(one -> one.source() == Source.POPULARITY);
    for (String user : List.of("newcomer", known, "explorer")) {
      assertThat(byUser.get(user).stream().map(Recommendation::item).toList())
          .as(user)
          .isEqualTo(items(table.get(user)));
      assertThat(byUser.get(user).stream().map(one -> one.source().label()).distinct().toList())
          .isEqualTo(List.copyOf(sources(table.get(user))));
      for (int rank = 0; rank < TOP; rank++) {
        assertThat(byUser.get(user).get(rank).score())
            .isCloseTo(table.get(user).get(rank).getFloat(3), within(1e-4f));
      }
    }
    assertThat(byUser.get("nobody").stream().map(Recommendation::item).toList())
        .isEqualTo(items(table.get("explorer")));
    float[] popular = new float[TOP];
    for (int rank = 0; rank < TOP; rank++) {
      popular[rank] = byUser.get("nobody").get(rank).score();
    }
    assertThat(IntStream.range(1, TOP).allMatch(n -> popular[n - 1] >= popular[n])).isTrue();

    RecommendationOptions without =
        new RecommendationOptions(
            TOP, false, false, Optional.empty(), Optional.empty(), 1000, 20, 40);
    assertThat(recommender(shop).forUsers(List.of("newcomer"), request(without)))
        .allMatch(one -> one.source() == Source.POPULARITY);
  }

  @Test
  void whatAUserHadBeforeOrSinceIsLeftOutOnRequest() {
    Shop shop = shop("shop");
    Map<String, Set<String>> had = new HashMap<>();
    for (Row row :
        shop.table("events").select(EventColumns.USER, EventColumns.ITEM).collectAsList()) {
      had.computeIfAbsent(row.getString(0), user -> new HashSet<>()).add(row.getString(1));
    }
    String buyer = had.keySet().stream().sorted().findFirst().orElseThrow();
    String next =
        recommender(shop).forUsers(List.of(buyer), request(excludingSeen())).get(0).item();
    shop.deliver(buyer, next, NOW.plusSeconds(60), 1);
    shop.deliver("newcomer", names(shop, "item").get(3), NOW.plusSeconds(60), 1);
    had.get(buyer).add(next);
    had.put("newcomer", Set.of(names(shop, "item").get(3)));

    recommender(shop).write(request(excludingSeen()));

    Map<String, List<Row>> table = table(shop, "shop");
    assertThat(table).containsKeys(buyer, "newcomer");
    table.forEach(
        (user, rows) ->
            assertThat(items(rows)).as(user).doesNotContainAnyElementsOf(had.get(user)));
    assertThat(
            recommender(shop).forUsers(List.of(buyer), request(excludingSeen())).stream()
                .map(Recommendation::item)
                .toList())
        .isEqualTo(items(table.get(buyer)));
    assertThat(sources(table.get("newcomer"))).containsExactly("fold_in");
  }

  @Test
  void onlyItemsThatAreAllowedNotDeniedAndAvailableNowAreRecommendedWithTheirTitles() {
    Shop shop = shop("shop");
    List<String> items = new ArrayList<>(new TreeSet<>(names(shop, "item").values()));
    Set<String> allowed = new HashSet<>(items.subList(0, 8));
    String denied = items.get(0);
    List<Row> rows = new ArrayList<>();
    rows.add(RowFactory.create(items.get(1), "Gone today", null, Date.valueOf(Shop.date(DAYS))));
    rows.add(RowFactory.create(items.get(2), "Tomorrow", Date.valueOf(Shop.date(DAYS + 1)), null));
    rows.add(
        RowFactory.create(
            items.get(3),
            "Last day",
            Date.valueOf(Shop.date(DAYS)),
            Date.valueOf(Shop.date(DAYS + 1))));
    rows.add(RowFactory.create(items.get(4), "Always", null, null));
    String products = folder.resolve("products").toString();
    spark
        .createDataFrame(
            rows,
            new StructType()
                .add("sku", DataTypes.StringType)
                .add("name", DataTypes.StringType)
                .add("first", DataTypes.DateType)
                .add("end", DataTypes.DateType))
        .write()
        .format("delta")
        .save(products);
    ItemTable table =
        new ItemTable(
            products, "sku", Optional.of("name"), Optional.of("first"), Optional.of("end"));
    Recommender recommender = recommender(shop, PIPELINE, WriteListener.NONE, Optional.of(table));
    RecommendationOptions wide =
        new RecommendationOptions(
            100, false, true, Optional.empty(), Optional.empty(), 1000, 20, 40);
    RecommendationRequest request =
        request(wide, new ItemRules(Optional.of(allowed), Set.of(denied)), Scope.ALL);

    Set<String> expected = new TreeSet<>(items.subList(3, 8));
    for (List<Row> list : writeAndRead(shop, recommender, request).values()) {
      assertThat(new TreeSet<>(items(list))).isEqualTo(expected);
    }
    List<Recommendation> named = recommender.forUsers(List.of("nobody"), request);
    assertThat(named.stream().map(Recommendation::item).collect(Collectors.toSet()))
        .isEqualTo(expected);
    assertThat(named)
        .filteredOn(one -> one.item().equals(items.get(3)))
        .singleElement()
        .satisfies(one -> assertThat(one.title()).contains("Last day"));
    assertThat(named)
        .filteredOn(one -> one.item().equals(items.get(7)))
        .allSatisfy(one -> assertThat(one.title()).isEmpty());

    assertThatThrownBy(
            () ->
                recommender.write(
                    request(
                        wide,
                        new ItemRules(Optional.of(Set.of(items.get(1))), Set.of()),
                        Scope.ALL)))
        .isInstanceOf(NothingRecommendableException.class)
        .hasMessageContaining("none is allowed, not denied, and available now")
        .satisfies(RecommenderIT::isUsage);
    for (List<Row> list : table(shop, "shop").values()) {
      assertThat(new TreeSet<>(items(list))).isEqualTo(expected);
    }
  }

  private static Map<String, List<Row>> writeAndRead(
      Shop shop, Recommender recommender, RecommendationRequest request) {
    recommender.write(request);
    return table(shop, "shop");
  }

  private static void isUsage(Throwable thrown) {
    assertThat(((PerennialException) thrown).exitCode()).isEqualTo(ExitCode.USAGE);
  }

  @Test
  void theSameAgainIsANoOpThatSaysSoAndAnotherPipelinesRowsStay() {
    Shop shop = shop("shop");
    Map<String, List<Row>> others = table(shop, "other");
    assertThat(others).isNotEmpty();
    recommender(shop).describe(request(OPTIONS));
    assertThat(table(shop, "shop")).isEmpty();
    recommender(shop).write(request(OPTIONS));
    Map<String, Long> files = shop.files();

    RecommendationReport again = recommender(shop).write(request(OPTIONS));

    assertThat(again.kind()).isEqualTo(Kind.NOTHING_TO_DO);
    assertThat(again.sentence()).contains("Nothing to do", "version 1");
    RecommendationReport touched =
        recommender(shop).write(request(OPTIONS, ItemRules.NONE, Scope.TOUCHED));
    assertThat(touched.kind()).isEqualTo(Kind.NOTHING_TO_DO);
    assertThat(shop.files()).isEqualTo(files);

    RecommendationReport more =
        recommender(shop)
            .write(
                request(
                    new RecommendationOptions(
                        TOP + 1, false, true, Optional.empty(), Optional.empty(), 1000, 50, 1000)));
    assertThat(more.kind()).isEqualTo(Kind.WRITTEN);
    assertThat(table(shop, "shop").values()).allMatch(rows -> rows.size() == TOP + 1);
    assertThat(table(shop, "other")).isEqualTo(others);
  }

  @Test
  void aCatalogueTooLargeToBeHeldIsCutToWhatWasTakenMostOfLate() {
    int most = 12;
    Shop shop = shop("shop");
    ModelVersion version = shop.registry().alias("shop", DeltaModelRegistry.CHAMPION).orElseThrow();
    ItemStatistics statistics = shop.registry().itemStatistics(version);
    long now = version.slice().to().eventTime().toEpochMilli();
    int[] popular =
        IntStream.range(0, statistics.capacity())
            .boxed()
            .sorted(
                Comparator.<Integer>comparingDouble(item -> -statistics.recentAt(item, now))
                    .thenComparing(Comparator.reverseOrder()))
            .limit(most)
            .mapToInt(Integer::intValue)
            .toArray();
    Set<String> held = new TreeSet<>(shop.registry().naturalIds("shop", "item", popular).values());
    Map<String, List<String>> expected = new TreeMap<>();
    writeAndRead(shop, recommender(shop), request(all(1000)))
        .forEach(
            (user, rows) ->
                expected.put(
                    user, items(rows).stream().filter(held::contains).limit(TOP).toList()));
    assertThat(expected.values()).allMatch(list -> list.size() == TOP);

    for (String solver : List.of("auto", "blocks")) {
      Shop narrow = base.copy(folder.resolve(solver));
      PipelineDefinition pipeline = Shop.pipelineWith("shop", "  solver: " + solver + "\n", "");
      RecommendationReport report =
          recommender(narrow, pipeline, WriteListener.NONE, Optional.empty())
              .write(request(top(TOP, most)));
      assertThat(report.sentence())
          .contains("of " + most + " items", "were left out: recommendation.maximalItems is 12");
      Map<String, List<String>> found = new TreeMap<>();
      table(narrow, "shop").forEach((user, rows) -> found.put(user, items(rows)));
      assertThat(found).as(solver).isEqualTo(expected);
    }
  }

  private static RecommendationOptions all(int maximalItems) {
    return top(1000, maximalItems);
  }

  private static RecommendationOptions top(int top, int maximalItems) {
    return new RecommendationOptions(
        top, false, true, Optional.empty(), Optional.empty(), maximalItems, 60, 1000);
  }

  @Test
  void aRunThatDiedBetweenBucketsLeavesWhatStoodAndIsTakenUp() {
    Shop undisturbed = shop("undisturbed");
    recommender(undisturbed).write(request(inPieces(true, 40, 80)));
    Map<String, List<Row>> expected = table(undisturbed, "shop");
    Shop shop = shop("shop");
    recommender(shop).write(request(OPTIONS));
    Map<String, List<Row>> before = table(shop, "shop");
    int[] parts = {0};
    WriteListener death =
        (table, pipeline, version) -> {
          if (table.equals("recommendation_parts") && ++parts[0] == 1) {
            throw new IllegalStateException("the machine is gone");
          }
        };

    assertThatThrownBy(
            () ->
                recommender(shop, PIPELINE, death, Optional.empty())
                    .write(request(inPieces(true, 40, 80))))
        .hasMessageContaining("the machine is gone");
    assertThat(table(shop, "shop")).isEqualTo(before);

    List<String> writes = new ArrayList<>();
    RecommendationReport report =
        recommender(
                shop, PIPELINE, (table, pipeline, version) -> writes.add(table), Optional.empty())
            .write(request(inPieces(true, 40, 80)));

    assertThat(report.taken()).isBetween(2, report.buckets() - 1);
    assertThat(report.sentence()).contains("taken over from a run that died");
    assertThat(table(shop, "shop")).isEqualTo(expected);
    assertThat(shop.table("recommendation_parts").count()).isZero();
    assertThat(writes)
        .endsWith("recommendations", "recommendation_batches", "recommendation_parts");
    assertThat(writes.stream().filter("recommendations"::equals)).hasSize(1);
  }

  @Test
  void aRunThatDiedAfterPublishingPublishesTheSameAgain() {
    Shop shop = shop("shop");
    WriteListener death =
        (table, pipeline, version) -> {
          if (table.equals("recommendations")) {
            throw new IllegalStateException("the machine is gone");
          }
        };
    assertThatThrownBy(
            () ->
                recommender(shop, PIPELINE, death, Optional.empty())
                    .write(request(inPieces(false, 40, 80))))
        .hasMessageContaining("the machine is gone");
    Map<String, List<Row>> published = table(shop, "shop");
    assertThat(published).isNotEmpty();

    RecommendationReport report = recommender(shop).write(request(inPieces(false, 40, 80)));

    assertThat(report.kind()).isEqualTo(Kind.WRITTEN);
    assertThat(report.taken()).isPositive();
    assertThat(table(shop, "shop")).isEqualTo(published);
    assertThat(shop.table("recommendation_parts").count()).isZero();
    assertThat(recommender(shop).write(request(inPieces(false, 40, 80))).kind())
        .isEqualTo(Kind.NOTHING_TO_DO);
  }

  @Test
  void touchedUsersAloneAreRenewedUntilEverybodyIsAskedFor() {
    Shop shop = shop("shop");
    recommender(shop).write(request(OPTIONS));
    Map<String, List<Row>> before = table(shop, "shop");
    Map<String, List<Float>> first = vectors(shop, 1);
    List<String> known = List.copyOf(first.keySet());
    Map<Integer, String> items = names(shop, "item");
    List<Row> events = new ArrayList<>();
    for (int n = 0; n < 12; n++) {
      Instant time = NOW.plusSeconds(60L * n);
      events.add(Shop.event(known.get(n), items.get(n), time));
      events.add(Shop.event("newcomer " + n, items.get(n + 5), time.plusSeconds(20)));
    }
    shop.deliver(events);
    shop.night(PIPELINE, DAYS);
    shop.registry().promote("shop", 2, NOW.plusSeconds(90_000));
    shop.deliver("later", items.get(2), Shop.begin(DAYS + 1).plusSeconds(30), 1);

    RecommendationReport report =
        recommender(shop).write(request(OPTIONS, ItemRules.NONE, Scope.TOUCHED));

    Map<String, List<Float>> second = vectors(shop, 2);
    Set<String> expected = new TreeSet<>(Set.of("later"));
    second.forEach(
        (user, vector) -> {
          if (!vector.equals(first.get(user))) {
            expected.add(user);
          }
        });
    Instant learnt = shop.registry().version("shop", 2).orElseThrow().slice().to().eventTime();
    for (Row event : events) {
      if (!event.getTimestamp(4).toInstant().isBefore(learnt)) {
        expected.add(event.getString(0));
      }
    }
    assertThat(expected).hasSizeBetween(20, 30);
    Map<String, List<Row>> after = table(shop, "shop");
    assertThat(report.scope()).isEqualTo(Scope.TOUCHED);
    assertThat(report.users()).isEqualTo(expected.size());
    assertThat(after.keySet()).containsAll(second.keySet()).contains("later");
    after.forEach(
        (user, rows) -> {
          assertThat(rows).as(user).hasSize(TOP);
          if (expected.contains(user)) {
            assertThat(rows).as(user).allMatch(row -> row.getLong(5) == 2);
          } else {
            assertThat(rows).as(user).isEqualTo(before.get(user));
          }
        });
    assertThat(sources(after.get("later"))).containsExactly("fold_in");
    assertThat(recommender(shop).write(request(OPTIONS, ItemRules.NONE, Scope.TOUCHED)).kind())
        .isEqualTo(Kind.NOTHING_TO_DO);

    String unwanted = after.get(known.get(0)).get(0).getString(2);
    ItemRules rules = new ItemRules(Optional.empty(), Set.of(unwanted));
    RecommendationReport denied = recommender(shop).write(request(OPTIONS, rules, Scope.TOUCHED));
    assertThat(denied.scope()).isEqualTo(Scope.ALL);
    assertThat(denied.sentence()).contains("Everybody is renewed", "allowed or denied");
    Map<String, List<Row>> all = table(shop, "shop");
    assertThat(all.keySet()).isEqualTo(after.keySet());
    assertThat(all.values())
        .allMatch(rows -> rows.stream().allMatch(row -> row.getLong(5) == 2))
        .noneMatch(rows -> items(rows).contains(unwanted));
  }

  @Test
  void withoutAVersionTheSentenceSaysWhatToDo() {
    Shop shop = shop("shop");
    Recommender fresh =
        recommender(shop, Shop.pipeline("fresh"), WriteListener.NONE, Optional.empty());
    assertThatThrownBy(() -> fresh.write(request(OPTIONS)))
        .isInstanceOf(NoChampionException.class)
        .hasMessageContaining("fresh has no champion yet. Run 'perennial retrain' first.")
        .satisfies(RecommenderIT::isUsage);
    RecommendationRequest tenth =
        new RecommendationRequest(Optional.of(10L), OPTIONS, ItemRules.NONE, Scope.ALL, NOW);
    assertThatThrownBy(() -> recommender(shop).forUsers(List.of("a"), tenth))
        .isInstanceOf(UnknownVersionException.class)
        .hasMessageContaining("no version of this number; it has 1.")
        .satisfies(RecommenderIT::isUsage);
    assertThat(table(shop, "shop")).isEmpty();
  }
}
