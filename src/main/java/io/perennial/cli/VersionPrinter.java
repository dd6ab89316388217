package io.perennial.cli;

import io.perennial.registry.ModelVersion;
import io.perennial.registry.Tables;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Row;

/** Prints one version in full. */
final class VersionPrinter {
  private static final List<String> VERSION =
      List.of(
          "pipeline",
          "version",
          "alias",
          "parent",
          "factor_versions",
          "status",
          "family",
          "table_id",
          "from_commit",
          "from_time",
          "to_commit",
          "to_time",
          "run_id",
          "seed",
          "pipeline_digest",
          "attributes",
          "facts",
          "created_at");

  private static final List<String> METRICS =
      List.of("subject", "window", "segment", "metric", "k", "value", "low", "high", "users");

  private static final List<String> FINDINGS =
      List.of("rule", "threshold", "measured", "outcome", "detail");

  private final ResultPrinter printer;
  private final Versions versions;

  VersionPrinter(ResultPrinter printer, Versions versions) {
    this.printer = printer;
    this.versions = versions;
  }

  void print(ModelVersion version) {
    List<Map<String, Object>> metrics =
        rows(
            METRICS,
            versions.rows(Tables.MODEL_METRICS, version, "window", "segment", "metric", "k"));
    List<Map<String, Object>> findings =
        rows(FINDINGS, versions.rows(Tables.GATE_FINDINGS, version, "position"));
    Map<String, Object> row = row(version);
    if (!printer.isTable()) {
      row.put("findings", findings);
      row.put("metrics", metrics);
      List<String> columns = new ArrayList<>(VERSION);
      columns.addAll(List.of("findings", "metrics"));
      printer.print(columns, List.of(row));
      return;
    }
    List<Map<String, Object>> facts = new ArrayList<>();
    for (String column : VERSION) {
      if (row.get(column) instanceof Map<?, ?> map) {
        map.forEach((key, value) -> facts.add(fact(column + "." + key, value)));
      } else if (row.get(column) != null) {
        facts.add(fact(column, row.get(column)));
      }
    }
    printer.print(List.of("fact", "value"), facts);
    printer.say("");
    printer.print(METRICS, metrics);
    printer.say("");
    printer.print(FINDINGS, findings);
  }

  private Map<String, Object> row(ModelVersion version) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("pipeline", version.pipeline());
    row.put("version", version.version());
    row.put("alias", versions.aliases(version.pipeline()).get(version.version()));
    row.put("parent", version.parent().orElse(null));
    row.put("factor_versions", version.rowVersions());
    row.put("status", version.status().label());
    row.put("family", version.family());
    row.put("table_id", version.slice().tableId());
    row.put("from_commit", version.slice().from().commit());
    row.put("from_time", version.slice().from().eventTime());
    row.put("to_commit", version.slice().to().commit());
    row.put("to_time", version.slice().to().eventTime());
    row.put("run_id", version.runId());
    row.put("seed", version.seed());
    row.put("pipeline_digest", version.pipelineDigest());
    row.put("attributes", new TreeMap<>(version.attributes()));
    row.put("facts", new TreeMap<>(version.facts()));
    row.put("created_at", version.createdAt());
    return row;
  }

  private static Map<String, Object> fact(String name, Object value) {
    Map<String, Object> fact = new LinkedHashMap<>();
    fact.put("fact", name);
    fact.put("value", String.valueOf(value));
    return fact;
  }

  private static List<Map<String, Object>> rows(List<String> columns, List<Row> found) {
    List<Map<String, Object>> rows = new ArrayList<>();
    for (Row from : found) {
      Map<String, Object> row = new LinkedHashMap<>();
      columns.forEach(column -> row.put(column, from.getAs(column)));
      rows.add(row);
    }
    return rows;
  }
}
