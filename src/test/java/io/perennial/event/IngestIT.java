package io.perennial.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.perennial.Progress;
import io.perennial.TestSession;
import io.perennial.Warehouse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From files to rows. */
final class IngestIT {
  private static final Instant AT = Instant.parse("2024-05-01T00:00:00Z");

  private final SparkSession spark = TestSession.get();

  @TempDir Path folder;

  @Test
  void everyRecordIsAnEventOrRefusedWithAllItsReasons() throws IOException {
    Path input =
        file(
            "in/a.csv",
            "\uFEFFuser_id,item_id,value,event_time,note\n"
                + "007,\"a,\"\"b\"\"\",2.5,2024-01-31T23:30:00Z,\"two\nlines\"\n"
                + " Zoë ,0,1,2024-02-01 08:00:00+01:00,\n"
                + ",x,abc,2024-02-30T00:00:00Z,\n"
                + "test,x,nothing,never,\n"
                + "\n"
                + "short,row\n"
                + "u,i,NaN,2024-02-01T00:00:00Z,\n"
                + "u,\"open,1,2024-02-01T00:00:00Z,\n"
                + "u,last,1,1e3,\n");
    IngestReport report =
        ingest(options(1.0, "iso", "epoch_seconds")).run(input.toString(), "r", AT, write());

    assertThat(report.rawLines()).isEqualTo(9);
    assertThat(report.events()).isEqualTo(3);
    assertThat(report.excluded())
        .containsOnly(Map.entry("test users", 1L), Map.entry("empty line", 1L));
    assertThat(report.malformedRows()).isEqualTo(4);
    assertThat(
            table("events")
                .orderBy("event_time")
                .selectExpr("user_id", "item_id", "event_type", "value", "event_date")
                .toJSON()
                .collectAsList())
        .containsExactly(
            "{\"user_id\":\"u\",\"item_id\":\"last\",\"event_type\":\"\",\"value\":1.0,"
                + "\"event_date\":\"1970-01-01\"}",
            "{\"user_id\":\"007\",\"item_id\":\"a,\\\"b\\\"\",\"event_type\":\"\",\"value\":2.5,"
                + "\"event_date\":\"2024-02-01\"}",
            "{\"user_id\":\" Zoë \",\"item_id\":\"0\",\"event_type\":\"\",\"value\":1.0,"
                + "\"event_date\":\"2024-02-01\"}");
    List<Row> refused =
        table("quarantine")
            .orderBy("line")
            .select("line", "kind", "reasons", "raw")
            .collectAsList();
    assertThat(refused).extracting(row -> row.getLong(0)).containsExactly(5L, 6L, 7L, 8L, 9L, 10L);
    assertThat(refused.get(0).getList(2).toString())
        .isEqualTo(
            "[user_id is missing, value is no finite number, event_time fits none of iso,"
                + " epoch_seconds]");
    assertThat(refused.get(1).getString(1)).isEqualTo("excluded");
    assertThat(refused.get(1).getList(2).get(0)).isEqualTo("test users");
    assertThat(refused.get(1).getString(3)).isEqualTo("test,x,nothing,never,");
    assertThat(refused.get(3).getList(2).toString()).isEqualTo("[2 fields where the header has 5]");
    assertThat(refused.get(5).getList(2).toString()).isEqualTo("[a quote opens and never closes]");
    assertThat(
            spark
                .sql("DESCRIBE DETAIL delta.`" + folder.resolve("warehouse/events") + "`")
                .select("properties")
                .head()
                .getJavaMap(0)
                .get("delta.enableChangeDataFeed"))
        .isEqualTo("true");
    assertThat(table("events").schema().apply("user_id").getComment().get())
        .isEqualTo("natural id of the user, any string");
  }

  @Test
  void tooManyMalformedRowsStopEverythingAndLeaveNothing() throws IOException {
    file("in/good.csv", "user_id,item_id,event_time\nu,i,2024-01-01T00:00:00Z\n");
    file("in/bad.csv", "user_id,item_id,event_time\nu,i,yesterday\n");
    Ingest ingest = ingest(options(0.4, "iso"));
    assertThatThrownBy(() -> ingest.run(folder.resolve("in").toString(), "r", AT, write()))
        .isInstanceOf(DataContractException.class)
        .hasMessageContaining("1 of 2 lines are malformed")
        .hasMessageContaining("bad.csv with 1 of 1, such as line 2: event_time fits none of iso")
        .hasMessageContaining("Nothing was written");
    assertThat(folder.resolve("warehouse")).doesNotExist();
  }

  @Test
  void aTimeWithoutZoneNeedsTheSourcesZone() throws IOException {
    Path input = file("a.csv", "user_id,item_id,event_time\nu,i,2024-01-01T00:00:00\n");
    assertThatThrownBy(() -> ingest(options(1, "iso")).run(input.toString(), "r", AT, write()))
        .isInstanceOf(DataContractException.class)
        .hasMessageContaining("ingest.sourceTimeZone");
  }

  @Test
  void theSameContentIsIngestedOnceWhateverItsName() throws IOException {
    String text = "user_id,item_id,event_time\nu,i,2024-01-01T00:00:00Z\n";
    Path first = file("in/a.csv", text);
    file("in/b.csv", text);
    Ingest ingest = ingest(options(0, "iso"));
    assertThat(ingest.run(folder.resolve("in").toString(), "r1", AT, Ingest.Mode.DRY_RUN).events())
        .isEqualTo(1);
    assertThat(folder.resolve("warehouse")).doesNotExist();
    IngestReport report = ingest.run(folder.resolve("in").toString(), "r1", AT, write());
    assertThat(report.filesRead()).hasSize(1);
    assertThat(report.filesSkipped()).hasSize(1);
    Files.move(first, folder.resolve("in/c.csv"));
    file("in/d.csv", "event_time,user_id,item_id\n2024-01-02T00:00:00Z,v,j\n");
    IngestReport second = ingest.run(folder.resolve("in").toString(), "r2", AT, write());
    assertThat(second.filesRead()).hasSize(1);
    assertThat(second.filesSkipped()).hasSize(2);
    assertThat(table("events").count()).isEqualTo(2);
  }

  @Test
  void jsonLinesAndParquetBecomeTheSameEventsAsCsv() throws IOException {
    file(
        "in/a.jsonl.gz",
        "{\"user_id\":7,\"item_id\":\"x\",\"value\":1.50,\"event_time\":\"2024-01-01T00:00:00Z\"}\n"
            + "{\"user_id\":\"007\",\"item_id\":null,\"value\":1,\"event_time\":\"2024-01-01T00:00:00Z\"}\n"
            + "[no object\n");
    spark
        .sql(
            "SELECT '8' AS user_id, 'y' AS item_id, 2 AS value, timestamp'2024-01-02 00:00:00Z' AS"
                + " event_time UNION ALL SELECT '9', '', 2, timestamp'2024-01-02 00:00:00Z'")
        .coalesce(1)
        .write()
        .parquet(folder.resolve("in/p").toString());
    IngestOptions flat = options(1, "iso");
    IngestOptions options =
        new IngestOptions(
            flat.format(),
            flat.csv(),
            flat.columns(),
            flat.constants(),
            flat.timestampFormats(),
            flat.sourceTimeZone(),
            flat.exclude(),
            1,
            IngestOptions.Traversal.RECURSIVE,
            flat.maximalRowsPerFile());
    IngestReport report = ingest(options).run(folder.resolve("in").toString(), "r", AT, write());
    assertThat(report.rawLines()).isEqualTo(5);
    assertThat(
            table("events")
                .orderBy("user_id")
                .selectExpr("user_id", "item_id", "value", "event_time")
                .toJSON()
                .collectAsList())
        .containsExactly(
            "{\"user_id\":\"7\",\"item_id\":\"x\",\"value\":1.5,"
                + "\"event_time\":\"2024-01-01T00:00:00.000Z\"}",
            "{\"user_id\":\"8\",\"item_id\":\"y\",\"value\":2.0,"
                + "\"event_time\":\"2024-01-02T00:00:00.000Z\"}");
    assertThat(report.malformed())
        .containsOnly(Map.entry("item_id is missing", 2L), Map.entry("no JSON object", 1L));
    assertThat(table("quarantine").filter("raw like '%\"9\"%'").select("line").head().getLong(0))
        .isEqualTo(2);
  }

  @Test
  void mistakesAreToldInSentences() throws IOException {
    Ingest ingest = ingest(options(0, "iso"));
    assertThatThrownBy(() -> ingest.run(folder.resolve("nowhere").toString(), "r", AT, write()))
        .isInstanceOf(UnreadableSourceException.class)
        .hasMessageContaining("there is no such file or folder");
    Path wrong = file("wrong.csv", "userid,item_id,event_time\n");
    assertThatThrownBy(() -> ingest.run(wrong.toString(), "r", AT, write()))
        .isInstanceOf(UnreadableSourceException.class)
        .hasMessageContaining("no column 'user_id'. Nearest: userid");
    Path strange = file("strange.xyz", "");
    assertThatThrownBy(() -> ingest.run(strange.toString(), "r", AT, write()))
        .isInstanceOf(UnreadableSourceException.class)
        .hasMessageContaining("ingest.format");
    Path broken = folder.resolve("broken.csv.gz");
    Files.writeString(broken, "this is not packed");
    assertThatThrownBy(() -> ingest.run(broken.toString(), "r", AT, write()))
        .isInstanceOf(UnreadableSourceException.class)
        .hasMessageContaining("Nothing was written");
    assertThat(folder.resolve("warehouse")).doesNotExist();
  }

  private static Ingest.Mode write() {
    return Ingest.Mode.WRITE;
  }

  private Ingest ingest(IngestOptions options) {
    return new Ingest(
        spark,
        new Warehouse(folder.resolve("warehouse").toString()),
        options,
        ZoneId.of("Europe/Berlin"),
        Progress.SILENT);
  }

  private static IngestOptions options(double limit, String... formats) {
    return new IngestOptions(
        IngestOptions.Format.AUTO,
        CsvOptions.DEFAULT,
        Map.of(),
        Map.of(),
        List.of(formats),
        Optional.empty(),
        List.of(
            new ExclusionRule(
                "test users", List.of(new SourceCondition.OneOf("user_id", List.of("test"))))),
        limit,
        IngestOptions.Traversal.TOP_LEVEL,
        IngestOptions.DEFAULT_ROWS_PER_FILE);
  }

  private Dataset<Row> table(String name) {
    return spark.read().format("delta").load(folder.resolve("warehouse").resolve(name).toString());
  }

  private Path file(String name, String text) throws IOException {
    Path path = folder.resolve(name);
    Files.createDirectories(path.getParent());
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    try (var stream =
        name.endsWith(".gz")
            ? new GZIPOutputStream(Files.newOutputStream(path))
            : Files.newOutputStream(path)) {
      stream.write(bytes);
    }
    return path;
  }
}
