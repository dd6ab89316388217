package io.perennial.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.perennial.TestSession;
import io.perennial.Warehouse;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import scala.Console;

class RegistryCareIT {
  @TempDir Path folder;
  private final SparkSession spark = TestSession.get();

  private DeltaModelRegistry registry(int keyframeEvery) {
    return new DeltaModelRegistry(
        spark, new Warehouse(folder.toString()), keyframeEvery, WriteListener.NONE);
  }

  private List<Long> versionsIn(String table) {
    return spark
        .sql("SELECT DISTINCT version FROM " + table + " WHERE pipeline = 'shop' ORDER BY version")
        .collectAsList()
        .stream()
        .map(row -> row.getLong(0))
        .toList();
  }

  @Test
  void pruningKeepsWhatLivingVersionsListAndSaysWhatIsGone() {
    DeltaModelRegistry registry = registry(2);
    Nights nights = new Nights(spark, registry, "shop");
    Nights other = new Nights(spark, registry, "other");
    Nights.Truth elsewhere = other.promoted(1, null, 0, 1);
    Nights.Truth one = nights.promoted(1, null, 0, 1, 2);
    Nights.Truth two = nights.rejected(2, one, 1);
    Nights.Truth three = nights.promoted(3, one, 2);
    Nights.Truth four = nights.promoted(4, three, 0);
    Nights.Truth five = nights.promoted(5, four, 1);
    assertThat(four.version().rowVersions()).containsExactly(4L);
    assertThat(five.version().rowVersions()).containsExactly(5L, 4L);

    assertThat(registry.prune("shop", 1, Nights.START)).containsExactly(1L, 2L, 3L);
    for (Nights.Truth living : List.of(four, five)) {
      ModelVersion version = registry.version("shop", living.version().version()).orElseThrow();
      assertThat(registry.open(version).users().all().values())
          .containsExactly(living.users().all().values());
      assertThat(registry.history(version).dataset().count()).isEqualTo(3);
    }
    ModelVersion gone = registry.version("shop", two.version().version()).orElseThrow();
    assertThatThrownBy(() -> registry.open(gone))
        .isInstanceOf(PrunedVersionException.class)
        .hasMessageContaining("version 2 of shop");
    assertThatThrownBy(() -> registry.promote("shop", 3, Nights.START))
        .isInstanceOf(PrunedVersionException.class);
    assertThat(registry.alias("shop", "champion").orElseThrow().version()).isEqualTo(5);
    assertThat(registry.prune("shop", 1, Nights.START)).isEmpty();
    assertThat(registry.open(elsewhere.version()).users().all().values())
        .containsExactly(elsewhere.users().all().values());

    WarehouseViews.create(spark, new Warehouse(folder.toString()));
    assertThat(spark.sql("SELECT version FROM champion WHERE pipeline = 'shop'").head().getLong(0))
        .isEqualTo(5);
    assertThat(versionsIn("companions")).containsExactly(4L, 5L);
    assertThat(versionsIn("exemplars")).containsExactly(4L, 5L);
    assertThat(versionsIn("training_losses"))
        .as("figures stay")
        .containsExactly(1L, 2L, 3L, 4L, 5L);
    for (String view : WarehouseViews.describe().keySet()) {
      assertThat(spark.sql("SELECT * FROM " + view).collectAsList()).isNotNull();
    }
    assertThat(
            spark
                .sql("SELECT pruned FROM version_history WHERE pipeline = 'shop' ORDER BY version")
                .collectAsList())
        .extracting(row -> row.getBoolean(0))
        .containsExactly(true, true, true, false, false);
  }

  private Dataset<Row> events(String... usersAndItems) {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < usersAndItems.length; i += 2) {
      rows.add(RowFactory.create(usersAndItems[i], usersAndItems[i + 1]));
    }
    return spark.createDataFrame(
        rows,
        new StructType().add("user_id", DataTypes.StringType).add("item_id", DataTypes.StringType));
  }

  @Test
  void idsAreDenseStableAndAnyString() {
    DeltaModelRegistry registry = registry(2);
    DeltaTables tables =
        new DeltaTables(spark, new Warehouse(folder.toString()), WriteListener.NONE);
    EntityIds distributed = new EntityIds(tables, 0);
    String[] odd = {
      "b", "x", "B", "' OR 1=1 --", " b", "\\", "b ", "é", "e\u0301", "😀", "\n", "\u0000", "a", "x"
    };
    registry.indexed("shop", "r1", events(odd)).count();
    List<Row> again = distributed.indexed("shop", "r2", events(odd)).collectAsList();
    assertThat(again).hasSize(7);
    List<String> users = List.of("b", "B", " b", "b ", "\\", "e\u0301", "é", "😀", "\n", "a");
    Map<String, Integer> indices = registry.indices("shop", "user", users);
    assertThat(indices.values()).doesNotHaveDuplicates();
    for (Row row : again) {
      assertThat(row.getInt(2)).isEqualTo(indices.get(row.getString(0)));
    }
    Map<String, Integer> items =
        registry.indices("shop", "item", List.of("x", "' OR 1=1 --", "\\", "é", "😀", "\u0000"));
    assertThat(items.values()).containsExactlyInAnyOrder(0, 1, 2, 3, 4, 5);
    assertThat(items.get("\u0000")).isZero();
    assertThat(items.get("😀")).isEqualTo(5);
    assertThat(registry.naturalIds("shop", "item", new int[] {1, 5, 99}))
        .containsOnly(Map.entry(1, "' OR 1=1 --"), Map.entry(5, "😀"));
    List<Row> more =
        distributed.indexed("shop", "r3", events("zz", "x", "aa", "new")).collectAsList();
    assertThat(more).extracting(row -> row.getInt(2)).containsExactlyInAnyOrder(7, 8);
    assertThat(registry.indices("shop", "user", List.of("aa", "zz")))
        .containsOnly(Map.entry("aa", 7), Map.entry("zz", 8));
    assertThat(registry.indices("other", "user", List.of("aa"))).isEmpty();
  }

  @Test
  void compactionMakesOneFileOfManyChangesNoRowAndFindsNothingTheSecondTime() throws Exception {
    Warehouse warehouse = new Warehouse(folder.toString());
    DeltaModelRegistry registry = registry(2);
    for (int night = 0; night < 4; night++) {
      registry.indexed("shop", "r" + night, events("u" + night, "i" + night)).count();
      registry.indexed("other", "r" + night, events("u" + night, "i" + night)).count();
    }
    Nights.Truth one = new Nights(spark, registry, "shop").promoted(1, null, 0, 1);
    String ids = warehouse.table("entity_ids");
    List<Row> rows = sorted(ids);
    List<Row> protocol = protocol(ids);
    long others = files(ids, "other");
    Compaction compaction = new Compaction(spark, warehouse);
    String usual = spark.conf().get("spark.databricks.delta.optimize.minFileSize");
    // What a process left behind that died ten days ago, and one that is at work.
    Path dead = Files.createFile(Path.of(ids, "pipeline=shop", "part-dead.snappy.parquet"));
    Files.setLastModifiedTime(dead, FileTime.from(Instant.now().minus(Duration.ofDays(10))));
    Path deadRows =
        Files.createFile(Path.of(warehouse.table("user_factors"), "part-dead.snappy.parquet"));
    Files.setLastModifiedTime(deadRows, FileTime.from(Instant.now().minus(Duration.ofDays(10))));
    Path young = Files.createFile(Path.of(ids, "pipeline=shop", "part-young.snappy.parquet"));

    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    List<Compaction.Compacted> done =
        Console.withOut(printed, () -> compaction.run("shop", Instant.now()));
    assertThat(printed.toString(StandardCharsets.UTF_8)).as("standard output").isEmpty();
    assertThat(done)
        .filteredOn(table -> table.table().equals("entity_ids"))
        .singleElement()
        .satisfies(
            table -> {
              assertThat(table.merged()).isGreaterThanOrEqualTo(4);
              assertThat(table.into()).isEqualTo(1);
              assertThat(table.deleted()).as("older than seven days").isEqualTo(1);
            });
    assertThat(dead).doesNotExist();
    assertThat(deadRows).as("files of rows are deleted, though never merged").doesNotExist();
    assertThat(young).exists();
    assertThat(sorted(ids)).isEqualTo(rows);
    assertThat(files(ids, "shop")).isEqualTo(1);
    assertThat(files(ids, "other")).isEqualTo(others).isGreaterThanOrEqualTo(4);
    assertThat(protocol(ids)).isEqualTo(protocol);
    Row commit = spark.sql("DESCRIBE HISTORY delta.`" + ids + "` LIMIT 1").head();
    assertThat(commit.<String>getAs("operation")).isEqualTo("OPTIMIZE");
    assertThat(commit.<String>getAs("userMetadata")).contains("shop", "compact");
    assertThat(done)
        .filteredOn(table -> List.of("user_factors", "exemplars").contains(table.table()))
        .hasSize(2)
        .allSatisfy(table -> assertThat(table.merged() + table.into()).as("sorted").isZero());
    assertThat(registry.open(one.version()).users().all().values())
        .containsExactly(one.users().all().values());

    assertThat(compaction.run("shop", Instant.now()))
        .allSatisfy(table -> assertThat(table.merged() + table.into() + table.deleted()).isZero());
    assertThat(registry.indices("shop", "user", List.of("u0", "u3"))).hasSize(2);
    assertThat(spark.conf().get("spark.databricks.delta.optimize.minFileSize")).isEqualTo(usual);
  }

  private List<Row> sorted(String table) {
    return spark.read().format("delta").load(table).sort("pipeline", "kind", "id").collectAsList();
  }

  /** Smallest reader and writer, and the table's properties. */
  private List<Row> protocol(String table) {
    return spark
        .sql("DESCRIBE DETAIL delta.`" + table + "`")
        .select("minReaderVersion", "minWriterVersion", "tableFeatures", "properties")
        .collectAsList();
  }

  private long files(String table, String pipeline) {
    return java.util.Arrays.stream(spark.read().format("delta").load(table).inputFiles())
        .filter(file -> file.contains("/pipeline=" + pipeline + "/"))
        .count();
  }

  @Test
  void oneOfTwoThatWantALeaseAtOnceGetsItAndADeadOwnerIsReplaced() throws Exception {
    Warehouse warehouse = new Warehouse(folder.toString());
    Instant now = Instant.parse("2026-01-01T00:00:00Z");
    Clock clock = Clock.fixed(now, ZoneOffset.UTC);
    new Leases(spark, warehouse, clock).acquire("shop", "warm").close();
    ExecutorService threads = Executors.newFixedThreadPool(3);
    List<Callable<Lease>> tries = new ArrayList<>();
    for (String owner : List.of("a", "b", "c")) {
      tries.add(() -> new Leases(spark, warehouse, clock).acquire("shop", owner));
    }
    List<Lease> held = new ArrayList<>();
    int refused = 0;
    for (Future<Lease> result : threads.invokeAll(tries)) {
      try {
        held.add(result.get());
      } catch (java.util.concurrent.ExecutionException e) {
        assertThat(e.getCause()).isInstanceOf(LeaseHeldException.class);
        refused++;
      }
    }
    threads.shutdown();
    assertThat(held).hasSize(1);
    assertThat(refused).isEqualTo(2);
    assertThat(new Leases(spark, warehouse, clock).acquire("other", "z")).isNotNull();
    held.get(0).close();

    LeaseHolder here = LeaseHolder.current();
    Process ended = new ProcessBuilder("true").start();
    ended.waitFor();
    new Leases(spark, warehouse, clock, new LeaseHolder(here.host(), ended.pid(), 1))
        .acquire("shop", "dead");
    Lease taken = new Leases(spark, warehouse, clock).acquire("shop", "next");
    taken.close();

    new Leases(spark, warehouse, clock, new LeaseHolder("elsewhere", 1, 0)).acquire("shop", "far");
    assertThatThrownBy(() -> new Leases(spark, warehouse, clock).acquire("shop", "me"))
        .isInstanceOf(LeaseHeldException.class)
        .hasMessageContaining("run far")
        .hasMessageContaining("elsewhere");
    Clock later = Clock.fixed(now.plus(Duration.ofSeconds(60)), ZoneOffset.UTC);
    new Leases(spark, warehouse, later).acquire("shop", "me").close();
  }
}
