package io.perennial.cli;

import io.perennial.registry.ModelRegistry;
import io.perennial.registry.ModelVersion;
import io.perennial.registry.Records;
import io.perennial.registry.Tables;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.spark.sql.Row;

/** The versions of a warehouse as rows for the commands that show them. */
final class Versions {
  /** Columns of {@link #list}. */
  static final List<String> COLUMNS =
      List.of(
          "pipeline",
          "version",
          "alias",
          "status",
          "parent",
          "to_time",
          "metric",
          "k",
          "value",
          "parent_value",
          "popularity_value",
          "prequential_value",
          "rejected_by",
          "created_at");

  private static final List<String> PRIMARY = List.of("ndcg", "rmse");

  private final Records records;
  private final ModelRegistry registry;

  Versions(Records records, ModelRegistry registry) {
    this.records = records;
    this.registry = registry;
  }

  /** Names of the pipelines that have versions, sorted. */
  List<String> pipelines() {
    return records.pipelines(Tables.MODEL_VERSIONS);
  }

  /** Numbers of a pipeline's versions, oldest first. */
  List<Long> numbers(String pipeline) {
    return registry.versions(pipeline).stream().map(ModelVersion::version).toList();
  }

  /**
   * A version.
   *
   * @throws UsageException when the pipeline has none of this number
   */
  ModelVersion version(String pipeline, long version) {
    return registry
        .version(pipeline, version)
        .orElseThrow(
            () -> {
              List<Long> numbers = numbers(pipeline);
              return new UsageException(
                  "Pipeline "
                      + pipeline
                      + " has no version "
                      + version
                      + (numbers.isEmpty()
                          ? ": nothing was learnt yet. Run 'perennial retrain' first."
                          : "; it has " + shortened(numbers) + "."));
            });
  }

  /** One row a version: what it is, and its figure beside its parent's and the baseline's. */
  List<Map<String, Object>> list(String pipeline) {
    Map<Long, String> aliases = aliases(pipeline);
    Map<Long, List<String>> failed = failedRules(pipeline);
    Map<Long, Map<String, Row>> figures = figures(pipeline);
    List<Map<String, Object>> rows = new ArrayList<>();
    for (Row stored : records.versions(pipeline).stream().sorted(by("version")).toList()) {
      long version = stored.<Long>getAs("version");
      Map<String, Object> row = new LinkedHashMap<>();
      row.put("pipeline", pipeline);
      row.put("version", version);
      row.put("alias", aliases.get(version));
      row.put("status", stored.getAs("status"));
      row.put("parent", stored.getAs("parent"));
      row.put("to_time", instant(stored, "to_time"));
      Map<String, Row> found = figures.getOrDefault(version, Map.of());
      Row candidate = found.get("validation/candidate");
      row.put("metric", candidate == null ? null : candidate.getAs("metric"));
      row.put("k", candidate == null ? null : candidate.getAs("k"));
      row.put("value", value(candidate));
      row.put("parent_value", value(found.get("validation/parent")));
      row.put("popularity_value", value(found.get("validation/popularity")));
      row.put("prequential_value", value(found.get("prequential/parent")));
      row.put("rejected_by", String.join(", ", failed.getOrDefault(version, List.of())));
      row.put("created_at", instant(stored, "created_at"));
      rows.add(row);
    }
    return rows;
  }

  /** Records hold microseconds since 1970. */
  private static Instant instant(Row row, String column) {
    return Instant.EPOCH.plus(row.<Long>getAs(column), ChronoUnit.MICROS);
  }

  /** Figures of one version, with the columns of {@code model_metrics}, or its findings. */
  List<Row> rows(Tables table, ModelVersion version, String... order) {
    return records.of(table, version.pipeline(), Set.of(version.version())).stream()
        .sorted(by(order))
        .toList();
  }

  /** By some columns, one after the other; what is missing comes first. */
  private static Comparator<Row> by(String... columns) {
    Comparator<Row> order = (a, b) -> 0;
    for (String column : columns) {
      order =
          order.thenComparing(
              row -> row.<Comparable<Object>>getAs(column),
              Comparator.nullsFirst(Comparator.naturalOrder()));
    }
    return order;
  }

  /**
   * Figures of versions side by side: one row a window, segment and metric, one column a version.
   */
  List<Map<String, Object>> compare(String pipeline, List<Long> versions) {
    Map<String, Map<String, Object>> rows = new LinkedHashMap<>();
    List<Row> figures =
        records.of(Tables.MODEL_METRICS, pipeline, Set.copyOf(versions)).stream()
            .filter(row -> row.getAs("subject").equals("candidate"))
            .sorted(by("window", "segment", "metric", "k", "version"))
            .toList();
    for (Row figure : figures) {
      Map<String, Object> row =
          rows.computeIfAbsent(
              List.of("window", "segment", "metric", "k").stream()
                  .map(column -> String.valueOf(figure.<Object>getAs(column)))
                  .reduce("", (a, b) -> a + "/" + b),
              key -> new LinkedHashMap<>());
      for (String column : List.of("window", "segment", "metric", "k")) {
        row.put(column, figure.getAs(column));
      }
      row.put("version_" + figure.getAs("version"), figure.getAs("value"));
    }
    return List.copyOf(rows.values());
  }

  /** Aliases that point to versions of a pipeline, by version. */
  Map<Long, String> aliases(String pipeline) {
    Map<Long, String> aliases = new LinkedHashMap<>();
    for (String alias : List.of("champion", "previous", "challenger")) {
      registry
          .alias(pipeline, alias)
          .ifPresent(version -> aliases.merge(version.version(), alias, (a, b) -> a + ", " + b));
    }
    return aliases;
  }

  private Map<Long, List<String>> failedRules(String pipeline) {
    Map<Long, List<String>> failed = new LinkedHashMap<>();
    for (Row row :
        records.of(Tables.GATE_FINDINGS, pipeline).stream()
            .sorted(by("version", "rule"))
            .toList()) {
      if (row.getAs("outcome").equals("failed")) {
        failed.computeIfAbsent(row.getAs("version"), v -> new ArrayList<>()).add(row.getAs("rule"));
      }
    }
    return failed;
  }

  /**
   * By version, then by window and subject: the primary metric over all users, at its largest k.
   */
  private Map<Long, Map<String, Row>> figures(String pipeline) {
    Map<Long, Map<String, Row>> figures = new LinkedHashMap<>();
    for (Row row :
        records.overAllUsers(pipeline).stream().sorted(by("version", "metric", "k")).toList()) {
      if (PRIMARY.contains(row.<String>getAs("metric"))) {
        figures
            .computeIfAbsent(row.<Long>getAs("version"), v -> new LinkedHashMap<>())
            .put(row.getAs("window") + "/" + row.getAs("subject"), row);
      }
    }
    return figures;
  }

  private static Object value(Row figure) {
    return figure == null ? null : figure.getAs("value");
  }

  private static String shortened(List<Long> numbers) {
    return numbers.size() <= 12
        ? String.join(", ", numbers.stream().map(String::valueOf).toList())
        : numbers.get(0) + " to " + numbers.get(numbers.size() - 1);
  }
}
