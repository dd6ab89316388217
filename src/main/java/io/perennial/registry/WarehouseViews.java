package io.perennial.registry;

import io.perennial.Warehouse;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.delta.DeltaLog;
import scala.Option;

/**
 * Makes a warehouse's tables and views known to a session, so that plain SQL finds them: views of
 * every table by its name, and views that answer common questions. They live as long as the
 * session; nothing is written but tables of the registry that did not exist.
 */
public final class WarehouseViews {
  /** Tables of other stages that are shown where they exist. */
  private static final List<String> OTHERS = List.of("events", "quarantine");

  private static final Map<String, View> VIEWS = views();

  private WarehouseViews() {}

  private record View(String sentence, String query) {}

  /** Creates the views in the session. */
  public static void create(SparkSession spark, Warehouse warehouse) {
    new DeltaModelRegistry(spark, warehouse, 1, WriteListener.NONE).ensureTables();
    for (Tables table : Tables.values()) {
      show(spark, warehouse, table.tableName());
    }
    for (String table : OTHERS) {
      DeltaLog log = DeltaLog.forTable(spark, new Path(warehouse.table(table)));
      if (log.update(false, Option.empty(), Option.empty()).version() >= 0) {
        show(spark, warehouse, table);
      }
    }
    VIEWS.forEach((name, view) -> spark.sql(view.query).createOrReplaceTempView(name));
  }

  private static void show(SparkSession spark, Warehouse warehouse, String table) {
    spark.read().format("delta").load(warehouse.table(table)).createOrReplaceTempView(table);
  }

  /** One sentence about each view, by name, for {@code sql --help}. */
  public static Map<String, String> describe() {
    Map<String, String> sentences = new LinkedHashMap<>();
    VIEWS.forEach((name, view) -> sentences.put(name, view.sentence));
    return sentences;
  }

  private static Map<String, View> views() {
    Map<String, View> views = new LinkedHashMap<>();
    views.put(
        "current_aliases",
        new View(
            "The version that each alias of a pipeline points to now, and since when.",
            """
            SELECT pipeline, alias, version, since FROM (
              SELECT *, row_number() OVER (PARTITION BY pipeline, alias ORDER BY sequence DESC) AS age
              FROM model_aliases)
            WHERE age = 1\
            """));
    views.put(
        "champion",
        new View(
            "The version in use, one row a pipeline.",
            """
            SELECT v.pipeline, v.version, a.since, v.parent, v.family, v.status, v.from_time,
              v.to_time, v.run_id, v.seed, v.factor_versions, v.attributes, v.facts, v.created_at
            FROM model_versions v JOIN current_aliases a
              ON v.pipeline = a.pipeline AND v.version = a.version
            WHERE a.alias = 'champion'\
            """));
    views.put(
        "latest_metrics",
        new View(
            "Every figure measured in the night of the champion.",
            """
            SELECT m.* FROM model_metrics m JOIN champion c
              ON m.pipeline = c.pipeline AND m.version = c.version\
            """));
    views.put(
        "version_history",
        new View(
            "Every version with its parent, how its night ended, its validation figures over all"
                + " users, and whether it ever was champion.",
            """
            SELECT v.pipeline, v.version, v.parent, v.status, p.night, v.to_time,
              m.figures AS validation,
              a.first_champion IS NOT NULL AS was_champion,
              v.facts['rows_pruned_at'] IS NOT NULL AS pruned,
              size(v.factor_versions) = 1 AS keyframe,
              v.created_at
            FROM model_versions v
            LEFT JOIN (
              SELECT pipeline, version, max(night) AS night FROM input_profiles
              GROUP BY pipeline, version) p
              ON v.pipeline = p.pipeline AND v.version = p.version
            LEFT JOIN (
              SELECT pipeline, version, map_from_entries(collect_list(struct(
                CASE WHEN k IS NULL THEN metric ELSE concat(metric, '@', k) END, value))) AS figures
              FROM (SELECT DISTINCT pipeline, version, metric, k, value FROM model_metrics
                WHERE subject = 'candidate' AND window = 'validation' AND segment = 'all')
              GROUP BY pipeline, version) m
              ON v.pipeline = m.pipeline AND v.version = m.version
            LEFT JOIN (
              SELECT pipeline, version, min(since) AS first_champion FROM model_aliases
              WHERE alias = 'champion' GROUP BY pipeline, version) a
              ON v.pipeline = a.pipeline AND v.version = a.version
            ORDER BY v.pipeline, v.version\
            """));
    views.put(
        "rejections",
        new View(
            "Why versions were refused: the rules that failed, with threshold and measured value.",
            """
            SELECT f.pipeline, f.version, f.rule, f.threshold, f.measured, f.detail, v.created_at
            FROM gate_findings f JOIN model_versions v
              ON f.pipeline = v.pipeline AND f.version = v.version
            WHERE f.outcome = 'failed'\
            """));
    views.put(
        "slice_states",
        new View(
            "What became of each slice of events: consumed, pending, set aside or admitted.",
            """
            SELECT pipeline, slice_id, state, learnt_by, from_commit, from_time, to_commit, to_time,
              run_id FROM (
              SELECT *, row_number() OVER (PARTITION BY pipeline, slice_id ORDER BY version DESC) AS age
              FROM slices)
            WHERE age = 1\
            """));
    views.put(
        "open_runs",
        new View(
            "Runs that began and did not end: at work, or dead.",
            "SELECT * FROM runs WHERE state = 'open'"));
    views.put(
        "champion_user_factors",
        new View(
            "The champion's user factors with natural ids.", championRows("user_factors", "user")));
    views.put(
        "champion_item_factors",
        new View(
            "The champion's item factors with natural ids.", championRows("item_factors", "item")));
    views.put(
        "champion_item_statistics",
        new View(
            "How often each item occurred, as the champion knows it, with natural ids.",
            championRows("item_statistics", "item")));
    views.put(
        "champion_exemplars",
        new View(
            "Past events that the champion remembers, with natural ids: embeddings with replay.",
            """
            SELECT x.pipeline, x.version, u.id AS user_id, i.id AS item_id, x.behaviour, x.value,
              x.event_time, x.key
            FROM exemplars x JOIN champion c
              ON x.pipeline = c.pipeline AND x.version = c.version
            JOIN entity_ids u
              ON x.pipeline = u.pipeline AND u.kind = 'user' AND u.index = x.user_index
            JOIN entity_ids i
              ON x.pipeline = i.pipeline AND i.kind = 'item' AND i.index = x.item_index\
            """));
    views.put(
        "user_history_pairs",
        new View(
            "What users did as the champion knows it: one row for each user and item.",
            """
            SELECT h.pipeline, h.id AS user_id, i.id AS item_id, h.pair.counts AS decayed_count,
              h.pair.events AS events, h.pair.values AS last_value, timestamp_millis(h.pair.last_times) AS last_time
            FROM (SELECT pipeline, id,
                explode(arrays_zip(items, counts, values, events, last_times)) AS pair
              FROM (%s)) h
            JOIN entity_ids i
              ON h.pipeline = i.pipeline AND i.kind = 'item' AND i.index = h.pair.items\
            """
                .formatted(championRows("user_history", "user"))));
    return views;
  }

  /** Rows of the champion: of the partitions that it lists, the newest row of each index. */
  private static String championRows(String table, String kind) {
    return """
    SELECT e.id, r.* FROM (
      SELECT f.*, row_number() OVER (PARTITION BY f.pipeline, f.index ORDER BY f.version DESC) AS age
      FROM %s f JOIN champion c
        ON f.pipeline = c.pipeline AND array_contains(c.factor_versions, f.version)) r
    JOIN entity_ids e
      ON r.pipeline = e.pipeline AND e.kind = '%s' AND r.index = e.index
    WHERE r.age = 1\
    """
        .formatted(table, kind)
        .replace("r.* FROM", columns(table) + " FROM");
  }

  private static String columns(String table) {
    StringBuilder columns = new StringBuilder();
    for (Tables known : Tables.values()) {
      if (known.tableName().equals(table)) {
        for (String column : known.schema().fieldNames()) {
          columns
              .append(columns.length() == 0 ? "" : ", ")
              .append("r.`")
              .append(column)
              .append('`');
        }
      }
    }
    return columns.toString();
  }
}
