package io.perennial.report;

import io.perennial.Warehouse;
import io.perennial.registry.Records;
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
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Reads what pages need from the warehouse's tables, only the rows of the pipeline. A table that
 * does not exist is an empty one.
 */
final class TablesReader {
  private final Records records;

  TablesReader(SparkSession spark, Warehouse warehouse) {
    this.records = new Records(spark, warehouse);
  }

  /**
   * Everything about a pipeline.
   *
   * @param versions whose figures are read in full; of others only the primary metric over all
   *     users
   */
  PipelineTables read(String pipeline, Set<Long> versions) {
    List<Row> metrics = new ArrayList<>(records.of(Tables.MODEL_METRICS, pipeline, versions));
    records.overAllUsers(pipeline).stream()
        .filter(row -> !versions.contains(number(row, "version").orElse(0L)))
        .forEach(metrics::add);
    Optional<MetricName> primary = primary(records.newest(Tables.EVIDENCE, pipeline), metrics);
    return new PipelineTables(
        pipeline,
        versions(pipeline),
        metrics(metrics, versions, primary),
        findings(pipeline),
        aliases(pipeline),
        runs(pipeline),
        slices(pipeline),
        profiles(pipeline),
        evidence(pipeline, versions),
        losses(pipeline, versions),
        classes(pipeline, versions),
        primary);
  }

  /** Every pipeline that has a version, with its versions' numbers, nights and states. */
  Map<String, List<VersionRow>> pipelines() {
    Map<String, List<VersionRow>> pipelines = new TreeMap<>();
    for (String pipeline : records.pipelines(Tables.MODEL_VERSIONS)) {
      pipelines.put(pipeline, versions(pipeline));
    }
    return pipelines;
  }

  /** Every pipeline's champion. */
  Map<String, Long> champions() {
    Map<String, Long> champions = new TreeMap<>();
    for (String pipeline : records.pipelines(Tables.MODEL_ALIASES)) {
      aliases(pipeline).stream()
          .filter(change -> change.alias().equals("champion"))
          .max(Comparator.comparingLong(AliasRow::sequence))
          .ifPresent(change -> champions.put(pipeline, change.version()));
    }
    return champions;
  }

  private List<VersionRow> versions(String pipeline) {
    return records.versions(pipeline).stream().map(TablesReader::version).toList();
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

  /**
   * The metric of the latest paired bootstraps, which are made for the primary one alone; before
   * there are any, ndcg or rmse at its largest cut-off.
   */
  private static Optional<MetricName> primary(List<Row> evidence, List<Row> metrics) {
    return evidence.stream()
        .findFirst()
        .or(
            () ->
                metrics.stream()
                    .min(
                        Comparator.comparing((Row row) -> !text(row, "metric").equals("ndcg"))
                            .thenComparing(row -> !text(row, "metric").equals("rmse"))
                            .thenComparing(row -> -number(row, "k").orElse(-1L))
                            .thenComparing(row -> text(row, "metric"))))
        .map(TablesReader::metric);
  }

  private static MetricName metric(Row row) {
    long k = number(row, "k").orElse(0L);
    return new MetricName(
        text(row, "metric"), k > 0 ? OptionalInt.of((int) k) : OptionalInt.empty());
  }

  private static List<MetricRow> metrics(
      List<Row> all, Set<Long> versions, Optional<MetricName> primary) {
    if (primary.isEmpty()) {
      return List.of();
    }
    return all.stream()
        .filter(
            row ->
                versions.contains(number(row, "version").orElse(0L))
                    || metric(row).equals(primary.get())
                        && text(row, "segment").equals(PipelineTables.ALL))
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

  private List<FindingRow> findings(String pipeline) {
    return records.of(Tables.GATE_FINDINGS, pipeline).stream()
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

  private List<AliasRow> aliases(String pipeline) {
    return records.of(Tables.MODEL_ALIASES, pipeline).stream()
        .map(
            row ->
                new AliasRow(
                    number(row, "sequence").orElse(0L),
                    text(row, "alias"),
                    number(row, "version").orElse(0L),
                    instant(row, "since")))
        .toList();
  }

  private List<RunRow> runs(String pipeline) {
    return records.of(Tables.RUNS, pipeline).stream()
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
                    map(row, "phases"),
                    map(row, "row_counts"),
                    map(row, "environment")))
        .toList();
  }

  private List<SliceRow> slices(String pipeline) {
    return records.of(Tables.SLICES, pipeline).stream()
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

  private List<ProfileRow> profiles(String pipeline) {
    return records.of(Tables.INPUT_PROFILES, pipeline).stream()
        .map(
            row ->
                new ProfileRow(
                    number(row, "version").orElse(0L),
                    date(row, "night"),
                    number(row, "days").orElse(0L).intValue(),
                    map(row, "figures")))
        .toList();
  }

  private List<EvidenceRow> evidence(String pipeline, Set<Long> versions) {
    return records.of(Tables.EVIDENCE, pipeline, versions).stream()
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

  private List<LossRow> losses(String pipeline, Set<Long> versions) {
    return records.of(Tables.TRAINING_LOSSES, pipeline, versions).stream()
        .map(
            row ->
                new LossRow(
                    number(row, "version").orElse(0L),
                    number(row, "epoch").orElse(0L).intValue(),
                    text(row, "part"),
                    real(row, "value")))
        .toList();
  }

  private List<ClassRow> classes(String pipeline, Set<Long> versions) {
    return records.of(Tables.RATING_CLASSES, pipeline, versions).stream()
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
    return number(row, column).map(micros -> Instant.EPOCH.plus(micros, ChronoUnit.MICROS));
  }

  private static Optional<LocalDate> date(Row row, String column) {
    return Optional.of(text(row, column)).filter(day -> !day.isEmpty()).map(LocalDate::parse);
  }

  /** In the order of the table. */
  private static <V> Map<String, V> map(Row row, String column) {
    int index = row.fieldIndex(column);
    Map<String, V> map = new LinkedHashMap<>();
    if (!row.isNullAt(index)) {
      map.putAll(row.<String, V>getJavaMap(index));
    }
    return map;
  }
}
