package io.perennial.pipeline;

import static org.apache.spark.sql.functions.lit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.delta.tables.DeltaTable;
import io.perennial.TestSession;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What other tests compare warehouses by must see what a table holds. */
class StoredTableIT {
  private final SparkSession spark = TestSession.get();
  @TempDir Path folder;

  private void append(String rows) {
    spark
        .sql("SELECT * FROM VALUES " + rows + " AS rows(shop, n, text, weights, told)")
        .write()
        .format("delta")
        .mode("append")
        .partitionBy("shop")
        .save(folder.toString());
  }

  @Test
  void whatIsThereIsReadAndWhatIsGoneIsNot() {
    append("('a b/c', 1, 'one', array(0.5f, -2f), map('x', 1.5d, 'y', null))");
    append("('gone', 2, 'two', array(1f), map('z', 0d)), ('a b/c', 3, null, null, null)");
    DeltaTable.forPath(spark, folder.toString()).delete("shop = 'gone'");

    List<Map<String, Object>> rows = StoredTable.rows(folder.toFile());

    assertThat(rows).hasSize(2).allMatch(row -> row.get("shop").equals("a b/c"));
    assertThat(rows)
        .filteredOn(row -> row.get("n").equals(1))
        .singleElement()
        .satisfies(
            row -> {
              assertThat(row.keySet()).containsExactly("shop", "n", "text", "weights", "told");
              assertThat(row).containsEntry("text", "one");
              assertThat(row).containsEntry("weights", List.of(0.5, -2.0));
              Map<?, ?> told = (Map<?, ?>) row.get("told");
              assertThat(told.get("x")).isEqualTo(1.5);
              assertThat(told.get("y")).isNull();
              assertThat(told.size()).isEqualTo(2);
            });
    assertThat(rows)
        .filteredOn(row -> row.get("n").equals(3))
        .singleElement()
        .satisfies(
            row -> {
              assertThat(row.get("text")).isNull();
              assertThat(row.get("weights")).isNull();
              assertThat(row.get("told")).isNull();
            });
  }

  private void save(Dataset<Row> table, String warehouse) {
    table.write().format("delta").save(folder.resolve(warehouse).resolve("same").toString());
  }

  @Test
  void oneCellMakesADifference() {
    append("('shop', 1, 'one', array(0.5f), map('x', 1.5d))");
    Dataset<Row> table = spark.read().format("delta").load(folder.toString());
    save(table, "warehouse");
    save(table.withColumn("text", lit("ane")), "other");

    WarehouseContent content = WarehouseContent.of(folder.resolve("warehouse"));
    assertThat(content.rows("same")).isEqualTo(1);
    content.assertSameAs(WarehouseContent.of(folder.resolve("warehouse")), "itself");
    assertThatThrownBy(
            () -> content.assertSameAs(WarehouseContent.of(folder.resolve("other")), "another"))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("row 0 of same");
  }
}
