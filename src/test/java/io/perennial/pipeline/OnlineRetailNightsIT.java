package io.perennial.pipeline;

import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.perennial.Progress;
import io.perennial.TestSession;
import io.perennial.config.PipelineDefinition;
import io.perennial.config.PipelineReader;
import io.perennial.evaluation.Measurement;
import io.perennial.event.Ingest;
import io.perennial.event.IngestReport;
import io.perennial.registry.WarehouseViews;
import io.perennial.simulation.PoisonedDay.Kind;
import io.perennial.slice.Interval;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Nights of a real shop with the pipeline file that is delivered for it: January 2011 and the first
 * days of February.
 */
@Tag("system")
final class OnlineRetailNightsIT {
  private static final Path DATA =
      Path.of(System.getProperty("perennial.shared", "../shared"), "data", "online-retail");
  private static final LocalDate BEGIN = LocalDate.of(2011, 1, 4);
  private static final LocalDate FIRST_NIGHT = LocalDate.of(2011, 2, 1);
  private static final LocalDate NIGHT = LocalDate.of(2011, 2, 4);
  private static final Set<String> NO_PRODUCTS =
      Set.of(
          "POST",
          "DOT",
          "C2",
          "M",
          "m",
          "D",
          "S",
          "B",
          "BANK CHARGES",
          "AMAZONFEE",
          "CRUK",
          "PADS");
  private static final int CODE = 1;
  private static final int QUANTITY = 3;
  private static final int PRICE = 5;
  private static final int CUSTOMER = 6;

  /** Events of a day, and lines that declared rules exclude. */
  private record Count(long lines, long events) {}

  @TempDir static Path prepared;
  private static final Map<LocalDate, Count> COUNTS = new TreeMap<>();
  private static final Map<LocalDate, RunOutcome> NIGHTS = new TreeMap<>();
  private static PipelineDefinition pipeline;
  private static Shop base;
  private static IngestReport month;
  private static RunOutcome first;

  @TempDir Path folder;

  @BeforeAll
  static void prepare() throws IOException {
    assumeTrue(
        Files.isDirectory(DATA),
        "Skipped: "
            + DATA
            + " is absent; name the folder that holds data/ with -Dperennial.shared=DIR");
    pipeline = PipelineReader.read(Path.of("pipelines", "online-retail.yaml"));
    base = Shop.in(prepared.resolve("base"));
    Path files = Files.createDirectories(prepared.resolve("month"));
    for (Path file : before(FIRST_NIGHT)) {
      Files.copy(file, files.resolve(file.getFileName()));
    }
    month = ingest(base, files.toString());
    first = night(base, BEGIN, FIRST_NIGHT);
    for (Path file : before(NIGHT)) {
      LocalDate day = day(file);
      if (!day.isBefore(FIRST_NIGHT)) {
        ingest(base, file.toString());
        NIGHTS.put(day, night(base, day, day.plusDays(1)));
      }
    }
  }

  /** Files of the days before one, in order; their lines are counted on the way. */
  private static List<Path> before(LocalDate end) throws IOException {
    List<Path> files = new ArrayList<>();
    try (var all = Files.newDirectoryStream(DATA, "20*.csv.gz")) {
      for (Path file : all) {
        if (!day(file).isBefore(BEGIN) && day(file).isBefore(end)) {
          files.add(file);
          COUNTS.put(day(file), count(lines(file)));
        }
      }
    }
    Collections.sort(files);
    return files;
  }

  private static LocalDate day(Path file) {
    return LocalDate.parse(file.getFileName().toString().substring(0, 10));
  }

  private static Count count(List<String[]> lines) {
    long events =
        lines.stream()
            .filter(line -> !line[CUSTOMER].isBlank())
            .filter(line -> Double.parseDouble(line[QUANTITY]) > 0)
            .filter(line -> Double.parseDouble(line[PRICE]) > 0)
            .filter(line -> !NO_PRODUCTS.contains(line[CODE]) && !line[CODE].startsWith("gift_"))
            .count();
    return new Count(lines.size(), events);
  }

  /** The fields of each line but the header. */
  private static List<String[]> lines(Path file) throws IOException {
    List<String[]> lines = new ArrayList<>();
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.UTF_8))) {
      reader.readLine();
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        String[] fields = line.split(",(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)", -1);
        assertThat(fields).as(line).hasSize(8);
        lines.add(fields);
      }
    }
    return lines;
  }

  private static long sum(
      java.util.function.ToLongFunction<Count> of, LocalDate from, LocalDate to) {
    return COUNTS.entrySet().stream()
        .filter(e -> !e.getKey().isBefore(from) && e.getKey().isBefore(to))
        .mapToLong(e -> of.applyAsLong(e.getValue()))
        .sum();
  }

  @Test
  void everyLineIsAnEventOrRefusedAndEveryEventIsLearntOnceByTheNightOfItsDay() {
    assertThat(month.rawLines()).isEqualTo(sum(Count::lines, BEGIN, FIRST_NIGHT));
    assertThat(month.events()).isEqualTo(sum(Count::events, BEGIN, FIRST_NIGHT));
    assertThat(month.malformedRows()).isZero();
    assertThat(base.table("quarantine").count())
        .isEqualTo(sum(Count::lines, BEGIN, NIGHT) - sum(Count::events, BEGIN, NIGHT));

    assertThat(first.kind()).as(first.sentence()).isEqualTo(RunOutcome.Kind.PROMOTED);
    assertThat(first.rows()).containsEntry("slice", sum(Count::events, BEGIN, FIRST_NIGHT));
    assertThat(NIGHTS).hasSize(3);
    NIGHTS.forEach(
        (day, night) -> {
          Map<String, Long> rows = night.rows();
          assertThat(rows.get("slice")).as(day.toString()).isEqualTo(COUNTS.get(day).events());
          assertThat(rows.get("fit") + rows.get("validation") + rows.get("refused"))
              .isEqualTo(rows.get("slice"));
        });
    for (Row run : base.table("runs").select("row_counts", "state").collectAsList()) {
      Map<String, Long> rows = run.getJavaMap(0);
      assertThat(run.getString(1)).isEqualTo("closed");
      assertThat(rows.get("fit") + rows.get("validation") + rows.get("refused"))
          .isEqualTo(rows.get("slice"));
    }
  }

  @Test
  void nightsArePromotedAndServeTheNextDayBetterThanPopularity() {
    assertThat(NIGHTS.values())
        .allSatisfy(
            night ->
                assertThat(night.kind()).as(night.sentence()).isEqualTo(RunOutcome.Kind.PROMOTED));
    double champion = pooled("parent");
    double popularity = pooled("popularity");
    assertThat(champion).as("champion against popularity, next day").isGreaterThan(popularity);
  }

  /** NDCG at 20 on days that the champion had not seen, mean over all users of all nights. */
  private static double pooled(String subject) {
    double sum = 0;
    long users = 0;
    for (RunOutcome night : NIGHTS.values()) {
      Measurement m = Shop.ndcg(night, "prequential", subject).orElseThrow();
      sum += m.estimate().value() * m.estimate().users();
      users += m.estimate().users();
    }
    assertThat(users).isGreaterThan(100);
    return sum / users;
  }

  @Test
  void championAndItsFiguresAreQueriedWithSql() {
    var spark = TestSession.get();
    WarehouseViews.create(spark, base.warehouse());
    Row champion = spark.sql("SELECT * FROM champion").head();
    long version = champion.getAs("version");
    assertThat(version).isEqualTo(base.champion(pipeline)).isGreaterThan(3);
    assertThat(champion.<String>getAs("pipeline")).isEqualTo("online-retail");
    assertThat(
            spark
                .sql(
                    "SELECT value FROM latest_metrics WHERE window = 'validation' AND metric ="
                        + " 'ndcg' AND k = 20 AND subject = 'candidate' AND segment = 'all'")
                .collectAsList())
        .hasSize(1);
    assertThat(spark.sql("SELECT * FROM version_history").count()).isEqualTo(1 + NIGHTS.size());
    assertThat(spark.sql("SELECT * FROM open_runs").count()).isZero();
    long items = spark.sql("SELECT DISTINCT id FROM champion_item_factors").count();
    assertThat(items).isEqualTo(base.table("events").select(col("item_id")).distinct().count());
  }

  @ParameterizedTest
  @EnumSource
  void realNightIsPromotedAndRefusedWhenPoisoned(Kind kind) throws IOException {
    Shop shop = base.copy(folder.resolve("shop"));
    long champion = shop.champion(pipeline);
    Path csv = folder.resolve(NIGHT + ".csv");
    Files.write(csv, poisoned(lines(DATA.resolve(NIGHT + ".csv.gz")), kind));
    ingest(shop, csv.toString());
    RunOutcome night = night(shop, NIGHT, NIGHT.plusDays(1));
    StringBuilder figures = new StringBuilder(night.sentence());
    night.findings().forEach(f -> figures.append("\n  ").append(f));
    if (kind == Kind.NONE) {
      assertThat(night.kind()).as(figures.toString()).isEqualTo(RunOutcome.Kind.PROMOTED);
    } else {
      assertThat(night.kind()).as(figures.toString()).isEqualTo(RunOutcome.Kind.REJECTED);
      assertThat(Shop.failed(night))
          .as(figures.toString())
          .anyMatch(rule -> rule.startsWith("drift.") || rule.equals("maximal_forgetting"));
      assertThat(shop.champion(pipeline)).isEqualTo(champion);
    }
  }

  private static List<String> poisoned(List<String[]> lines, Kind kind) throws IOException {
    Random random = new Random(20110204);
    Map<String, String> mistaken = mistaken(random);
    String customer =
        lines.stream()
            .map(line -> line[CUSTOMER])
            .filter(c -> !c.isBlank())
            .findFirst()
            .orElseThrow();
    String item = lines.get(lines.size() / 2)[CODE];
    List<String> text = new ArrayList<>();
    text.add("InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country");
    for (String[] line : lines) {
      double chance = random.nextDouble();
      switch (kind) {
        case SHUFFLED_ITEMS -> line[CODE] = mistaken.getOrDefault(line[CODE], line[CODE]);
        case ONE_USER -> line[CUSTOMER] = chance < 0.8 ? customer : line[CUSTOMER];
        case ONE_ITEM_PUSHED -> line[CODE] = chance < 0.6 ? item : line[CODE];
        default -> {}
      }
      if (kind != Kind.HALF_MISSING || chance < 0.5) {
        text.add(String.join(",", line));
      }
    }
    return text;
  }

  /** Every product sold before, mistaken for another. */
  private static Map<String, String> mistaken(Random random) throws IOException {
    Set<String> codes = new TreeSet<>();
    for (Path file : before(NIGHT)) {
      codes.addAll(lines(file).stream().map(line -> line[CODE]).collect(Collectors.toSet()));
    }
    codes.removeAll(NO_PRODUCTS);
    List<String> from = new ArrayList<>(codes);
    List<String> to = new ArrayList<>(codes);
    Collections.shuffle(to, random);
    Map<String, String> mistaken = new HashMap<>();
    for (int n = 0; n < from.size(); n++) {
      mistaken.put(from.get(n), to.get(n));
    }
    return mistaken;
  }

  private static IngestReport ingest(Shop shop, String input) {
    return new Ingest(
            TestSession.get(),
            shop.warehouse(),
            pipeline.ingest().orElseThrow(),
            pipeline.zone(),
            Progress.SILENT)
        .run(input, "ingest-" + Path.of(input).getFileName(), Instant.EPOCH, Ingest.Mode.WRITE);
  }

  private static RunOutcome night(Shop shop, LocalDate from, LocalDate to) {
    return shop.nights(pipeline)
        .run(
            NightRequest.of(
                Optional.of(
                    new Interval(
                        from.atStartOfDay(pipeline.zone()).toInstant(),
                        to.atStartOfDay(pipeline.zone()).toInstant()))));
  }
}
