package io.perennial.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.perennial.TestSession;
import io.perennial.Warehouse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.delta.DeltaLog;
import org.apache.spark.sql.delta.actions.AddFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordDigestIT {
  private static final Instant OPENED = Instant.parse("2026-03-01T02:30:00.123456Z");
  private static final CommitNote NOTE = CommitNote.of("shop", "test");

  @TempDir Path folder;
  private final SparkSession spark = TestSession.get();

  private DeltaTables tables() {
    return new DeltaTables(spark, new Warehouse(folder.toString()), WriteListener.NONE);
  }

  private static Row run(String pipeline, int n) {
    List<Object> cells = new ArrayList<>(List.of(pipeline, "run-" + n, "retrain 'quoted' Ünïcode"));
    cells.add(null);
    cells.add(null);
    cells.add(null);
    cells.add((long) n);
    cells.addAll(List.of("table", -1L, OPENED, 3L, OPENED, 4L, "ab", "open", "failed"));
    cells.addAll(List.of(OPENED, OPENED.plusSeconds(n), Map.of("read", n / 4.0, "train", 2.0)));
    cells.addAll(List.of(Map.of("slice", (long) n), Map.of()));
    return RowFactory.create(cells.toArray());
  }

  private void append(String pipeline, int from, int to) {
    List<Row> rows = IntStream.range(from, to).mapToObj(n -> run(pipeline, n)).toList();
    tables().append(Tables.RUNS, new Content.Records(rows), NOTE);
  }

  private RecordDigest digest() {
    return new RecordDigest(spark, log(), Tables.RUNS);
  }

  private DeltaLog log() {
    return DeltaLog.forTable(spark, folder.resolve("runs").toString());
  }

  private List<AddFile> files() {
    return TableFiles.of(log(), log().update(false, scala.Option.empty(), scala.Option.empty()));
  }

  private List<Path> digests() throws IOException {
    try (Stream<Path> all = Files.walk(folder.resolve("runs/_digest"))) {
      return all.filter(file -> file.toString().endsWith(".parquet")).sorted().toList();
    }
  }

  private static List<String> texts(Stream<Row> rows) {
    return rows.map(row -> row.schema().json() + row).sorted().toList();
  }

  @Test
  void itHoldsTheRowsOfEachFileAsTheFilesDo() throws IOException {
    append("shop", 0, RecordDigest.WORTH);
    append("other", 0, 3);
    tables().digest("shop");
    assertThat(digests()).hasSize(1);

    Map<AddFile, List<Row>> found = digest().rows(files(), RecordsAsked.ALL);
    assertThat(found).hasSize(RecordDigest.WORTH);
    assertThat(texts(found.values().stream().flatMap(List::stream)))
        .isEqualTo(texts(tables().records(Tables.RUNS, "shop").stream()));
    found.forEach(
        (file, rows) -> assertThat(file.path()).contains("run_id=" + rows.get(0).getAs("run_id")));

    Map<AddFile, List<Row>> some =
        digest().rows(files(), RecordsAsked.without(Set.of("phases", "rows")));
    assertThat(some.values().iterator().next().get(0).schema().fieldNames())
        .doesNotContain("phases", "rows", "of_file")
        .contains("run_id", "outcome");
  }

  @Test
  void aNewOneIsWrittenOnceEnoughCameAndTheFormerIsGone() throws IOException {
    append("shop", 0, RecordDigest.WORTH);
    tables().digest("shop");
    List<Path> first = digests();
    append("shop", 1000, 1000 + RecordDigest.WORTH - 1);
    tables().digest("shop");
    assertThat(digests()).isEqualTo(first);
    append("shop", 2000, 2001);
    tables().digest("shop");

    assertThat(digests()).hasSize(1).doesNotContainAnyElementsOf(first);
    assertThat(digest().rows(files(), RecordsAsked.ALL)).hasSize(2 * RecordDigest.WORTH);
  }

  @Test
  void whatWasReplacedSinceIsNotTaken() {
    append("shop", 0, RecordDigest.WORTH);
    tables().digest("shop");
    tables()
        .replace(
            Tables.RUNS,
            DeltaTables.partition("shop", "run_id", "run-5"),
            new Content.Records(List.of(run("shop", 5))),
            NOTE);

    Map<AddFile, List<Row>> found = digest().rows(files(), RecordsAsked.ALL);
    assertThat(found).hasSize(RecordDigest.WORTH - 1);
    assertThat(found.values()).noneMatch(rows -> rows.get(0).getAs("run_id").equals("run-5"));
    assertThat(tables().records(Tables.RUNS, "shop")).hasSize(RecordDigest.WORTH);
  }

  @Test
  void oneThatCannotBeReadOrWrittenIsNoMatter() throws IOException {
    append("shop", 0, RecordDigest.WORTH);
    tables().digest("shop");
    Path broken = digests().get(0);
    Files.delete(broken.resolveSibling("." + broken.getFileName() + ".crc"));
    Files.writeString(broken, "no Parquet");
    assertThat(digest().rows(files(), RecordsAsked.ALL)).isEmpty();
    assertThat(tables().records(Tables.RUNS, "shop")).hasSize(RecordDigest.WORTH);

    // Of other columns, or somebody's own: it is not looked at.
    Files.move(broken, broken.resolveSibling("00000000-0000000064-" + "x".repeat(36) + ".parquet"));
    Files.writeString(broken.resolveSibling("notes.txt"), "what is this folder for?");
    assertThat(digest().rows(files(), RecordsAsked.ALL)).isEmpty();
    tables().digest("shop");
    assertThat(digest().rows(files(), RecordsAsked.ALL)).hasSize(RecordDigest.WORTH);
    assertThat(broken.resolveSibling("notes.txt")).exists();
  }

  @Test
  void whereNoneCanBeWrittenNothingElseIsHarmed() throws IOException {
    append("shop", 0, RecordDigest.WORTH);
    Files.writeString(folder.resolve("runs/_digest"), "a file where the folder would be");
    tables().digest("shop");
    assertThat(digest().rows(files(), RecordsAsked.ALL)).isEmpty();
    assertThat(tables().records(Tables.RUNS, "shop")).hasSize(RecordDigest.WORTH);
  }

  @Test
  void onlyWhatItHoldsIsAskedOfIt() {
    RecordsAsked few = RecordsAsked.without(Set.of("arrays", "attributes"));
    assertThat(RecordDigest.serves(Tables.RUNS, RecordsAsked.ALL)).isTrue();
    assertThat(RecordDigest.serves(Tables.MODEL_VERSIONS, RecordsAsked.ALL)).isFalse();
    assertThat(RecordDigest.serves(Tables.MODEL_VERSIONS, few)).isTrue();
    assertThat(RecordDigest.serves(Tables.MODEL_METRICS, RecordsAsked.ALL)).isFalse();
    assertThat(RecordDigest.serves(Tables.MODEL_METRICS, RecordDigest.OVER_ALL_USERS)).isTrue();
    assertThat(RecordDigest.serves(Tables.RUNS, RecordDigest.OVER_ALL_USERS)).isFalse();
    assertThat(RecordDigest.serves(Tables.FROZEN_WINDOWS, RecordsAsked.ALL)).isFalse();
  }

  @Test
  void onlyRowsThatAreAskedForAreRead() {
    append("shop", 0, 5);
    Map<String, Object> shop = Map.of("pipeline", "shop");
    assertThat(tables().records(Tables.RUNS, shop, RecordsAsked.only("state", "open"))).hasSize(5);
    assertThat(tables().records(Tables.RUNS, shop, RecordsAsked.only("state", "shut"))).isEmpty();
    assertThat(tables().records(Tables.RUNS, shop)).hasSize(5);
    assertThatThrownBy(
            () -> tables().records(Tables.RUNS, shop, RecordsAsked.only("weather", "fair")))
        .hasMessageContaining("no column weather");
  }
}
