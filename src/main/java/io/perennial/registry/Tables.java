package io.perennial.registry;

import static org.apache.spark.sql.types.DataTypes.DateType;
import static org.apache.spark.sql.types.DataTypes.DoubleType;
import static org.apache.spark.sql.types.DataTypes.FloatType;
import static org.apache.spark.sql.types.DataTypes.IntegerType;
import static org.apache.spark.sql.types.DataTypes.LongType;
import static org.apache.spark.sql.types.DataTypes.StringType;
import static org.apache.spark.sql.types.DataTypes.TimestampType;
import static org.apache.spark.sql.types.DataTypes.createArrayType;
import static org.apache.spark.sql.types.DataTypes.createMapType;

import io.perennial.model.FactorTable;
import io.perennial.model.RememberedEvents;
import io.perennial.model.history.HistoryTable;
import io.perennial.model.history.ItemStatistics;
import java.util.List;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * The registry's tables: their names, columns and partitions. Every column has a comment, shown by
 * DESCRIBE.
 */
public enum Tables {
  ENTITY_IDS(
      "entity_ids",
      List.of("pipeline"),
      columns(
          of("pipeline", StringType, "pipeline that knows the id"),
          of("kind", StringType, "user or item"),
          of("id", StringType, "natural id, any string"),
          of("index", IntegerType, "dense index, from 0, never reused or moved"),
          of("run_id", StringType, "run that saw the id first"))),
  USER_FACTORS("user_factors", List.of("pipeline", "version"), versioned(FactorTable.SCHEMA)),
  ITEM_FACTORS("item_factors", List.of("pipeline", "version"), versioned(FactorTable.SCHEMA)),
  ITEM_SUMS(
      "item_sums",
      List.of("pipeline", "version"),
      columns(
          of("pipeline", StringType, "name of the pipeline"),
          of("version", LongType, "version that wrote the row"),
          of("index", IntegerType, "dense index of the item"),
          of(
              "factor",
              createArrayType(FloatType, false),
              "of the item's normal equations: upper triangle of the matrix row by row, right-hand"
                  + " side, days since the line began to which both are faded"),
          of("event_count", FloatType, "(user, item, night) that were summed"))),
  COMPANIONS(
      "companions",
      List.of("pipeline", "version"),
      columns(
          of("pipeline", StringType, "name of the pipeline"),
          of("version", LongType, "version that wrote the row"),
          of("name", StringType, "what the row is of: moments of an optimiser and the like"),
          of("index", IntegerType, "dense index of the user or item"),
          of("factor", createArrayType(FloatType, false), "the row, as its model family has it"),
          of("event_count", FloatType, "events that made the row"))),
  EXEMPLARS("exemplars", List.of("pipeline", "version"), versioned(RememberedEvents.SCHEMA)),
  USER_HISTORY("user_history", List.of("pipeline", "version"), versioned(HistoryTable.SCHEMA)),
  ITEM_STATISTICS(
      "item_statistics", List.of("pipeline", "version"), versioned(ItemStatistics.SCHEMA)),
  MODEL_VERSIONS(
      "model_versions",
      List.of("pipeline", "version"),
      columns(
          of("pipeline", StringType, "name of the pipeline"),
          of("version", LongType, "from 1, increasing within the pipeline, never reused"),
          of("parent", LongType, "version that it was warm-started from; null: from scratch"),
          of(
              "factor_versions",
              createArrayType(LongType, false),
              "row partitions that the version is made of, newest first"),
          of("status", StringType, "promoted, rejected or failed"),
          of("family", StringType, "model family"),
          of("table_id", StringType, "Delta id of the source table"),
          of("from_commit", LongType, "commit of the source consumed before, inclusive"),
          of("from_time", TimestampType, "event time consumed before, exclusive"),
          of("to_commit", LongType, "commit of the source consumed after, inclusive"),
          of("to_time", TimestampType, "event time consumed after, exclusive"),
          of("run_id", StringType, "run that made it"),
          of("seed", LongType, "seed of its random choices"),
          of("pipeline_digest", StringType, "SHA-256 of the pipeline's definition"),
          of(
              "arrays",
              createMapType(StringType, createArrayType(DoubleType, true), true),
              "Gramians and other small arrays"),
          of(
              "attributes",
              createMapType(StringType, StringType, true),
              "small named values of the model"),
          of(
              "facts",
              createMapType(StringType, StringType, true),
              "lineage: row counts, digests, parameters, environment"),
          of("created_at", TimestampType, "when the version was written"))),
  MODEL_METRICS(
      "model_metrics",
      List.of("pipeline", "version"),
      columns(
          of("pipeline", StringType, "name of the pipeline"),
          of("version", LongType, "version in whose night it was measured"),
          of(
              "subject",
              StringType,
              "candidate, parent, previous, model, popularity, recent_popularity, frequency"),
          of("window", StringType, "validation, prequential or frozen:N"),
          of(
              "segment",
              StringType,
              "all, returning, new, old_items, new_items, repeat, first_time, second_night"),
          of(
              "metric",
              StringType,
              "ndcg, recall, precision, map, mrr, hitrate, auc, coverage, novelty, rmse, mae"),
          of("k", IntegerType, "cut-off; null where the metric has none"),
          of("value", DoubleType, "mean over users"),
          of("low", DoubleType, "lower bound of the 95 % bootstrap interval"),
          of("high", DoubleType, "upper bound"),
          of("users", LongType, "number of users it rests on"))),
  RATING_CLASSES(
      "rating_classes",
      List.of("pipeline", "version"),
      columns(
          of("pipeline", StringType, "name of the pipeline"),
          of("version", LongType, "version in whose night it was measured"),
          of("subject", StringType, "candidate, parent and so on, as in model_metrics"),
          of("window", StringType, "validation, prequential or frozen:N"),
          of(
              "class",
              StringType,
              "liked (at or above evaluation.liked), not_liked, and the averages micro, macro,"
                  + " weighted"),
          of("precision", DoubleType, "share of what was predicted to be of the class that is"),
          of("recall", DoubleType, "share of the class that was predicted to be"),
          of("f1", DoubleType, "harmonic mean of both"),
          of("support", LongType, "ratings of the class; of an average all ratings"))),
  TRAINING_LOSSES(
      "training_losses",
      List.of("pipeline", "version"),
      columns(
          of("pipeline", StringType, "name of the pipeline"),
          of("version", LongType, "version whose training it was"),
          of("epoch", IntegerType, "epoch, from 1; 0: before the first"),
          of("part", StringType, "training, validation, or a term of the loss"),
          of("value", DoubleType, "mean over examples"))),
  EVIDENCE(
      "evidence",
      List.of("pipeline", "version"),
      columns(
          of("pipeline", StringType, "name of the pipeline"),
          of("version", LongType, "version in whose night it was measured"),
          of("newer", StringType, "newer subject"),
          of("older", StringType, "older subject"),
          of("window", StringType, "where both were measured"),
          of("segment", StringType, "whose users"),
          of("metric", StringType, "what was measured"),
          of("k", IntegerType, "cut-off, 0 where the metric has none"),
          of("users", LongType, "number of users"),
          of("newer_sum", DoubleType, "sum of the newer subject's metric over users"),
          of("older_sum", DoubleType, "sum of the older subject's"),
          of(
              "newer_sums",
              createArrayType(DoubleType, false),
              "weighted sums by bootstrap replicate"),
          of(
              "older_sums",
              createArrayType(DoubleType, false),
              "weighted sums by bootstrap replicate"),
          of(
              "weights",
              createArrayType(DoubleType, false),
              "sums of weights by bootstrap replicate"))),
  INPUT_PROFILES(
      "input_profiles",
      List.of("pipeline", "version"),
      columns(
          of("pipeline", StringType, "name of the pipeline"),
          of("version", LongType, "version in whose night the input came"),
          of("night", DateType, "last day of the input"),
          of("days", IntegerType, "distinct days in it"),
          of(
              "figures",
              createMapType(StringType, DoubleType, true),
              "rows, users, items, top_item_share and so on"))),
  FROZEN_WINDOWS(
      "frozen_windows",
      List.of("pipeline", "version"),
      columns(
          of("pipeline", StringType, "name of the pipeline"),
          of("version", LongType, "version whose validation window it is"),
          of("user", IntegerType, "dense index of the user"),
          of(
              "items",
              createArrayType(IntegerType, false),
              "items of his events in the window, increasing"),
          of("values", createArrayType(FloatType, false), "value of his last event with each item"),
          of("seen_items", createArrayType(IntegerType, false), "items he had before, increasing"),
          of("seen_counts", createArrayType(FloatType, false), "decayed counts of them"),
          of("seen_events", createArrayType(IntegerType, false), "counts that never fade"),
          of(
              "seen_last_times",
              createArrayType(LongType, false),
              "epoch milliseconds of the last event with each"),
          of("total_users", LongType, "users in the window before sampling"),
          of(
              "old_items",
              createArrayType(LongType, false),
              "set of the items that had events before the window, 64 a word, lowest first; in the"
                  + " row of the lowest user, null in the others"))),
  GATE_FINDINGS(
      "gate_findings",
      List.of("pipeline", "version"),
      columns(
          of("pipeline", StringType, "name of the pipeline"),
          of("version", LongType, "version that was judged"),
          of("position", IntegerType, "order of the rules, from 0"),
          of("rule", StringType, "name of the rule"),
          of("threshold", StringType, "what was configured"),
          of("measured", StringType, "what was measured"),
          of("outcome", StringType, "passed, failed or skipped"),
          of("detail", StringType, "a sentence for people"))),
  SLICES(
      "slices",
      List.of("pipeline", "version"),
      columns(
          of("pipeline", StringType, "name of the pipeline"),
          of("version", LongType, "version whose night said so; the highest wins"),
          of("slice_id", StringType, "name of the slice: the version that first tried it"),
          of("table_id", StringType, "Delta id of the source table"),
          of("from_commit", LongType, "commit consumed before, inclusive"),
          of("from_time", TimestampType, "event time consumed before, exclusive"),
          of("to_commit", LongType, "commit consumed after, inclusive"),
          of("to_time", TimestampType, "event time consumed after, exclusive"),
          of("state", StringType, "consumed, pending, set_aside or admitted"),
          of("run_id", StringType, "run that learnt it or tried to"),
          of("learnt_by", LongType, "version that learnt it or tried to"))),
  MODEL_ALIASES(
      "model_aliases",
      List.of("pipeline", "sequence"),
      columns(
          of("pipeline", StringType, "name of the pipeline"),
          of("sequence", LongType, "number of the change, from 1; the highest of an alias wins"),
          of("alias", StringType, "champion, previous or challenger"),
          of("version", LongType, "version it points to from now on"),
          of("since", TimestampType, "when it was set"))),
  RUNS(
      "runs",
      List.of("pipeline", "run_id"),
      columns(
          of("pipeline", StringType, "name of the pipeline"),
          of("run_id", StringType, "unique name of the run"),
          of("command", StringType, "command that ran"),
          of(
              "interval_from",
              TimestampType,
              "begin of the interval asked for; null: since the watermark"),
          of("interval_to", TimestampType, "its end, exclusive"),
          of(
              "version",
              LongType,
              "version number that the run reserved; null when nothing was new"),
          of("parent", LongType, "champion at the start"),
          of("table_id", StringType, "Delta id of the source table"),
          of("from_commit", LongType, "commit consumed before, inclusive"),
          of("from_time", TimestampType, "event time consumed before, exclusive"),
          of("to_commit", LongType, "commit consumed after, inclusive"),
          of("to_time", TimestampType, "event time consumed after, exclusive"),
          of("seed", LongType, "seed of its random choices"),
          of("pipeline_digest", StringType, "SHA-256 of the pipeline's definition"),
          of("state", StringType, "open or closed"),
          of("outcome", StringType, "promoted, rejected, nothing_new or failed; null while open"),
          of("opened_at", TimestampType, "when the run began"),
          of("closed_at", TimestampType, "when it ended"),
          of("phases", createMapType(StringType, DoubleType, true), "seconds by phase"),
          of(
              "row_counts",
              createMapType(StringType, LongType, true),
              "rows read, late, fit, validation and so on"),
          of(
              "environment",
              createMapType(StringType, StringType, true),
              "code version, Spark conf"))),
  BACKTESTS(
      "backtests",
      List.of("pipeline", "backtest_id", "night"),
      columns(
          of("pipeline", StringType, "name of the pipeline"),
          of("backtest_id", StringType, "name of the backtest"),
          of("night", DateType, "day that was replayed"),
          of(
              "arm",
              StringType,
              "what was measured: ours-model, full-retrain, popularity and so on"),
          of(
              "window",
              StringType,
              "prequential: the night before it was learnt; frozen:DAY: that day's events, after"
                  + " this night; unlearnt:DAY: the same, before its own night was learnt"),
          of(
              "segment",
              StringType,
              "all, returning, new, old_items, new_items, repeat, first_time, second_night"),
          of("metric", StringType, "ndcg, recall, rmse and so on, as in model_metrics"),
          of("k", IntegerType, "cut-off; null where the metric has none"),
          of("value", DoubleType, "mean over users"),
          of("users", LongType, "number of users it rests on"),
          of("train_seconds", DoubleType, "seconds that the arm took to learn the night"),
          of("rows", LongType, "events or pairs that it learnt from"),
          of("events", LongType, "events of the night"),
          of(
              "replicates",
              createArrayType(FloatType, false),
              "the value in each bootstrap replicate, the same users drawn for every arm; null for"
                  + " all but the primary metric"))),
  RECOMMENDATIONS("recommendations", List.of("pipeline", "user_bucket"), Columns.recommendations()),
  RECOMMENDATION_PARTS(
      "recommendation_parts",
      List.of("pipeline", "batch", "user_bucket"),
      Columns.recommendations()
          .add(of("batch", StringType, "batch that is not published yet and wrote the row"))),
  RECOMMENDATION_BATCHES(
      "recommendation_batches",
      List.of("pipeline", "sequence"),
      columns(
          of("pipeline", StringType, "name of the pipeline"),
          of("sequence", LongType, "number of the batch, from 1; the highest stands"),
          of("batch", StringType, "digest of what was asked for"),
          of("content", StringType, "digest of version, options, items and events read"),
          of("version", LongType, "version that recommends"),
          of("scope", StringType, "all, or touched: only the users that had changed"),
          of("buckets", IntegerType, "number of user buckets"),
          of("users", LongType, "users that were renewed"),
          of("options", createMapType(StringType, StringType, true), "what was asked for"),
          of("created_at", TimestampType, "when the batch was published"))),
  LEASES(
      "leases",
      List.of("pipeline"),
      columns(
          of("pipeline", StringType, "pipeline that is held"),
          of("owner", StringType, "run that holds it"),
          of("host", StringType, "machine of the owner"),
          of("process", LongType, "process id of the owner on it"),
          of("process_start", LongType, "when that process began, epoch milliseconds; 0: unknown"),
          of("heartbeat", TimestampType, "when the owner last said that it lives"),
          of("released", StringType, "yes or no")));

  private final String tableName;
  private final List<String> partitions;
  private final StructType schema;

  Tables(String tableName, List<String> partitions, StructType schema) {
    this.tableName = tableName;
    this.partitions = partitions;
    this.schema = schema;
  }

  /** As in SQL and as the folder's name. */
  public String tableName() {
    return tableName;
  }

  /** Partition columns, in order. */
  public List<String> partitions() {
    return partitions;
  }

  /** Columns with their comments. */
  public StructType schema() {
    return schema;
  }

  private static StructField of(String name, DataType type, String comment) {
    return new StructField(name, type, true, org.apache.spark.sql.types.Metadata.empty())
        .withComment(comment);
  }

  private static StructType columns(StructField... fields) {
    return new StructType(fields);
  }

  /** Columns of several tables: enum constants cannot call each other. */
  private static final class Columns {
    static StructType recommendations() {
      return columns(
          of("pipeline", StringType, "name of the pipeline"),
          of("user_bucket", IntegerType, "bucket of the user, by a hash of the id"),
          of("user", StringType, "natural id of the user"),
          of("rank", IntegerType, "place of the item, from 1"),
          of("item", StringType, "natural id of the item"),
          of("score", FloatType, "by which items are ranked; comparable within a user only"),
          of("source", StringType, "model, fold_in or popularity"),
          of("version", LongType, "version that recommends"));
    }
  }

  private static StructType versioned(StructType rows) {
    StructType schema =
        columns(
            of("pipeline", StringType, "name of the pipeline"),
            of("version", LongType, "version that wrote the row"));
    for (StructField field : rows.fields()) {
      schema =
          schema.add(
              of(
                  field.name(),
                  field.dataType(),
                  field.getComment().getOrElse(() -> field.name().replace('_', ' '))));
    }
    return schema;
  }
}
