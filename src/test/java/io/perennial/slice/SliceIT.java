package io.perennial.slice;

import static io.perennial.slice.EventRows.row;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.perennial.TestSession;
import io.perennial.Warehouse;
import io.perennial.event.DataContractException;
import io.perennial.event.EventColumns;
import io.perennial.event.EventSource;
import io.perennial.event.EventTable;
import io.perennial.event.SourceGapException;
import io.perennial.event.UnreadableSourceException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a night sees of a source table, whatever happened to the table. */
final class SliceIT {
  private final SparkSession spark = TestSession.get();

  @TempDir Path folder;
  private Warehouse warehouse;
  private EventRows events;

  @BeforeEach
  void emptyWarehouse() {
    warehouse = new Warehouse(folder.toString());
    events = new EventRows(spark, warehouse.table("events"));
  }

  @Test
  void lateRowsInOldPartitionsAreSeenExactlyOnce() {
    events.append(row("a", "2024-01-01T10:00:00Z"), row("b", "2024-01-02T10:00:00Z"));
    EventSlice first = select(Watermark.NOTHING, null);
    assertThat(read(first)).containsExactlyInAnyOrder("a", "b");

    events.append(row("late", "2024-01-01T11:00:00Z"), row("c", "2024-01-03T10:00:00Z"));
    EventSlice second = select(first.to(), null);
    assertThat(read(second)).containsExactlyInAnyOrder("late", "c");
    assertThat(second.isLate(Instant.parse("2024-01-01T11:00:00Z"))).isTrue();

    events.append(row("d", "2024-01-04T10:00:00Z"));
    EventSlice third = select(second.to(), null);
    assertThat(read(third)).containsExactly("d");
    assertThat(SliceSelector.select(open(), third.to(), Optional.empty())).isEmpty();
    assertThat(read(first)).containsExactlyInAnyOrder("a", "b");
    assertThat(read(second)).containsExactlyInAnyOrder("late", "c");
  }

  @Test
  void scheduledNightsOverOneBigIngestEachTakeTheirOwnDay() {
    events.append(
        row("before", "2023-12-31T23:00:00Z"),
        row("1", "2024-01-01T00:00:00Z"),
        row("1b", "2024-01-01T23:59:59.999999Z"),
        row("2", "2024-01-02T00:00:00Z"),
        row("3", "2024-01-03T12:00:00Z"));
    EventSlice one = select(Watermark.NOTHING, day("2024-01-01"));
    assertThat(read(one)).containsExactlyInAnyOrder("1", "1b");
    EventSlice two = select(one.to(), day("2024-01-02"));
    assertThat(read(two)).containsExactly("2");
    EventSlice three = select(two.to(), day("2024-01-03"));
    assertThat(read(three)).containsExactly("3");
    assertThat(SliceSelector.select(open(), three.to(), Optional.of(day("2024-01-02")))).isEmpty();
  }

  @Test
  void bytesAreThoseOfTheTableOrOfWhatCameSince() throws IOException {
    events.append(row("a", "2024-01-01T10:00:00Z"));
    EventSlice first = select(Watermark.NOTHING, null);
    long before = parquetBytes();
    assertThat(SliceReader.bytes(open(), first)).isEqualTo(before).isPositive();
    events.append(row("b", "2024-01-02T10:00:00Z"), row("c", "2024-01-02T11:00:00Z"));
    EventSlice second = select(first.to(), null);
    assertThat(SliceReader.bytes(open(), second)).isEqualTo(parquetBytes() - before).isPositive();
    EventSlice nothing = new EventSlice(second.tableId(), second.to(), second.to());
    assertThat(SliceReader.bytes(open(), nothing)).isZero();
  }

  private long parquetBytes() throws IOException {
    try (Stream<Path> files = Files.walk(Path.of(warehouse.table("events")))) {
      return files
          .filter(file -> file.toString().endsWith(".parquet"))
          .filter(file -> !file.toString().contains("_delta_log"))
          .mapToLong(file -> file.toFile().length())
          .sum();
    }
  }

  @Test
  void optimizeAddsNothing() {
    events.append(row("a", "2024-01-01T10:00:00Z"));
    events.append(row("b", "2024-01-01T11:00:00Z"));
    EventSlice first = select(Watermark.NOTHING, null);
    io.delta.tables.DeltaTable.forPath(spark, warehouse.table("events"))
        .optimize()
        .executeCompaction();
    EventSlice second = select(first.to(), null);
    assertThat(second.to().commit()).isGreaterThan(first.to().commit());
    assertThat(read(second)).isEmpty();
    assertThat(read(first)).containsExactlyInAnyOrder("a", "b");
  }

  @Test
  void rowInsertedAndDeletedWithinOneWindowIsNotLearnt() {
    events.append(row("a", "2024-01-02T10:00:00Z"));
    EventSlice first = select(Watermark.NOTHING, null);
    events.append(row("late", "2024-01-01T10:00:00Z"), row("gone", "2024-01-01T10:00:00Z"));
    events.append(row("gone later", "2024-01-03T10:00:00Z"), row("c", "2024-01-03T10:00:00Z"));
    events.delete("gone");
    events.delete("gone later");
    assertThat(read(select(first.to(), null))).containsExactlyInAnyOrder("late", "c");
  }

  @Test
  void removalsOfLearntRowsAreRefusedOrIgnoredAsDeclared() {
    events.append(row("a", "2024-01-01T10:00:00Z"), row("b", "2024-01-01T11:00:00Z"));
    EventSlice first = select(Watermark.NOTHING, null);
    events.append(row("c", "2024-01-02T10:00:00Z"));
    events.delete("a");
    EventSlice second = select(first.to(), null);
    assertThatThrownBy(() -> SliceReader.read(open(), second))
        .isInstanceOf(DataContractException.class)
        .hasMessageContaining("updated or deleted 1 events")
        .hasMessageContaining("retrain --full-rebuild")
        .hasMessageContaining("source.removals: ignore");
    EventTable ignoring =
        open(
            new EventSource(
                Optional.empty(),
                Map.of(),
                List.of(),
                ZoneOffset.UTC,
                EventSource.Removals.IGNORE));
    assertThat(EventRows.items(SliceReader.read(ignoring, second))).containsExactly("c");
    assertThat(SliceReader.removedRows(ignoring, second)).isEqualTo(1);
  }

  @Test
  void updateOfAColumnThatIsNotLearntChangesNothing() {
    events.append(row("a", "2024-01-01T10:00:00Z"));
    EventSlice first = select(Watermark.NOTHING, null);
    io.delta.tables.DeltaTable.forPath(spark, warehouse.table("events"))
        .update(Map.of("source", functions.lit("elsewhere")));
    assertThat(read(select(first.to(), day("2024-01-02")))).isEmpty();
  }

  @Test
  void ownTableWithoutChangeFeedIsReadByNameAndByPathWithItsOwnColumns() {
    String path = folder.resolve("sales").toString();
    spark.sql("DROP TABLE IF EXISTS shop_sales");
    spark
        .sql(
            "SELECT 7 AS `buyer-id`, 'x' AS sku, timestamp_ntz'2024-06-01 00:30:00' AS at, 'buy' AS"
                + " kind UNION ALL SELECT 8, 'y', timestamp_ntz'2024-06-01 10:00:00', 'view'")
        .write()
        .format("delta")
        .option("path", path)
        .saveAsTable("shop_sales");
    for (String name : List.of("shop_sales", path)) {
      EventSource source =
          new EventSource(
              Optional.of(name),
              Map.of(
                  EventColumns.USER, "buyer-id",
                  EventColumns.ITEM, "SKU",
                  EventColumns.TIME, "at",
                  EventColumns.TYPE, "kind"),
              List.of("buy"),
              ZoneId.of("Europe/Paris"),
              EventSource.Removals.REFUSE);
      EventTable table = open(source);
      EventSlice slice =
          SliceSelector.select(table, Watermark.NOTHING, Optional.empty()).orElseThrow();
      assertThat(slice.to().eventTime()).isEqualTo(Instant.parse("2024-05-31T22:30:00.000001Z"));
      assertThat(
              SliceReader.read(table, slice)
                  .selectExpr(
                      "user_id", "item_id", "event_type", "value", "event_time", "event_date")
                  .toJSON()
                  .collectAsList())
          .containsExactly(
              "{\"user_id\":\"7\",\"item_id\":\"x\",\"event_type\":\"buy\",\"value\":1.0,"
                  + "\"event_time\":\"2024-05-31T22:30:00.000Z\",\"event_date\":\"2024-06-01\"}");
    }
    spark.sql("DROP TABLE shop_sales");
  }

  @Test
  void deleteWithoutChangeFeedIsRefusedWithTheWayOut() {
    EventRows plain = new EventRows(spark, warehouse.table("events"), EventRows.Feed.OFF);
    plain.append(row("a", "2024-01-01T10:00:00Z"), row("b", "2024-01-01T10:00:00Z"));
    EventSlice first = select(Watermark.NOTHING, null);
    plain.append(row("late", "2024-01-01T09:00:00Z"), row("c", "2024-01-02T09:00:00Z"));
    EventSlice second = select(first.to(), null);
    assertThat(read(second)).containsExactlyInAnyOrder("late", "c");
    plain.delete("a");
    EventSlice third = select(first.to(), null);
    assertThatThrownBy(() -> SliceReader.read(open(), third))
        .isInstanceOf(DataContractException.class)
        .hasMessageContaining("commit 2 (DELETE)")
        .hasMessageContaining("delta.enableChangeDataFeed");
    assertThat(read(second)).containsExactlyInAnyOrder("late", "c");
  }

  @Test
  void restoreIsAGap() {
    events.append(row("a", "2024-01-01T10:00:00Z"));
    events.append(row("b", "2024-01-02T10:00:00Z"));
    EventSlice first = select(Watermark.NOTHING, null);
    io.delta.tables.DeltaTable.forPath(spark, warehouse.table("events")).restoreToVersion(0);
    events.append(row("c", "2024-01-03T10:00:00Z"));
    EventSlice second = select(first.to(), null);
    assertThatThrownBy(() -> SliceReader.read(open(), second))
        .isInstanceOf(SourceGapException.class)
        .hasMessageContaining("restored an earlier state")
        .hasMessageContaining("retrain --full-rebuild");
  }

  @Test
  void replacedTableIsAGap() throws Exception {
    events.append(row("a", "2024-01-01T10:00:00Z"));
    events.append(row("b", "2024-01-02T10:00:00Z"));
    EventSlice first = select(Watermark.NOTHING, null);
    events.drop();
    events.append(row("c", "2024-01-03T10:00:00Z"));
    assertThatThrownBy(() -> SliceReader.read(open(), first))
        .isInstanceOf(SourceGapException.class)
        .hasMessageContaining("was replaced");
    assertThatThrownBy(
            () -> SliceSelector.select(open(), first.tableId(), first.to(), Optional.empty()))
        .isInstanceOf(SourceGapException.class);
    assertThatThrownBy(() -> SliceSelector.select(open(), first.to(), Optional.empty()))
        .isInstanceOf(SourceGapException.class)
        .hasMessageContaining("the table's latest is 0");
  }

  @Test
  void cleanedLogIsAGap() throws Exception {
    for (int i = 1; i <= 9; i++) {
      events.append(row("i" + i, "2024-01-0" + i + "T10:00:00Z"));
    }
    Watermark consumed = new Watermark(1, Instant.parse("2024-01-02T10:00:00.000001Z"));
    events.append(row("x", "2024-01-10T10:00:00Z"));
    events.append(row("y", "2024-01-11T10:00:00Z"));
    Path log = folder.resolve("events/_delta_log");
    assertThat(log.resolve("00000000000000000010.checkpoint.parquet")).exists();
    for (int i = 0; i < 6; i++) {
      Files.delete(log.resolve(String.format("%020d.json", i)));
      Files.deleteIfExists(log.resolve(String.format(".%020d.json.crc", i)));
      Files.deleteIfExists(log.resolve(String.format("%020d.crc", i)));
    }
    org.apache.spark.sql.delta.DeltaLog.clearCache();
    EventSlice slice = select(consumed, null);
    assertThatThrownBy(() -> SliceReader.read(open(), slice))
        .isInstanceOf(SourceGapException.class)
        .hasMessageContaining("retrain --full-rebuild");
  }

  @Test
  void vacuumedFileIsAGap() throws Exception {
    events.append(row("a", "2024-01-01T10:00:00Z"));
    events.append(row("b", "2024-01-01T11:00:00Z"));
    EventSlice first = select(Watermark.NOTHING, null);
    io.delta.tables.DeltaTable.forPath(spark, warehouse.table("events"))
        .optimize()
        .executeCompaction();
    spark.conf().set("spark.databricks.delta.retentionDurationCheck.enabled", "false");
    io.delta.tables.DeltaTable.forPath(spark, warehouse.table("events")).vacuum(0);
    assertThatThrownBy(() -> SliceReader.read(open(), first))
        .isInstanceOf(SourceGapException.class)
        .hasMessageContaining("VACUUM");
  }

  @Test
  void whatIsNoEventTableIsToldWithTheNearestColumns() throws Exception {
    assertThatThrownBy(this::open)
        .isInstanceOf(UnreadableSourceException.class)
        .hasMessageContaining("there is no such table")
        .hasMessageContaining("ingest --input");
    Files.createDirectories(folder.resolve("plain"));
    assertThatThrownBy(() -> open(named(folder.resolve("plain").toString(), Map.of())))
        .isInstanceOf(UnreadableSourceException.class)
        .hasMessageContaining("not a Delta table");
    assertThatThrownBy(() -> open(named("no_such_schema.no_such_table", Map.of())))
        .isInstanceOf(UnreadableSourceException.class);
    String path = folder.resolve("other").toString();
    spark
        .sql("SELECT 'u' AS userid, 'i' AS item_id, '2024' AS event_time")
        .write()
        .format("delta")
        .save(path);
    assertThatThrownBy(() -> open(named(path, Map.of())))
        .isInstanceOf(UnreadableSourceException.class)
        .hasMessageContaining("no column 'user_id'. Nearest: userid");
    assertThatThrownBy(() -> open(named(path, Map.of(EventColumns.USER, "userid"))))
        .isInstanceOf(UnreadableSourceException.class)
        .hasMessageContaining("of type string, it must be a timestamp");
  }

  private static EventSource named(String table, Map<String, String> columns) {
    return new EventSource(
        Optional.of(table), columns, List.of(), ZoneOffset.UTC, EventSource.Removals.REFUSE);
  }

  private EventTable open() {
    return open(EventSource.ownTable(ZoneOffset.UTC));
  }

  private EventTable open(EventSource source) {
    return EventTable.open(spark, warehouse, source);
  }

  private EventSlice select(Watermark consumed, Interval interval) {
    return SliceSelector.select(open(), consumed, Optional.ofNullable(interval)).orElseThrow();
  }

  private List<String> read(EventSlice slice) {
    return EventRows.items(SliceReader.read(open(), slice));
  }

  private static Interval day(String date) {
    Instant from = Instant.parse(date + "T00:00:00Z");
    return new Interval(from, from.plusSeconds(86_400));
  }
}
