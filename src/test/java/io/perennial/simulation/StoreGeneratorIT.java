package io.perennial.simulation;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.unix_millis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.perennial.ExitCode;
import io.perennial.Progress;
import io.perennial.TestSession;
import io.perennial.event.EventColumns;
import io.perennial.simulation.StoreGenerator.GeneratedStore;
import io.perennial.simulation.StoreGenerator.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreGeneratorIT {
  private static final StoreDefinition TINY =
      StoreDefinition.small()
          .with(
              Map.of(
                  "users", "120",
                  "days", "10",
                  "firstDay", "2025-10-20",
                  "eventsPerDay", "600",
                  "badRowShare", "0.05",
                  "lateShare", "0.1",
                  "format", "CSV"));

  private static final StructType RAW =
      new StructType()
          .add("user", DataTypes.StringType)
          .add("item", DataTypes.StringType)
          .add("event_type", DataTypes.StringType)
          .add("value", DataTypes.DoubleType)
          .add("event_time", DataTypes.StringType);

  @TempDir Path folder;

  private final SparkSession spark = TestSession.get();

  @Test
  void filesAreTheSameByteForByteWithOneTwoOrEightTasks() throws IOException {
    Map<String, byte[]> first = null;
    for (int tasks : new int[] {1, 2, 8}) {
      Path store = folder.resolve("tasks-" + tasks);
      StoreDefinition zipped = TINY.with(Map.of("format", "CSV_GZ"));
      StoreGenerator.generate(spark, zipped, store.toString(), Progress.SILENT, tasks);
      Map<String, byte[]> files = files(store.resolve("events"));
      assertThat(files).hasSize(TINY.days()).containsKey("events-2025-10-26.csv.gz");
      if (first == null) {
        first = files;
      }
      assertThat(files.keySet()).isEqualTo(first.keySet());
      for (String name : first.keySet()) {
        assertThat(files.get(name)).as(name).isEqualTo(first.get(name));
      }
    }
  }

  @Test
  void eventsOfSomeDaysAreThoseOfTheWholeStoreOnTheseDays() {
    int days = TINY.days();
    List<Row> begin = sorted(StoreGenerator.events(spark, TINY, 0, days - 2));
    List<Row> end = sorted(StoreGenerator.events(spark, TINY, days - 2, 5));
    assertThat(begin).isNotEmpty();
    assertThat(end)
        .isNotEmpty()
        .allMatch(
            row -> {
              java.time.LocalDate day = row.<java.sql.Date>getAs(EventColumns.DATE).toLocalDate();
              return !day.isBefore(TINY.firstDay().plusDays(days - 2));
            });
    assertThat(begin.size() + end.size()).isEqualTo(StoreGenerator.events(spark, TINY).count());
    assertThat(sorted(StoreGenerator.events(spark, TINY))).containsAll(begin).containsAll(end);
  }

  @Test
  void datasetHoldsTheSameRowsWithOneTwoOrEightPartitions() {
    List<Row> one = sorted(StoreGenerator.events(spark, TINY, 1));
    assertThat(one).hasSizeBetween(5_500, 6_500);
    assertThat(sorted(StoreGenerator.events(spark, TINY, 2))).isEqualTo(one);
    assertThat(sorted(StoreGenerator.events(spark, TINY, 8))).isEqualTo(one);
    assertThat(sorted(StoreGenerator.events(spark, TINY.with(Map.of("seed", "2")))))
        .isNotEqualTo(one);
    assertThat(StoreGenerator.events(spark, TINY).schema()).isEqualTo(EventColumns.EVENTS);
  }

  @Test
  void goodRowsOfTheFilesAreTheDatasetAndBadAndLateOnesAreCountedInTheTruth() {
    List<String> expected = keys(StoreGenerator.events(spark, TINY));
    for (RawFormat format : RawFormat.values()) {
      StoreDefinition definition = TINY.with(Map.of("format", format.name()));
      Path store = folder.resolve(format.name());
      GeneratedStore generated =
          StoreGenerator.generate(spark, definition, store.toString(), Progress.SILENT);
      List<Row> raw = raw(generated.events(), format).collectAsList();
      List<String> good = new ArrayList<>();
      for (Row row : raw) {
        if (isGood(row)) {
          good.add(
              String.join(
                  "|",
                  row.getString(0),
                  row.getString(1),
                  row.getString(2),
                  Double.toString(row.getDouble(3)),
                  Long.toString(
                      OffsetDateTime.parse(row.getString(4)).toInstant().toEpochMilli())));
        }
      }
      good.sort(null);
      assertThat(good).as(format.name()).isEqualTo(expected);
      assertThat((long) raw.size()).as(format.name()).isEqualTo(generated.rows());
      assertThat(generated.bad()).isEqualTo(raw.size() - good.size());
      assertThat(generated.bad() / (double) generated.rows()).isCloseTo(0.05, within(0.01));
      assertThat(generated.late() / (double) good.size()).isCloseTo(0.1, within(0.03));
    }
  }

  @Test
  void lateRowsLieInTheFileOfALaterDay() {
    GeneratedStore generated =
        StoreGenerator.generate(spark, TINY, folder.resolve("s").toString(), Progress.SILENT);
    long late = 0;
    for (int day = 0; day < TINY.days(); day++) {
      LocalDate date = TINY.firstDay().plusDays(day);
      String file = generated.events() + "/events-" + date + ".csv";
      for (Row row : raw(file, RawFormat.CSV).collectAsList()) {
        if (isGood(row)) {
          LocalDate happened =
              OffsetDateTime.parse(row.getString(4)).atZoneSameInstant(TINY.zone()).toLocalDate();
          assertThat(row.getString(4)).startsWith(happened.toString());
          assertThat(happened).isBetween(date.minusDays(TINY.maxLateDays()), date);
          late += happened.isBefore(date) ? 1 : 0;
        }
      }
    }
    assertThat(late).isEqualTo(generated.late()).isPositive();
  }

  @Test
  void folderOfAnotherStoreOrOtherFilesIsRefusedAndLeftAsItWas() throws IOException {
    Path store = folder.resolve("store");
    StoreGenerator.generate(spark, TINY, store.toString(), Progress.SILENT);
    Map<String, byte[]> before = files(store.resolve("events"));
    GeneratedStore again = StoreGenerator.generate(spark, TINY, store.toString(), Progress.SILENT);
    assertThat(again.outcome()).isEqualTo(Outcome.ALREADY_THERE);
    assertThat(again.rows()).isPositive();
    StoreDefinition other = TINY.with(Map.of("seed", "99"));
    assertThatThrownBy(
            () -> StoreGenerator.generate(spark, other, store.toString(), Progress.SILENT))
        .isInstanceOfSatisfying(
            OutputFolderException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.USAGE))
        .hasMessageContaining("another definition")
        .hasMessageContaining(store.toString());
    assertThat(files(store.resolve("events"))).containsExactlyInAnyOrderEntriesOf(before);

    Path taken = Files.createDirectory(folder.resolve("taken"));
    Files.writeString(taken.resolve("letter.txt"), "mine");
    assertThatThrownBy(
            () -> StoreGenerator.generate(spark, TINY, taken.toString(), Progress.SILENT))
        .isInstanceOf(OutputFolderException.class)
        .hasMessageContaining("letter.txt");
    try (Stream<Path> left = Files.list(taken)) {
      assertThat(left).containsExactly(taken.resolve("letter.txt"));
    }
    String inFile = taken.resolve("letter.txt").resolve("store").toString();
    assertThatThrownBy(() -> StoreGenerator.generate(spark, TINY, inFile, Progress.SILENT))
        .isInstanceOf(OutputFolderException.class)
        .hasMessageContaining(inFile);
    assertThatThrownBy(() -> StoreGenerator.generate(spark, TINY, "a b:c", Progress.SILENT))
        .isInstanceOf(OutputFolderException.class)
        .hasMessageContaining("no path or URI");
  }

  @Test
  void interruptedStoreIsMadeWholeByTheSameCall() throws IOException {
    Path store = folder.resolve("store");
    StoreGenerator.generate(spark, TINY, store.toString(), Progress.SILENT);
    Map<String, byte[]> whole = files(store.resolve("events"));
    Files.move(store.resolve("store.properties"), store.resolve("store.begun"));
    Files.deleteIfExists(store.resolve(".store.properties.crc"));
    Files.delete(store.resolve("events/events-2025-10-23.csv"));
    Files.writeString(store.resolve("events/.events-2025-10-23.csv.17"), "half a fi");
    GeneratedStore resumed =
        StoreGenerator.generate(spark, TINY, store.toString(), Progress.SILENT);
    assertThat(resumed.outcome()).isEqualTo(Outcome.WRITTEN);
    assertThat(files(store.resolve("events"))).containsExactlyInAnyOrderEntriesOf(whole);
    assertThat(store.resolve("store.begun")).doesNotExist();
    assertThat(store.resolve("events/.events-2025-10-23.csv.17")).doesNotExist();
  }

  @Test
  void truthTablesTellTastesItemsAndLives() {
    StoreDefinition definition =
        StoreDefinition.small()
            .with(Map.of("days", "29", "driftPerDay", "0.02", "retirementsPerDay", "2"));
    Path store = folder.resolve("store");
    GeneratedStore generated =
        StoreGenerator.generate(spark, definition, store.toString(), Progress.SILENT);
    Map<String, String> groups = new HashMap<>();
    read(store, GroundTruth.USERS)
        .collectAsList()
        .forEach(row -> groups.put(row.getString(0), row.getString(1)));
    assertThat(groups).hasSize(600 + 28 * 4);
    Map<String, TreeMap<Integer, List<Float>>> tastes = new HashMap<>();
    for (Row row : read(store, GroundTruth.USER_TASTES).collectAsList()) {
      tastes
          .computeIfAbsent(row.getString(0), user -> new TreeMap<>())
          .put(row.getInt(1), row.getList(3));
    }
    assertThat(tastes).hasSameSizeAs(groups);
    tastes.forEach(
        (user, epochs) -> {
          int first = epochs.firstKey();
          int last = epochs.lastKey();
          double turned =
              groups.get(user).equals("drifting") ? Math.cos(0.02 * 7 * (last - first)) : 1;
          assertThat(dot(epochs.get(first), epochs.get(last))).isCloseTo(turned, within(1e-5));
        });
    Map<String, Row> items = new HashMap<>();
    read(store, GroundTruth.ITEMS).collectAsList().forEach(row -> items.put(row.getString(0), row));
    assertThat(items.values().stream().filter(row -> !row.isNullAt(4))).hasSize(56);
    assertThat(items.values().stream().mapToDouble(row -> row.getDouble(2)).sum())
        .isCloseTo(1, within(1e-9));
    for (Row event : StoreGenerator.events(spark, definition).collectAsList()) {
      Row item = items.get(event.getString(1));
      assertThat(event.getDate(5)).isAfterOrEqualTo(item.getDate(3));
      assertThat(item.isNullAt(4) || event.getDate(5).before(item.getDate(4))).isTrue();
    }
    Row sums = GroundTruth.deliveries(spark, StoreFolder.at(spark, store.toString()));
    assertThat(sums.getLong(0) + sums.getLong(1)).isEqualTo(generated.rows());
  }

  @Test
  void progressIsToldFromTheDriverAndReachesItsTotal() {
    List<String> told = new ArrayList<>();
    long[] steps = new long[1];
    Set<Thread> threads = new HashSet<>();
    Progress progress =
        new Progress() {
          @Override
          public void begin(String phase, long total) {
            told.add(phase + " " + total);
          }

          @Override
          public void advance(long advanced) {
            steps[0] += advanced;
            threads.add(Thread.currentThread());
          }

          @Override
          public void end() {
            told.add("end");
          }
        };
    StoreGenerator.generate(spark, TINY, folder.resolve("s").toString(), progress);
    assertThat(told).containsExactly("generating events 10", "end", "writing the truth 0", "end");
    assertThat(steps[0]).isEqualTo(10);
    assertThat(threads).containsExactly(Thread.currentThread());
  }

  @Test
  void poisonedDayIsWrongAsToldAndCanBeHealed() throws IOException {
    Path store = folder.resolve("store");
    String events =
        StoreGenerator.generate(spark, TINY, store.toString(), Progress.SILENT).events();
    LocalDate day = LocalDate.of(2025, 10, 24);
    Map<String, byte[]> before = files(store.resolve("events"));
    String file = events + "/events-" + day + ".csv";
    List<Row> clean = goodRows(file);
    for (PoisonedDay.Kind kind : PoisonedDay.Kind.values()) {
      PoisonedDay poison = new PoisonedDay(day, kind);
      assertThat(poison.rewrite(spark, store.toString())).isEqualTo(file);
      byte[] once = Files.readAllBytes(Path.of(file));
      poison.rewrite(spark, store.toString());
      assertThat(Files.readAllBytes(Path.of(file))).isEqualTo(once);
      List<Row> rows = goodRows(file);
      switch (kind) {
        case NONE -> assertThat(rows).isEqualTo(clean);
        case SHUFFLED_ITEMS -> {
          assertThat(rows).hasSameSizeAs(clean);
          int same = 0;
          for (int r = 0; r < rows.size(); r++) {
            assertThat(rows.get(r).getString(0)).isEqualTo(clean.get(r).getString(0));
            same += rows.get(r).getString(1).equals(clean.get(r).getString(1)) ? 1 : 0;
          }
          assertThat(same).isLessThan(rows.size() / 20);
        }
        case ONE_USER -> {
          assertThat(rows).hasSameSizeAs(clean);
          assertThat(topShare(rows, 0)).isBetween(0.75, 0.88);
        }
        case ONE_ITEM_PUSHED -> {
          assertThat(rows).hasSameSizeAs(clean);
          assertThat(topShare(rows, 1)).isBetween(0.54, 0.66);
        }
        default -> assertThat(rows.size() / (double) clean.size()).isCloseTo(0.5, within(0.08));
      }
    }
    new PoisonedDay(day, PoisonedDay.Kind.NONE).rewrite(spark, store.toString());
    assertThat(files(store.resolve("events"))).containsExactlyInAnyOrderEntriesOf(before);
    assertThatThrownBy(
            () ->
                new PoisonedDay(LocalDate.of(2024, 1, 1), PoisonedDay.Kind.ONE_USER)
                    .rewrite(spark, store.toString()))
        .isInstanceOf(InvalidStoreException.class)
        .hasMessageContaining("2025-10-20 to 2025-10-29");
    assertThatThrownBy(() -> new PoisonedDay(day, PoisonedDay.Kind.ONE_USER).rewrite(spark, events))
        .isInstanceOf(OutputFolderException.class)
        .hasMessageContaining("Run 'generate' first");
  }

  private List<Row> goodRows(String file) {
    return raw(file, RawFormat.CSV).collectAsList().stream()
        .filter(StoreGeneratorIT::isGood)
        .toList();
  }

  private static double topShare(List<Row> rows, int column) {
    Map<String, Integer> counts = new HashMap<>();
    rows.forEach(row -> counts.merge(row.getString(column), 1, Integer::sum));
    return counts.values().stream().mapToInt(count -> count).max().orElseThrow()
        / (double) rows.size();
  }

  private Dataset<Row> raw(String path, RawFormat format) {
    return switch (format) {
      case CSV, CSV_GZ -> spark.read().schema(RAW).option("header", "true").csv(path);
      case JSON, JSON_GZ -> spark.read().schema(RAW).json(path);
      case PARQUET -> spark.read().schema(RAW).parquet(path);
    };
  }

  private static boolean isGood(Row row) {
    for (int column = 0; column < 5; column++) {
      if (row.isNullAt(column)) {
        return false;
      }
    }
    try {
      OffsetDateTime.parse(row.getString(4));
    } catch (DateTimeParseException e) {
      return false;
    }
    return row.getDouble(3) > 0;
  }

  private Dataset<Row> read(Path store, String table) {
    return spark.read().parquet(store.resolve("truth").resolve(table).toString());
  }

  private static List<String> keys(Dataset<Row> events) {
    List<String> keys = new ArrayList<>();
    events
        .select(
            col(EventColumns.USER),
            col(EventColumns.ITEM),
            col(EventColumns.TYPE),
            col(EventColumns.VALUE),
            unix_millis(col(EventColumns.TIME)))
        .collectAsList()
        .forEach(
            row ->
                keys.add(
                    String.join(
                        "|",
                        row.getString(0),
                        row.getString(1),
                        row.getString(2),
                        Double.toString(row.getDouble(3)),
                        Long.toString(row.getLong(4)))));
    keys.sort(null);
    return keys;
  }

  private static List<Row> sorted(Dataset<Row> events) {
    List<Row> rows = new ArrayList<>(events.collectAsList());
    rows.sort(java.util.Comparator.comparing(Row::toString));
    return rows;
  }

  private static double dot(List<Float> left, List<Float> right) {
    double sum = 0;
    for (int k = 0; k < left.size(); k++) {
      sum += left.get(k) * right.get(k);
    }
    return sum;
  }

  private static Map<String, byte[]> files(Path folder) throws IOException {
    Map<String, byte[]> files = new TreeMap<>();
    try (Stream<Path> paths = Files.list(folder)) {
      for (Path path : paths.toList()) {
        if (!path.getFileName().toString().startsWith(".")) {
          files.put(path.getFileName().toString(), Files.readAllBytes(path));
        }
      }
    }
    return files;
  }
}
