package io.perennial.report;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.map_entries;

import io.perennial.QueryExecutionMode;
import io.perennial.SideBySide;
import io.perennial.Warehouse;
import io.perennial.registry.Tables;
import io.perennial.report.PipelineTables.AliasRow;
import io.perennial.report.PipelineTables.ClassRow;
import io.perennial.report.PipelineTables.EvidenceRow;
import io.perennial.report.PipelineTables.FindingRow;
import io.perennial.report.PipelineTables.LossRow;
import io.perennial.report.PipelineTables.MetricName;
import io.perennial.report.PipelineTables.MetricRow;
import io.perennial.report.PipelineTables.ProfileRow;
import io.perennial.report.PipelineTables.RunRow;
import io.perennial.report.PipelineTables.SliceRow;
import io.perennial.report.PipelineTables.VersionRow;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Reads what pages need from the warehouse's tables: one Spark job a table, only the rows of the
 * pipeline. A table that does not exist is an empty one.
 */
final class TablesReader {
  private final SparkSession spark;
  private final Warehouse warehouse;

  TablesReader(SparkSession spark, Warehouse warehouse) {
    this.spark = spark;
    this.warehouse = warehouse;
  }

  /**
   * Everything about a pipeline.
   *
   * @param versions whose figures are read in full; of others only the primary metric over all
   *     users
   */
  PipelineTables read(String pipeline, Set<Long> versions) {
    return QueryExecutionMode.interpreting(spark, () -> tables(pipeline, versions));
  }

  private PipelineTables tables(String pipeline, Set<Long> versions) {
    Column ours = col("pipeline").equalTo(lit(pipeline));
    try (SideBySide reading = new SideBySide()) {
      Supplier<Optional<MetricName>> primary = reading.begin(() -> primary(ours));
      Supplier<List<VersionRow>> rows = reading.begin(() -> versions(ours));
      Supplier<List<FindingRow>> findings = reading.begin(() -> findings(ours));
      Supplier<List<AliasRow>> aliases = reading.begin(() -> aliases(ours));
      Supplier<List<RunRow>> runs = reading.begin(() -> runs(ours));
      Supplier<List<SliceRow>> slices = reading.begin(() -> slices(ours));
      Supplier<List<ProfileRow>> profiles = reading.begin(() -> profiles(ours));
      Supplier<List<EvidenceRow>> evidence =
          reading.begin(() -> versions.isEmpty() ? List.of() : evidence(ours, versions));
      Supplier<List<LossRow>> losses =
          reading.begin(() -> versions.isEmpty() ? List.of() : losses(ours, versions));
      Supplier<List<ClassRow>> classes =
          reading.begin(() -> versions.isEmpty() ? List.of() : classes(ours, versions));
      return new PipelineTables(
          pipeline,
          rows.get(),
          metrics(ours, versions, primary.get()),
          findings.get(),
          aliases.get(),
          runs.get(),
          slices.get(),
          profiles.get(),
          evidence.get(),
          losses.get(),
          classes.get(),
          primary.get());
    }
  }

  /** Every pipeline that has a version, with its versions' numbers, nights and states. */
  Map<String, List<VersionRow>> pipelines() {
    Map<String, List<VersionRow>> pipelines = new TreeMap<>();
    for (Row row : collect(Tables.MODEL_VERSIONS, lit(true), t -> t.drop("arrays"))) {
      pipelines.computeIfAbsent(text(row, "pipeline"), p -> new ArrayList<>()).add(version(row));
    }
    return pipelines;
  }

  /** Every pipeline's champion. */
  Map<String, Long> champions() {
    Map<String, Long> champions = new TreeMap<>();
    Map<String, Long> sequences = new TreeMap<>();
    for (Row row : collect(Tables.MODEL_ALIASES, col("alias").equalTo(lit("champion")))) {
      long sequence = number(row, "sequence").orElse(0L);
      String pipeline = text(row, "pipeline");
      if (sequence >= sequences.getOrDefault(pipeline, Long.MIN_VALUE)) {
        sequences.put(pipeline, sequence);
        champions.put(pipeline, number(row, "version").orElse(0L));
      }
    }
    return champions;
  }

  private List<VersionRow> versions(Column ours) {
    return collect(Tables.MODEL_VERSIONS, ours, t -> t.drop("arrays")).stream()
        .map(TablesReader::version)
        .toList();
  }

  private static VersionRow version(Row row) {
    return new VersionRow(
        number(row, "version").orElse(0L),
        number(row, "parent"),
        row.isNullAt(row.fieldIndex("factor_versions"))
            ? List.of()
            : row.<Long>getList(row.fieldIndex("factor_versions")).stream().toList(),
        text(row, "status"),
        text(row, "family"),
        text(row, "table_id"),
        number(row, "from_commit"),
        instant(row, "from_time"),
        number(row, "to_commit"),
        instant(row, "to_time"),
        text(row, "run_id"),
        number(row, "seed"),
        text(row, "pipeline_digest"),
        map(row, "attributes"),
        map(row, "facts"),
        instant(row, "created_at"));
  }

  /** The metric of the paired bootstraps, which are made for the primary one alone. */
  private Optional<MetricName> primary(Column ours) {
    Optional<MetricName> judged =
        table(Tables.EVIDENCE)
            .flatMap(
                t ->
                    first(
                        t.filter(ours)
                            .groupBy("metric", "k")
                            .max("version")
                            .orderBy(col("max(version)").desc())));
    return judged.or(
        () ->
            table(Tables.MODEL_METRICS)
                .flatMap(
                    t ->
                        first(
                            t.filter(ours)
                                .groupBy("metric", "k")
                                .count()
                                .orderBy(
                                    col("metric").equalTo(lit("ndcg")).desc(),
                                    col("metric").equalTo(lit("rmse")).desc(),
                                    col("k").desc_nulls_last(),
                                    col("metric")))));
  }

  private static Optional<MetricName> first(Dataset<Row> metrics) {
    return metrics.takeAsList(1).stream().findFirst().map(TablesReader::metric);
  }

  private static MetricName metric(Row row) {
    long k = number(row, "k").orElse(0L);
    return new MetricName(
        text(row, "metric"), k > 0 ? OptionalInt.of((int) k) : OptionalInt.empty());
  }

  private List<MetricRow> metrics(Column ours, Set<Long> versions, Optional<MetricName> primary) {
    if (primary.isEmpty()) {
      return List.of();
    }
    MetricName name = primary.get();
    Column wanted =
        col("metric")
            .equalTo(lit(name.metric()))
            .and(coalesce(col("k"), lit(0)).equalTo(lit(name.k().orElse(0))))
            .and(col("segment").equalTo(lit(PipelineTables.ALL)));
    if (!versions.isEmpty()) {
      wanted = wanted.or(col("version").isin(versions.toArray()));
    }
    return collect(Tables.MODEL_METRICS, ours.and(wanted)).stream()
        .map(
            row ->
                new MetricRow(
                    number(row, "version").orElse(0L),
                    text(row, "subject"),
                    text(row, "window"),
                    text(row, "segment"),
                    metric(row),
                    real(row, "value"),
                    real(row, "low"),
                    real(row, "high"),
                    number(row, "users").orElse(0L)))
        .toList();
  }

  private List<FindingRow> findings(Column ours) {
    return collect(Tables.GATE_FINDINGS, ours).stream()
        .map(
            row ->
                new FindingRow(
                    number(row, "version").orElse(0L),
                    number(row, "position").orElse(0L).intValue(),
                    text(row, "rule"),
                    text(row, "threshold"),
                    text(row, "measured"),
                    text(row, "outcome"),
                    text(row, "detail")))
        .toList();
  }

  private List<AliasRow> aliases(Column ours) {
    return collect(Tables.MODEL_ALIASES, ours).stream()
        .map(
            row ->
                new AliasRow(
                    number(row, "sequence").orElse(0L),
                    text(row, "alias"),
                    number(row, "version").orElse(0L),
                    instant(row, "since")))
        .toList();
  }

  private List<RunRow> runs(Column ours) {
    return collect(
            Tables.RUNS,
            ours,
            t ->
                t.withColumn("phases", map_entries(col("phases")))
                    .withColumn("row_counts", map_entries(col("row_counts"))))
        .stream()
        .map(
            row ->
                new RunRow(
                    text(row, "run_id"),
                    text(row, "command"),
                    instant(row, "interval_from"),
                    instant(row, "interval_to"),
                    number(row, "version"),
                    text(row, "state"),
                    text(row, "outcome"),
                    instant(row, "opened_at"),
                    instant(row, "closed_at"),
                    entries(row, "phases"),
                    entries(row, "row_counts"),
                    map(row, "environment")))
        .toList();
  }

  private List<SliceRow> slices(Column ours) {
    return collect(Tables.SLICES, ours).stream()
        .map(
            row ->
                new SliceRow(
                    number(row, "version").orElse(0L),
                    text(row, "slice_id"),
                    number(row, "from_commit"),
                    instant(row, "from_time"),
                    number(row, "to_commit"),
                    instant(row, "to_time"),
                    text(row, "state")))
        .toList();
  }

  private List<ProfileRow> profiles(Column ours) {
    return collect(Tables.INPUT_PROFILES, ours).stream()
        .map(
            row ->
                new ProfileRow(
                    number(row, "version").orElse(0L),
                    date(row, "night"),
                    number(row, "days").orElse(0L).intValue(),
                    map(row, "figures")))
        .toList();
  }

  private List<EvidenceRow> evidence(Column ours, Set<Long> versions) {
    return collect(Tables.EVIDENCE, ours.and(col("version").isin(versions.toArray()))).stream()
        .map(
            row ->
                new EvidenceRow(
                    number(row, "version").orElse(0L),
                    text(row, "newer"),
                    text(row, "older"),
                    text(row, "window"),
                    text(row, "segment"),
                    metric(row),
                    number(row, "users").orElse(0L),
                    RelativeGain.of(
                        real(row, "newer_sum"),
                        real(row, "older_sum"),
                        reals(row, "newer_sums"),
                        reals(row, "older_sums"))))
        .toList();
  }

  private List<LossRow> losses(Column ours, Set<Long> versions) {
    return collect(Tables.TRAINING_LOSSES, ours.and(col("version").isin(versions.toArray())))
        .stream()
        .map(
            row ->
                new LossRow(
                    number(row, "version").orElse(0L),
                    number(row, "epoch").orElse(0L).intValue(),
                    text(row, "part"),
                    real(row, "value")))
        .toList();
  }

  private List<ClassRow> classes(Column ours, Set<Long> versions) {
    return collect(Tables.RATING_CLASSES, ours.and(col("version").isin(versions.toArray())))
        .stream()
        .map(
            row ->
                new ClassRow(
                    number(row, "version").orElse(0L),
                    text(row, "subject"),
                    text(row, "window"),
                    text(row, "class"),
                    real(row, "precision"),
                    real(row, "recall"),
                    real(row, "f1"),
                    number(row, "support").orElse(0L)))
        .toList();
  }

  private List<Row> collect(Tables table, Column filter) {
    return collect(table, filter, t -> t);
  }

  private List<Row> collect(Tables table, Column filter, UnaryOperator<Dataset<Row>> shape) {
    return table(table).map(t -> shape.apply(t.filter(filter)).collectAsList()).orElse(List.of());
  }

  private Optional<Dataset<Row>> table(Tables table) {
    String location = warehouse.table(table.tableName());
    Path log = new Path(location, "_delta_log");
    try {
      FileSystem files = log.getFileSystem(spark.sessionState().newHadoopConf());
      return files.exists(log)
          ? Optional.of(spark.read().format("delta").load(location))
          : Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot look for the table " + location, e);
    }
  }

  private static String text(Row row, String column) {
    Object value = row.get(row.fieldIndex(column));
    return value == null ? "" : value.toString();
  }

  private static Optional<Long> number(Row row, String column) {
    return Optional.ofNullable((Number) row.get(row.fieldIndex(column))).map(Number::longValue);
  }

  private static double real(Row row, String column) {
    Number value = (Number) row.get(row.fieldIndex(column));
    return value == null ? Double.NaN : value.doubleValue();
  }

  private static double[] reals(Row row, String column) {
    int index = row.fieldIndex(column);
    return row.isNullAt(index)
        ? new double[0]
        : row.<Double>getList(index).stream().mapToDouble(Double::doubleValue).toArray();
  }

  private static Optional<Instant> instant(Row row, String column) {
    Object value = row.get(row.fieldIndex(column));
    return value instanceof java.sql.Timestamp timestamp
        ? Optional.of(timestamp.toInstant())
        : Optional.ofNullable((Instant) value);
  }

  private static Optional<LocalDate> date(Row row, String column) {
    Object value = row.get(row.fieldIndex(column));
    return value instanceof java.sql.Date date
        ? Optional.of(date.toLocalDate())
        : Optional.ofNullable((LocalDate) value);
  }

  /** A map that was read as an array of its entries, which keeps the order of the table. */
  private static <V> Map<String, V> entries(Row row, String column) {
    int index = row.fieldIndex(column);
    Map<String, V> map = new LinkedHashMap<>();
    if (!row.isNullAt(index)) {
      for (Row entry : row.<Row>getList(index)) {
        map.put(entry.getString(0), entry.<V>getAs(1));
      }
    }
    return map;
  }

  /** In no order. */
  private static <V> Map<String, V> map(Row row, String column) {
    int index = row.fieldIndex(column);
    Map<String, V> map = new LinkedHashMap<>();
    if (!row.isNullAt(index)) {
      map.putAll(row.<String, V>getJavaMap(index));
    }
    return map;
  }
}
