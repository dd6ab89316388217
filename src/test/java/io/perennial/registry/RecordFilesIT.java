package io.perennial.registry;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.unix_micros;
import static org.assertj.core.api.Assertions.assertThat;

import io.perennial.TestSession;
import io.perennial.Warehouse;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Records that are written and read without a query are those that Spark's queries know. */
class RecordFilesIT {
  private static final Instant LONG_AGO = Instant.parse("0001-02-03T04:05:06.789012Z");
  private static final Instant FAR_AHEAD = Instant.parse("9999-12-31T23:59:59.999999Z");
  private static final CommitNote NOTE = CommitNote.of("shop", "test");

  @TempDir Path folder;
  private final SparkSession spark = TestSession.get();

  private DeltaTables tables() {
    return new DeltaTables(spark, new Warehouse(folder.toString()), WriteListener.NONE);
  }

  private static Row run(String id, Instant opened, Map<String, Long> rows) {
    List<Object> cells = new ArrayList<>(List.of("shop", id, "retrain Ünïcode 'quoted' \n line"));
    cells.add(null);
    cells.add(null);
    cells.add(null);
    cells.add(7L);
    cells.addAll(List.of("table", -1L, LONG_AGO, Long.MAX_VALUE, FAR_AHEAD, Long.MIN_VALUE, "ab"));
    cells.addAll(List.of("open", "failed", opened, opened, Map.of("read", 0.25), rows, Map.of()));
    return RowFactory.create(cells.toArray());
  }

  private static Row backtest(LocalDate night, Float[] replicates) {
    return RowFactory.create(
        "shop",
        "id",
        night,
        "ours",
        "prequential",
        "all",
        "ndcg",
        null,
        Double.NaN,
        3L,
        0.5,
        4L,
        5L,
        replicates);
  }

  private List<Row> runs() {
    return List.of(
        run("a", LONG_AGO, Map.of()), run("b", FAR_AHEAD, Map.of("slice", 5L, "late", 0L)));
  }

  private List<Row> backtests() {
    return List.of(
        backtest(LocalDate.of(1, 1, 1), null),
        backtest(LocalDate.of(2011, 7, 19), new Float[0]),
        backtest(LocalDate.of(2011, 7, 19), new Float[] {1.5f, Float.NaN, -0f}));
  }

  private static List<String> texts(List<Row> rows) {
    return rows.stream().map(RecordFilesIT::text).sorted(Comparator.naturalOrder()).toList();
  }

  /** Cells by name, maps in one order. */
  private static String text(Row row) {
    Cells cells = new Cells(row);
    StringBuilder text = new StringBuilder();
    for (String name : row.schema().fieldNames()) {
      Object value = row.get(row.fieldIndex(name));
      boolean map = value instanceof scala.collection.Map<?, ?>;
      text.append(name)
          .append('=')
          .append(map ? new java.util.TreeMap<>(new HashMap<>(cells.map(name))) : value)
          .append(' ');
    }
    return text.toString();
  }

  /** As a query over the table gives them. */
  private List<Row> queried(Tables table) {
    Dataset<Row> rows = tables().read(table);
    for (StructField field : table.schema().fields()) {
      Column column = col(field.name());
      if (field.dataType().equals(DataTypes.TimestampType)) {
        rows = rows.withColumn(field.name(), unix_micros(column));
      } else if (field.dataType().equals(DataTypes.DateType)) {
        rows = rows.withColumn(field.name(), column.cast("string"));
      }
    }
    return rows.collectAsList();
  }

  @Test
  void whatIsWrittenAsRecordsIsReadByAQueryAndByRecords() {
    tables().append(Tables.RUNS, new Content.Records(runs()), NOTE);
    tables().append(Tables.BACKTESTS, new Content.Records(backtests()), NOTE);

    for (Tables table : List.of(Tables.RUNS, Tables.BACKTESTS)) {
      List<String> queried = texts(queried(table));
      assertThat(queried).hasSize(table == Tables.RUNS ? 2 : 3);
      assertThat(texts(tables().records(table, "shop"))).isEqualTo(queried);
    }
    assertThat(tables().records(Tables.RUNS, "shop"))
        .extracting(row -> new Cells(row).instant("opened_at"))
        .containsExactlyInAnyOrder(LONG_AGO, FAR_AHEAD);
    assertThat(tables().records(Tables.BACKTESTS, "shop"))
        .extracting(row -> new Cells(row).text("night"))
        .containsExactlyInAnyOrder("0001-01-01", "2011-07-19", "2011-07-19");
  }

  @Test
  void whatAQueryWroteIsReadAsRecords() {
    for (Tables table : List.of(Tables.RUNS, Tables.BACKTESTS)) {
      List<Row> rows = table == Tables.RUNS ? runs() : backtests();
      tables().append(table, new Content.Query(spark.createDataFrame(rows, table.schema())), NOTE);
      assertThat(texts(tables().records(table, "shop"))).isEqualTo(texts(queried(table)));
    }
  }

  @Test
  void aReplacedPartitionIsReadAnewAndOthersStay() {
    tables().append(Tables.RUNS, new Content.Records(runs()), NOTE);
    assertThat(tables().records(Tables.RUNS, "shop")).hasSize(2);
    Row again = run("b", LONG_AGO, Map.of("slice", 9L));
    Map<String, Object> partition = DeltaTables.partition("shop", "run_id", "b");
    tables().replace(Tables.RUNS, partition, new Content.Records(List.of(again)), NOTE);

    assertThat(tables().records(Tables.RUNS, partition))
        .extracting(row -> new Cells(row).<Long>map("row_counts"))
        .containsExactly(Map.of("slice", 9L));
    assertThat(texts(tables().records(Tables.RUNS, "shop"))).isEqualTo(texts(queried(Tables.RUNS)));
    tables().replace(Tables.RUNS, partition, Content.NOTHING, NOTE);
    assertThat(tables().partitions(Tables.RUNS, "shop", "run_id")).containsExactly("a");
    assertThat(tables().records(Tables.RUNS, "elsewhere")).isEmpty();
    assertThat(tables().records(Tables.SLICES, "shop")).isEmpty();
  }

  @Test
  void manyFilesAreReadSideBySideAndEachOnce() {
    List<Row> changes = new ArrayList<>();
    for (long n = 1; n <= 40; n++) {
      changes.add(RowFactory.create("shop", n, "champion", n, Instant.EPOCH.plusSeconds(n)));
    }
    tables().append(Tables.MODEL_ALIASES, new Content.Records(changes), NOTE);
    assertThat(tables().partitions(Tables.MODEL_ALIASES, "shop", "sequence")).hasSize(40);

    List<Row> first = tables().records(Tables.MODEL_ALIASES, "shop");
    assertThat(texts(first)).isEqualTo(texts(queried(Tables.MODEL_ALIASES)));
    List<Row> again = tables().records(Tables.MODEL_ALIASES, "shop");
    for (int n = 0; n < first.size(); n++) {
      assertThat(again.get(n)).isSameAs(first.get(n));
    }
  }
}
