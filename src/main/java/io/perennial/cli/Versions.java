package io.perennial.cli;

import static org.apache.spark.sql.functions.asc;
import static org.apache.spark.sql.functions.col;

import io.perennial.registry.ModelRegistry;
import io.perennial.registry.ModelVersion;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * The versions of a warehouse as rows for the commands that show them. Views have to be in place.
 */
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

  private final SparkSession spark;
  private final ModelRegistry registry;

  Versions(SparkSession spark, ModelRegistry registry) {
    this.spark = spark;
    this.registry = registry;
  }

  /** Names of the pipelines that have versions, sorted. */
  List<String> pipelines() {
    return spark
        .table("model_versions")
        .select("pipeline")
        .distinct()
        .sort(asc("pipeline"))
        .collectAsList()
        .stream()
        .map(row -> row.getString(0))
        .toList();
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
    for (ModelVersion version : registry.versions(pipeline)) {
      Map<String, Object> row = new LinkedHashMap<>();
      row.put("pipeline", pipeline);
      row.put("version", version.version());
      row.put("alias", aliases.get(version.version()));
      row.put("status", version.status().label());
      row.put("parent", version.parent().orElse(null));
      row.put("to_time", version.slice().to().eventTime());
      Map<String, Row> found = figures.getOrDefault(version.version(), Map.of());
      Row candidate = found.get("validation/candidate");
      row.put("metric", candidate == null ? null : candidate.getAs("metric"));
      row.put("k", candidate == null ? null : candidate.getAs("k"));
      row.put("value", value(candidate));
      row.put("parent_value", value(found.get("validation/parent")));
      row.put("popularity_value", value(found.get("validation/popularity")));
      row.put("prequential_value", value(found.get("prequential/parent")));
      row.put("rejected_by", String.join(", ", failed.getOrDefault(version.version(), List.of())));
      row.put("created_at", version.createdAt());
      rows.add(row);
    }
    return rows;
  }

  /** Figures of one version, with the columns of {@code model_metrics}, or its findings. */
  List<Row> rows(String table, ModelVersion version, String... order) {
    return spark
        .table(table)
        .where(
            col("pipeline")
                .equalTo(version.pipeline())
                .and(col("version").equalTo(version.version())))
        .sort(java.util.Arrays.stream(order).map(name -> col(name)).toArray(Column[]::new))
        .collectAsList();
  }

  /**
   * Figures of versions side by side: one row a window, segment and metric, one column a version.
   */
  List<Map<String, Object>> compare(String pipeline, List<Long> versions) {
    Map<String, Map<String, Object>> rows = new LinkedHashMap<>();
    Dataset<Row> figures =
        spark
            .table("model_metrics")
            .where(
                col("pipeline")
                    .equalTo(pipeline)
                    .and(col("version").isin(versions.toArray()))
                    .and(col("subject").equalTo("candidate")))
            .sort("window", "segment", "metric", "k", "version");
    for (Row figure : figures.collectAsList()) {
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
        spark
            .table("gate_findings")
            .where(col("pipeline").equalTo(pipeline).and(col("outcome").equalTo("failed")))
            .select("version", "rule")
            .sort("version", "rule")
            .collectAsList()) {
      failed.computeIfAbsent(row.getLong(0), v -> new ArrayList<>()).add(row.getString(1));
    }
    return failed;
  }

  /**
   * By version, then by window and subject: the primary metric over all users, at its largest k.
   */
  private Map<Long, Map<String, Row>> figures(String pipeline) {
    Map<Long, Map<String, Row>> figures = new LinkedHashMap<>();
    for (Row row :
        spark
            .table("model_metrics")
            .where(
                col("pipeline")
                    .equalTo(pipeline)
                    .and(col("segment").equalTo("all"))
                    .and(col("metric").isin(PRIMARY.toArray())))
            .sort("version", "metric", "k")
            .collectAsList()) {
      figures
          .computeIfAbsent(row.<Long>getAs("version"), v -> new LinkedHashMap<>())
          .put(row.getAs("window") + "/" + row.getAs("subject"), row);
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
