package io.perennial.pipeline;

import static org.apache.spark.sql.functions.ascii;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.perennial.TestSession;
import io.perennial.event.EventColumns;
import io.perennial.event.UnreadableSourceException;
import io.perennial.model.feature.FeatureTable;
import io.perennial.model.feature.FeatureTables;
import io.perennial.model.feature.RawFeatures;
import io.perennial.model.feature.TagColumn;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tables of features as shops have them: wrong types, several rows, names that are no names. */
class FeatureReaderIT {
  private static final SparkSession SPARK = TestSession.get();
  private static final String QUOTED = "brand`; DROP TABLE x; --";
  private final FeatureReader reader = new FeatureReader(SPARK);
  @TempDir Path folder;

  @AfterEach
  void close() {
    reader.close();
  }

  /** Items and users named a, b, … have the indices 0, 1, … */
  private RawFeatures read(FeatureTable table) {
    return RawFeatures.together(
        RawFeatures.pieces(
                reader
                    .read(
                        new FeatureTables(Optional.of(table), Optional.empty()),
                        rows ->
                            rows.withColumn(
                                EventColumns.ITEM_INDEX, ascii(col(EventColumns.ITEM)).minus(97)),
                        SPARK.emptyDataFrame())
                    .items()
                    .get()
                    .rows())
            .collect());
  }

  private String saved(Dataset<Row> rows) {
    String path = folder.resolve("table").toString();
    rows.write().mode("overwrite").parquet(path);
    return path;
  }

  private static FeatureTable table(
      String table, List<String> categorical, List<String> numeric, TagColumn... tags) {
    return new FeatureTable(table, "id", categorical, numeric, List.of(tags));
  }

  private void assertRefused(FeatureTable table, String... sentences) {
    assertThatThrownBy(() -> read(table))
        .isInstanceOf(UnreadableSourceException.class)
        .satisfies(e -> assertThat(e.getMessage()).contains(sentences));
  }

  @Test
  void aCsvFileIsReadWithItsMissingAndImpossibleValues() throws Exception {
    Path file = folder.resolve("catalogue.csv");
    Files.writeString(
        file,
        "id,"
            + QUOTED
            + ",price,genres\n"
            + "a,Acme,1.5,x|y\n"
            + "b,Acme,cheap,y||x|y\n"
            + "c,,NaN,\n"
            + "d,acme, ,.*\n"
            + ",Nobody,3,x\n"
            + "a,Acme,1.5,x|y\n");
    RawFeatures raw =
        read(
            table(
                file.toString(),
                List.of(QUOTED),
                List.of("price"),
                new TagColumn("genres", Optional.of("|"))));
    assertThat(raw.indices()).as("of a there are two equal rows").containsExactly(0, 1, 2, 3);
    long acme = raw.categories()[0][0];
    assertThat(acme).isBetween(1L, RawFeatures.MOST_KEY);
    assertThat(raw.categories()[1][0]).isEqualTo(acme);
    assertThat(raw.categories()[2][0]).isEqualTo(RawFeatures.MISSING);
    assertThat(raw.categories()[3][0]).as("acme is not Acme").isNotIn(acme, RawFeatures.MISSING);
    assertThat(raw.numbers()[0][0]).isEqualTo(1.5);
    for (int n = 1; n < 4; n++) {
      assertThat(raw.numbers()[n][0]).isNaN();
    }
    assertThat(raw.tags()[0][0]).hasSize(2);
    assertThat(raw.tags()[1][0]).as("x and y").isEqualTo(raw.tags()[0][0]);
    assertThat(raw.tags()[2][0]).isEmpty();
    assertThat(raw.tags()[3][0]).hasSize(1);
  }

  @Test
  void listsOfTextsAreTagsAndATextWithoutSeparatorIsOne() {
    String path =
        saved(
            SPARK.sql(
                "SELECT 'a' AS id, array('x', null, ' x', 'y') AS list, 'x|y' AS text"
                    + " UNION ALL SELECT 'b', null, null"));
    RawFeatures raw =
        read(
            table(
                path,
                List.of(),
                List.of(),
                new TagColumn("list", Optional.empty()),
                new TagColumn("text", Optional.empty())));
    assertThat(raw.tags()[0][0]).hasSize(2);
    assertThat(raw.tags()[0][1]).hasSize(1);
    assertThat(raw.tags()[1][0]).isEmpty();
    assertThat(raw.tags()[1][1]).isEmpty();
    assertRefused(
        table(path, List.of(), List.of(), new TagColumn("list", Optional.of("|"))),
        "'list'",
        "leave its separator out");
  }

  @Test
  void aColumnOfAnotherTypeIsRefusedWithWhatItsPartNeeds() {
    String path =
        saved(
            SPARK.sql(
                "SELECT 'a' AS id, DATE'2024-01-01' AS day, array(1) AS list, 3 AS n, true AS b"));
    assertThat(read(table(path, List.of("day"), List.of("n", "b"))).numbers()[0])
        .containsExactly(3, 1);
    assertRefused(
        table(path, List.of(), List.of("day")), "features.items.numeric", "its type is date");
    assertRefused(
        table(path, List.of("list"), List.of()), "features.items.categorical", "array<int>");
    assertRefused(
        table(path, List.of(), List.of(), new TagColumn("n", Optional.empty())),
        "features.items.tags",
        "its type is int");
  }

  @Test
  void anIdOfDifferentRowsIsRefusedByName() {
    String path =
        saved(SPARK.sql("SELECT * FROM VALUES ('a', 1), ('b', 2), ('b', 3) AS t(id, price)"));
    assertRefused(table(path, List.of(), List.of("price")), "2 different rows of id 'b'");
  }

  @Test
  void aTableOrColumnThatIsNotThereIsSaid() {
    String path = saved(SPARK.range(1).select(col("id"), lit(1).as("price"), lit(2).as("size")));
    assertRefused(
        table(path, List.of("prize"), List.of()),
        "has no column 'prize' (section features.items); it has id, price, size");
    for (String name :
        List.of(folder + "/nowhere", "no_such_table", "a b; DROP TABLE x", "x`y", "nofs://x/y")) {
      assertRefused(
          table(name, List.of("brand"), List.of()),
          "Cannot read the feature table " + name + " (features.items.table)");
    }
  }
}
