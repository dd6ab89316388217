package io.perennial.recommendation;

import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.to_utc_timestamp;
import static org.apache.spark.sql.functions.unix_micros;

import io.perennial.event.NamedTable;
import io.perennial.event.UnreadableSourceException;
import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;

/** What an item table says. Its rows stay where they are; asked for, it answers by a Spark job. */
final class ItemDirectory {
  /** Of a pipeline without an item table. */
  static final ItemDirectory NONE = new ItemDirectory(null, false);

  /** Columns id, title (the first in order) and available, one row an item; null: no table. */
  private final Dataset<Row> items;

  /** Whether the table has dates; otherwise every item is available. */
  private final boolean dated;

  private ItemDirectory(Dataset<Row> items, boolean dated) {
    this.items = items;
    this.dated = dated;
  }

  /**
   * Opens a table.
   *
   * @param zone in which days begin, and timestamps without a zone are meant
   * @param now an item is available from {@code availableFrom} on, before {@code availableUntil};
   *     of several rows of an item one that is available is enough
   * @throws UnreadableSourceException where the table or a column is missing
   */
  static ItemDirectory open(SparkSession spark, ItemTable table, ZoneId zone, Instant now) {
    NamedTable rows = NamedTable.open(spark, table.table(), "item table", "items");
    Column title = table.title().map(rows::column).orElse(lit(null));
    Column instant = lit(ChronoUnit.MICROS.between(Instant.EPOCH, now));
    Column began = coalesce(micros(rows, table.availableFrom(), zone).leq(instant), lit(true));
    Column lasts = coalesce(micros(rows, table.availableUntil(), zone).gt(instant), lit(true));
    return new ItemDirectory(
        rows.rows()
            .select(
                rows.column(table.id()).cast("string").as("id"),
                title.cast("string").as("title"),
                began.and(lasts).as("available"))
            .where(col("id").isNotNull())
            .groupBy("id")
            .agg(min("title").as("title"), max("available").as("available")),
        table.availableFrom().isPresent() || table.availableUntil().isPresent());
  }

  /**
   * Which items may not be recommended now, by dense index: a bit an item.
   *
   * @param ids columns id and index of every item
   */
  BitSet unavailable(Dataset<Row> ids) {
    if (!dated) {
      return new BitSet();
    }
    return items
        .where(not(col("available")))
        .join(ids, "id")
        .select("index")
        .toJavaRDD()
        .treeAggregate(
            new BitSet(),
            (set, row) -> {
              set.set(row.getInt(0));
              return set;
            },
            (set, other) -> {
              set.or(other);
              return set;
            });
  }

  /** Titles of some items, of those that have one, by natural id. */
  Map<String, String> titles(Set<String> wanted) {
    Map<String, String> titles = new HashMap<>();
    if (items != null && !wanted.isEmpty()) {
      Dataset<Row> some =
          items.sparkSession().createDataset(List.copyOf(wanted), Encoders.STRING()).toDF("id");
      items
          .where(col("title").isNotNull())
          .join(broadcast(some), "id")
          .select("id", "title")
          .collectAsList()
          .forEach(row -> titles.put(row.getString(0), row.getString(1)));
    }
    return titles;
  }

  private static Column micros(NamedTable rows, Optional<String> name, ZoneId zone) {
    if (name.isEmpty()) {
      return lit(null).cast(DataTypes.LongType);
    }
    Column value = rows.column(name.get());
    DataType type = rows.type(name.get());
    if (!type.equals(DataTypes.TimestampType)) {
      value = to_utc_timestamp(value.cast(DataTypes.TimestampType), zone.getId());
    }
    return unix_micros(value);
  }
}
