package io.perennial.pipeline;

import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;

import io.delta.tables.DeltaTable;
import io.perennial.TestSession;
import io.perennial.config.PipelineDefinition;
import io.perennial.config.PipelineReader;
import io.perennial.registry.Forgetting;
import io.perennial.registry.ModelVersion;
import io.perennial.registry.WarehouseViews;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What nights remember of users lies in tables, and goes where a user asks for it. */
@Tag("system")
class ForgottenUsersIT {
  private static final int MOST = 4;

  private static final String POINTS_FILE =
      """
      name: points
      model:
        family: embedding
        preset: retrieval
        recipe:
          dimension: 8
          negatives: 32
        training:
          epochs: 3
          nightlyEpochs: 2
      distillation:
        replay:
          from: exemplars
          most: 4
          owner: user
          selection: loss
      evaluation:
        replicates: 50
      gate:
        baseline: none
        drift: none
        maximalRegression: 1
        maximalForgetting: 1
      """;

  private static final PipelineDefinition POINTS = PipelineReader.read("points.yaml", POINTS_FILE);

  private static final PipelineDefinition FACTORS =
      PipelineReader.read(
          "shop.yaml",
          """
          name: shop
          seed: 11
          rankedBy: blend
          model:
            rank: 8
            maxIter: 4
          evaluation:
            replicates: 50
          gate:
            baseline: none
            drift: none
            maximalRegression: 1
            maximalForgetting: 1
          """);

  private static final int BASE = 4;

  @TempDir static Path folder;
  private static Shop shop;

  /** The events of the day after the second night alone. */
  private static Shop later;

  @BeforeAll
  static void twoNights() {
    shop = Shop.in(folder.resolve("shop"));
    shop.deliver(0, BASE + 1);
    later = Shop.in(folder.resolve("later"));
    later.deliver(BASE + 1, BASE + 2);
    for (PipelineDefinition pipeline : List.of(POINTS, FACTORS)) {
      assertPromoted(shop.night(pipeline, 0, BASE));
      assertPromoted(shop.night(pipeline, BASE));
    }
  }

  private static void assertPromoted(RunOutcome night) {
    assertThat(night.kind()).as(night.toString()).isEqualTo(RunOutcome.Kind.PROMOTED);
  }

  @Test
  void exemplarsAreBoundedRowsOfTheChampionWithNaturalIds() {
    for (long version : new long[] {1, 2}) {
      List<Row> owners =
          shop.table("exemplars")
              .where(col("version").equalTo(version))
              .groupBy("user_index")
              .count()
              .collectAsList();
      assertThat(owners).hasSizeGreaterThan(50);
      assertThat(owners.stream().mapToLong(row -> row.getLong(1)).max()).hasValue(MOST);
    }
    assertThat(shop.table("exemplars").where("pipeline = 'shop'").count())
        .as("a family without replay has none")
        .isZero();
    WarehouseViews.create(TestSession.get(), shop.warehouse());
    long remembered = shop.table("exemplars").where("version = 2").count();
    assertThat(TestSession.get().table("champion_exemplars").count()).isEqualTo(remembered);
    assertThat(
            TestSession.get()
                .sql(
                    "SELECT DISTINCT x.user_id, x.item_id, x.event_time FROM champion_exemplars x"
                        + " LEFT ANTI JOIN events e ON x.user_id = e.user_id"
                        + " AND x.item_id = e.item_id"
                        + " AND to_date(x.event_time) = to_date(e.event_time)")
                .count())
        .as("each is an event that happened")
        .isZero();
  }

  @Test
  void aNightReplaysWhatTheTableHoldsHereAndInAnotherProcess() throws IOException {
    Shop same = shop.copy(folder.resolve("same"));
    Shop emptied = shop.copy(folder.resolve("emptied"));
    DeltaTable.forPath(TestSession.get(), emptied.warehouse().table("exemplars")).delete();
    Shop again = shop.copy(folder.resolve("again"));
    for (Shop one : List.of(same, emptied)) {
      one.deliver(BASE + 1, BASE + 2);
      assertPromoted(one.night(POINTS, BASE + 1));
    }
    again.deliver(BASE + 1, BASE + 2);
    int ended =
        KilledNight.inOwnProcess(
            again.warehouse().root(),
            Files.writeString(folder.resolve("points.yaml"), POINTS_FILE),
            Shop.days(BASE + 1, BASE + 2).orElseThrow(),
            "none",
            folder.resolve("again.log"));
    assertThat(ended).as(Files.readString(folder.resolve("again.log"))).isZero();
    assertThat(items(again)).isEqualTo(items(same));
    assertThat(exemplars(again)).isEqualTo(exemplars(same));
    assertThat(items(emptied)).isNotEqualTo(items(same));
  }

  private static float[] items(Shop one) {
    return one.registry().open(champion(one, POINTS)).items().all().values();
  }

  private static List<String> exemplars(Shop one) {
    return one.table("exemplars").where("version = 3").toJSON().collectAsList().stream()
        .sorted()
        .toList();
  }

  private static ModelVersion champion(Shop one, PipelineDefinition pipeline) {
    return one.registry().alias(pipeline.name(), "champion").orElseThrow();
  }

  @Test
  void aUserWhoIsForgottenStaysForgottenUnlessHeComesBack() {
    for (PipelineDefinition pipeline : List.of(POINTS, FACTORS)) {
      Shop one = shop.copy(folder.resolve("forgetting-" + pipeline.name()));
      Set<String> tomorrow = users(later);
      Set<String> before = users(one);
      String gone = before.stream().filter(user -> !tomorrow.contains(user)).findFirst().get();
      String back = before.stream().filter(tomorrow::contains).findFirst().get();
      one.recommender(pipeline).write(Shop.everybody(3, Shop.begin(BASE + 1)));
      assertThat(recommended(one, pipeline)).contains(gone, back);

      List<Forgetting.Kept> forgotten =
          new Forgetting(TestSession.get(), one.warehouse())
              .forget(pipeline.name(), List.of(gone, back));
      for (Forgetting.Kept kept : forgotten) {
        assertThat(kept.rows().get("user_history")).as(kept.toString()).isPositive();
        assertThat(kept.rows().get("user_factors")).as(kept.toString()).isPositive();
        assertThat(kept.rows().get("recommendations")).as(kept.toString()).isEqualTo(3);
        boolean embeds = pipeline == POINTS;
        assertThat(kept.rows().get("exemplars") > 0).as(kept.toString()).isEqualTo(embeds);
        assertThat(kept.rows().get("companions") > 0).as(kept.toString()).isEqualTo(embeds);
      }
      assertThat(kept(one, pipeline, gone)).isZero();
      assertThat(kept(one, pipeline, back)).isZero();

      one.recommender(pipeline).write(Shop.everybody(4, Shop.begin(BASE + 1)));
      assertThat(recommended(one, pipeline))
          .as("the version does not know them any more")
          .isNotEmpty()
          .doesNotContain(gone, back);

      one.deliver(BASE + 1, BASE + 2);
      assertPromoted(one.night(pipeline, BASE + 1));
      assertThat(kept(one, pipeline, gone)).isZero();
      assertThat(kept(one, pipeline, back)).isPositive();
      long index = one.registry().indices(pipeline.name(), "user", List.of(back)).get(back);
      Column his = col("pipeline").equalTo(pipeline.name()).and(col("index").equalTo(index));
      Row history = one.table("user_history").where(his).head();
      assertThat(history.<Long>getAs("version")).isEqualTo(3);
      assertThat(history.<Integer>getList(history.fieldIndex("items")))
          .as("of tomorrow alone")
          .hasSize(itemsLater(back));
      one.recommender(pipeline).write(Shop.everybody(3, Shop.begin(BASE + 2)));
      assertThat(recommended(one, pipeline)).contains(back).doesNotContain(gone);
    }
  }

  private static long kept(Shop one, PipelineDefinition pipeline, String user) {
    return new Forgetting(TestSession.get(), one.warehouse())
        .look(pipeline.name(), List.of(user))
        .get(0)
        .total();
  }

  private static Set<String> users(Shop one) {
    return new TreeSet<>(
        one.table("events").select("user_id").distinct().collectAsList().stream()
            .map(row -> row.getString(0))
            .toList());
  }

  private static int itemsLater(String user) {
    return (int)
        later
            .table("events")
            .where(col("user_id").equalTo(user))
            .select("item_id")
            .distinct()
            .count();
  }

  private static Set<String> recommended(Shop one, PipelineDefinition pipeline) {
    return one
        .table("recommendations")
        .where(col("pipeline").equalTo(pipeline.name()))
        .select("user")
        .distinct()
        .collectAsList()
        .stream()
        .map(row -> row.getString(0))
        .collect(Collectors.toSet());
  }
}
