package io.perennial.registry;

import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;

import io.perennial.TestSession;
import io.perennial.Warehouse;
import io.perennial.evaluation.EvaluationWindow;
import io.perennial.evaluation.UserCase;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows of one user go, in every version; rows of others and of items stay as they are. */
class ForgettingIT {
  @TempDir Path folder;
  private final SparkSession spark = TestSession.get();
  private Warehouse warehouse;
  private DeltaModelRegistry registry;
  private Nights.Truth two;

  /** Users u0 to u19 with the same index, in two versions of a pipeline and one of another. */
  @BeforeEach
  void twoVersions() {
    warehouse = new Warehouse(folder.toString());
    registry = new DeltaModelRegistry(spark, warehouse, 4, WriteListener.NONE);
    List<Row> events = new ArrayList<>();
    for (int user = 0; user < 20; user++) {
      events.add(RowFactory.create("u%02d".formatted(user), "i" + user % 10));
    }
    for (String pipeline : List.of("shop", "other")) {
      registry
          .indexed(
              pipeline,
              "ids",
              spark.createDataFrame(
                  events,
                  new StructType()
                      .add("user_id", DataTypes.StringType)
                      .add("item_id", DataTypes.StringType)))
          .count();
    }
    new Nights(spark, registry, "other").promoted(1, null, 1, 3);
    Nights nights = new Nights(spark, registry, "shop");
    Nights.Truth one = nights.promoted(1, null, 0, 1, 2, 3, 12);
    two = nights.promoted(2, one, 3, 4);
  }

  @Test
  void rowsOfAUserGoInEveryVersionAndAllOthersStayAsTheyAre() {
    Map<String, List<String>> before = content(3);
    Forgetting forgetting = new Forgetting(spark, warehouse);

    Forgetting.Kept looked = forgetting.look("shop", List.of("u03")).get(0);
    assertThat(looked.known()).isTrue();
    assertThat(looked.rows())
        .containsEntry("user_factors", 2L)
        .containsEntry("companions", 2L)
        .containsEntry("user_history", 2L)
        .containsEntry("exemplars", 2L)
        .containsEntry("frozen_windows", 2L)
        .containsEntry("recommendations", 0L);
    assertThat(content(3)).as("to look writes nothing").isEqualTo(before);

    List<Forgetting.Kept> forgotten =
        forgetting.forget("shop", List.of("u03", "nobody", "u03", "u19"));
    assertThat(forgotten).extracting(Forgetting.Kept::user).containsExactly("u03", "nobody", "u19");
    assertThat(forgotten.get(0)).isEqualTo(looked);
    assertThat(forgotten.get(1).known()).isFalse();
    assertThat(forgotten).extracting(Forgetting.Kept::total).containsExactly(10L, 0L, 0L);
    assertThat(content(-1)).isEqualTo(before);

    assertThat(forgetting.forget("shop", List.of("u03")).get(0).total()).isZero();
    assertThat(content(-1)).isEqualTo(before);
    assertThat(registry.open(two.version()).users().all().indices())
        .containsExactly(0, 1, 2, 4, 12);
    assertThat(registry.open(two.version()).remembered().orElseThrow().users())
        .containsExactlyInAnyOrder(1, Integer.MAX_VALUE);
    assertThat(registry.open(two.version()).items().all().indices())
        .as("an item of the same index stays")
        .containsExactly(0, 1, 2, 3, 4, 12);
    String commit =
        spark
            .sql("DESCRIBE HISTORY delta.`" + warehouse.table("exemplars") + "` LIMIT 1")
            .head()
            .getAs("userMetadata");
    assertThat(commit).contains("shop", "forget").doesNotContain("u03");
  }

  @Test
  void aWindowWithoutItsFirstUserKeepsWhatIsOfTheWholeWindow() {
    new Forgetting(spark, warehouse).forget("shop", List.of("u03"));
    List<EvaluationWindow> windows = registry.frozenWindows("shop", two.version(), 9);
    assertThat(windows).extracting(EvaluationWindow::name).containsExactly("frozen:2", "frozen:1");
    for (int n = 0; n < 2; n++) {
      assertThat(windows.get(n).cases()).extracting(UserCase::user).containsExactly(12 - n);
      assertThat(windows.get(n).oldItems()).isEqualTo(Nights.window(2 - n).oldItems());
      assertThat(windows.get(n).totalUsers()).isEqualTo(99);
    }
    new Forgetting(spark, warehouse).forget("shop", List.of("u12"));
    assertThat(registry.frozenWindows("shop", two.version(), 9))
        .extracting(EvaluationWindow::name)
        .containsExactly("frozen:1");
  }

  /** Every row of every table, without those of a user of the shop, old_items without its row. */
  private Map<String, List<String>> content(int user) {
    Map<String, List<String>> rows = new TreeMap<>();
    for (Tables table : Tables.values()) {
      var all = new DeltaTables(spark, warehouse, WriteListener.NONE).read(table).drop("old_items");
      String column =
          switch (table) {
            case EXEMPLARS -> "user_index";
            case FROZEN_WINDOWS -> "user";
            case USER_FACTORS, USER_HISTORY, COMPANIONS -> "index";
            default -> null;
          };
      var others =
          column == null
              ? all
              : all.where(col("pipeline").notEqual("shop").or(col(column).notEqual(user)));
      rows.put(table.tableName(), others.toJSON().collectAsList().stream().sorted().toList());
    }
    return rows;
  }
}
