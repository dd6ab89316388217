package io.perennial.report;

import io.perennial.Warehouse;
import io.perennial.registry.Tables;
import java.sql.Date;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import scala.jdk.javaapi.CollectionConverters;

/**
 * Tables of a warehouse with invented nights: enough of each to draw every chart. Pipeline {@code
 * calm} has eight versions, of which 4 and 6 were rejected; the other one has eight versions too,
 * and every text of it tries to break out of a page.
 */
final class WarehouseFixture {
  /** Ends a script, opens an element, runs code: in one text. */
  static final String HOSTILE =
      "</script><img src=x onerror=\"window.pwned=1\"><script>window.pwned=2</script>"
          + "\u2028'\"&lt;${7*7}{a|b}";

  static final String CALM = "calm-shop";
  static final int VERSIONS = 8;
  private static final Instant START = Instant.parse("2026-02-01T00:00:00Z");
  private static final List<String> SEGMENTS =
      List.of(
          "all",
          "returning",
          "new",
          "old_items",
          "new_items",
          "repeat",
          "first_time",
          "second_night");

  private final Map<Tables, List<Row>> rows = new EnumMap<>(Tables.class);
  private final Random random = new Random(7);

  /** Writes both pipelines. */
  static void write(SparkSession spark, Warehouse warehouse) {
    WarehouseFixture fixture = new WarehouseFixture();
    fixture.pipeline(CALM, "");
    fixture.pipeline(HOSTILE, HOSTILE);
    fixture.rows.forEach(
        (table, rows) ->
            spark
                .createDataFrame(rows, table.schema())
                .coalesce(1)
                .write()
                .format("delta")
                .partitionBy(table.partitions().toArray(String[]::new))
                .save(warehouse.table(table.tableName())));
  }

  static boolean rejected(long version) {
    return version == 4 || version == 6;
  }

  private void pipeline(String name, String tail) {
    long champion = 0;
    long sequence = 0;
    for (long v = 1; v <= VERSIONS; v++) {
      Instant from = START.plus(v, ChronoUnit.DAYS);
      Instant to = from.plus(1, ChronoUnit.DAYS);
      boolean rejected = rejected(v);
      String run = "run-" + v + tail;
      add(
          Tables.MODEL_VERSIONS,
          name,
          v,
          champion == 0 ? null : champion,
          list(List.of(v)),
          rejected ? "rejected" : "promoted",
          "als" + tail,
          "3f0c7c3e-9a" + tail,
          champion == 0 ? -1L : 2 * v,
          time(from),
          2 * v + 2,
          time(to),
          run,
          4711L + v,
          "9f86d081884c7d659a2feaa0c55ad015" + tail,
          map(Map.of()),
          map(Map.of("rank" + tail, "32" + tail)),
          map(Map.of("digest.factors" + tail, "a3f5" + tail, "modelAbsorbed", "true")),
          time(to.plus(2, ChronoUnit.HOURS)));
      metrics(name, v, champion, rejected, tail);
      findings(name, v, rejected, tail);
      profile(name, v, from, rejected, tail);
      slice(name, v, from, to, run, tail);
      run(name, v, from, to, run, rejected ? "rejected" : "promoted", tail);
      if (!rejected) {
        add(Tables.MODEL_ALIASES, name, ++sequence, "champion", v, time(to));
        champion = v;
      }
    }
    add(
        Tables.RUNS,
        name,
        "run-empty" + tail,
        "retrain" + tail,
        null,
        null,
        null,
        champion,
        null,
        null,
        null,
        null,
        null,
        1L,
        "d",
        "closed",
        "nothing_new",
        time(START.plus(20, ChronoUnit.DAYS)),
        time(START.plus(20, ChronoUnit.DAYS)),
        map(Map.of()),
        map(Map.of()),
        map(Map.of()));
  }

  private void metrics(String name, long v, long champion, boolean rejected, String tail) {
    double quality = 0.19 + 0.008 * v + 0.004 * random.nextGaussian();
    List<String> subjects =
        champion == 0
            ? List.of("candidate", "popularity", "recent_popularity", "frequency")
            : List.of("candidate", "parent", "popularity", "recent_popularity", "frequency");
    for (String subject : subjects) {
      for (int s = 0; s < SEGMENTS.size(); s++) {
        double value = level(subject, quality, rejected) * (1.25 - 0.13 * s);
        long users = 900L / (1 + s * s);
        String segment = s == 6 && !tail.isEmpty() ? tail : SEGMENTS.get(s);
        metric(name, v, subject, "validation", segment, "ndcg", 20, value, users);
        metric(name, v, subject, "validation", segment, "recall", 20, value * 1.4, users);
        metric(name, v, subject, "validation", segment, "auc", null, 0.5 + value, users);
      }
      if (!tail.isEmpty()) {
        metric(name, v, subject, "validation", "all", tail, 20, 0.5, 9);
      }
    }
    if (champion == 0) {
      return;
    }
    for (String subject :
        List.of("champion", "previous", "popularity", "recent_popularity", "frequency" + tail)) {
      for (String segment : List.of("all", "returning", "new")) {
        double value = level(subject, quality, false) * (segment.equals("new") ? 0.4 : 0.97);
        metric(name, v, subject, "prequential", segment, "ndcg", 20, value, 2100);
      }
    }
    for (long j = 1; j < v; j++) {
      if (!rejected(j)) {
        double then = 0.19 + 0.008 * j;
        double now = then * (1 - 0.02 * (v - j)) * (rejected ? 0.7 : 1);
        metric(name, v, "candidate", "frozen:" + j, "all", "ndcg", 20, now, 480);
        metric(name, v, "parent", "frozen:" + j, "all", "ndcg", 20, then * 0.99, 480);
      }
    }
    evidence(name, v, "parent", quality, rejected ? 1.3 : 0.98);
    evidence(name, v, "popularity", quality, 0.45);
  }

  private static double level(String subject, double quality, boolean rejected) {
    return switch (subject) {
      case "candidate" -> rejected ? quality * 0.7 : quality;
      case "parent", "champion" -> quality * 0.98;
      case "previous" -> quality * 0.95;
      case "popularity" -> 0.11;
      case "recent_popularity" -> 0.125;
      default -> quality * 1.15;
    };
  }

  private void metric(
      String name,
      long v,
      String subject,
      String window,
      String segment,
      String metric,
      Integer k,
      double value,
      long users) {
    double half = 0.6 / Math.sqrt(users) * Math.abs(value);
    add(
        Tables.MODEL_METRICS,
        name,
        v,
        subject,
        window,
        segment,
        metric,
        k,
        value,
        value - half,
        value + half,
        users);
  }

  private void evidence(String name, long v, String older, double quality, double ratio) {
    List<Double> newer = new ArrayList<>();
    List<Double> olds = new ArrayList<>();
    List<Double> weights = new ArrayList<>();
    for (int r = 0; r < 100; r++) {
      newer.add(900 * quality * (1 + 0.02 * random.nextGaussian()));
      olds.add(900 * quality * ratio);
      weights.add(900.0);
    }
    add(
        Tables.EVIDENCE,
        name,
        v,
        "candidate",
        older,
        "validation",
        "all",
        "ndcg",
        20,
        900L,
        900 * quality,
        900 * quality * ratio,
        list(newer),
        list(olds),
        list(weights));
  }

  private void findings(String name, long v, boolean rejected, String tail) {
    add(
        Tables.GATE_FINDINGS,
        name,
        v,
        0,
        "maximal_regression",
        "at most 5 % below the parent",
        rejected ? "28.6 % below" : "2.0 % above",
        rejected ? "failed" : "passed",
        "The candidate is compared with version 3 on 900 users of the validation window." + tail);
    add(
        Tables.GATE_FINDINGS,
        name,
        v,
        1,
        "minimal_gain" + tail,
        "above popularity" + tail,
        "+94 %" + tail,
        "passed",
        "Popularity is the baseline of this pipeline.");
    add(
        Tables.GATE_FINDINGS,
        name,
        v,
        2,
        "maximal_forgetting",
        "at most 15 %",
        rejected ? "31 %" : "4 %",
        rejected ? "failed" : v < 3 ? "skipped" : "passed",
        v < 3 ? "There are no frozen windows yet." : "Over the frozen windows together.");
  }

  private void profile(String name, long v, Instant from, boolean rejected, String tail) {
    Map<String, Double> figures = new LinkedHashMap<>();
    figures.put("rows", rejected ? 4100.0 : 9000.0 + 120 * v);
    figures.put("users", 2000.0 + 10 * v);
    figures.put("items", 1400.0 + 25 * v);
    figures.put("rows_per_user", 4.5 + 0.01 * v);
    figures.put("top_user_share", rejected ? 0.41 : 0.012);
    figures.put("top_item_share", 0.03 + 0.001 * v);
    figures.put("item_divergence" + tail, rejected ? 0.6 : 0.08 + 0.004 * v);
    add(
        Tables.INPUT_PROFILES,
        name,
        v,
        Date.valueOf(LocalDate.ofInstant(from, java.time.ZoneOffset.UTC)),
        1,
        map(figures));
  }

  private void slice(String name, long v, Instant from, Instant to, String run, String tail) {
    String state = v == 4 ? "set_aside" : v == 6 ? "pending" : "consumed";
    add(
        Tables.SLICES,
        name,
        v,
        v + tail,
        "3f0c7c3e-9a",
        2 * v,
        time(from),
        2 * v + 2,
        time(to),
        state,
        run,
        v);
  }

  private void run(
      String name, long v, Instant from, Instant to, String run, String outcome, String tail) {
    Map<String, Double> phases = new LinkedHashMap<>();
    phases.put("slice", 1.2 + random.nextDouble());
    phases.put("prequential", 1.9);
    phases.put("train" + tail, 4.0 + random.nextDouble());
    phases.put("evaluate", 3.4);
    phases.put("register", 2.5);
    Map<String, Long> counts = new LinkedHashMap<>();
    counts.put("slice", 9120L);
    counts.put("late", 12L);
    counts.put("fit", 7300L);
    counts.put("validation" + tail, 1808L);
    add(
        Tables.RUNS,
        name,
        run,
        "retrain",
        time(from),
        time(to),
        v,
        v == 1 ? null : v - 1,
        "3f0c7c3e-9a",
        2 * v,
        time(from),
        2 * v + 2,
        time(to),
        4711L,
        "9f86",
        "closed",
        outcome,
        time(to.plus(1, ChronoUnit.HOURS)),
        time(to.plus(2, ChronoUnit.HOURS)),
        map(phases),
        map(counts),
        map(Map.of("spark.version", "4.1.0" + tail)));
  }

  private void add(Tables table, Object... values) {
    rows.computeIfAbsent(table, t -> new ArrayList<>()).add(RowFactory.create(values));
  }

  private static Timestamp time(Instant instant) {
    return Timestamp.from(instant);
  }

  private static Object list(List<?> values) {
    return CollectionConverters.asScala(values).toSeq();
  }

  private static Object map(Map<?, ?> values) {
    return CollectionConverters.asScala(values);
  }
}
