package io.perennial.recommendation;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.pmod;
import static org.apache.spark.sql.functions.xxhash64;

import io.perennial.model.history.HistoryTable;
import io.perennial.registry.ModelRegistry;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructField;

/** The users of a batch as datasets, in the form that {@link Ranking#rank} takes. */
final class UserRows {
  private static final List<String> EVENT_COLUMNS =
      List.of("items", "counts", "values", "events", "last_times");

  private final ModelRegistry registry;
  private final RecommendationSource source;
  private final Prepared prepared;
  private final boolean excludeSeen;

  UserRows(
      ModelRegistry registry,
      RecommendationSource source,
      Prepared prepared,
      RecommendationOptions options) {
    this.registry = registry;
    this.source = source;
    this.prepared = prepared;
    this.excludeSeen = options.excludeSeen();
  }

  /** In which of so many buckets a user lies, for good. */
  static Column bucket(Column user, int buckets) {
    return pmod(xxhash64(user), lit((long) buckets)).cast("int");
  }

  /**
   * Everybody whom the version knows and everybody who did something since.
   *
   * @param wanted buckets of these users
   * @param buckets of so many
   */
  Dataset<Row> rows(List<Integer> wanted, int buckets) {
    Column inside = bucket(col("user"), buckets).isin(wanted.toArray());
    Dataset<Row> known = known().where(inside);
    Dataset<Row> all = known;
    if (prepared.fresh().isPresent()) {
      Dataset<Row> since =
          histories(Optional.empty())
              .where(bucket(col("since_user"), buckets).isin(wanted.toArray()));
      all =
          known
              .join(since, col("user").equalTo(col("since_user")), "full_outer")
              .withColumn("user", coalesce(col("user"), col("since_user")));
    } else {
      for (String column : EVENT_COLUMNS) {
        all = all.withColumn(column, lit(null).cast(typeOf(column).dataType()));
      }
    }
    return all.withColumn("user_bucket", bucket(col("user"), buckets))
        .select(
            "user",
            "user_bucket",
            "factor",
            "seen",
            "items",
            "counts",
            "values",
            "events",
            "last_times",
            "had_counts",
            "had_events",
            "had_last_times");
  }

  /**
   * What users did since, with the columns since_user, items, counts, values, events, last_times.
   */
  Dataset<Row> histories(Optional<Column> wanted) {
    return prepared
        .fresh()
        .orElseThrow()
        .histories(knownItems(), source.family().decay(), wanted)
        .withColumnRenamed("user", "since_user");
  }

  private Dataset<Row> knownItems() {
    return registry
        .ids(source.pipeline(), "item")
        .where(col("index").lt(prepared.catalogue().rows().capacity()));
  }

  /** Columns user, factor, seen, had_counts, had_events, had_last_times. */
  private Dataset<Row> known() {
    Dataset<Row> users =
        registry
            .ids(source.pipeline(), "user")
            .select(col("id").as("user"), col("index"))
            .join(prepared.state().users().dataset().select("index", "factor"), "index");
    if (!excludeSeen && prepared.serving().isEmpty() && prepared.blending().isEmpty()) {
      return users
          .withColumn("seen", lit(null).cast(typeOf("items").dataType()))
          .withColumn("had_counts", lit(null).cast(typeOf("counts").dataType()))
          .withColumn("had_events", lit(null).cast(typeOf("events").dataType()))
          .withColumn("had_last_times", lit(null).cast(typeOf("last_times").dataType()));
    }
    Dataset<Row> history =
        registry
            .history(prepared.version())
            .dataset()
            .select(
                col("index"),
                col("items").as("seen"),
                col("counts").as("had_counts"),
                col("events").as("had_events"),
                col("last_times").as("had_last_times"));
    return users.join(history, new String[] {"index"}, "left");
  }

  private static StructField typeOf(String column) {
    return HistoryTable.SCHEMA.apply(column);
  }
}
