package io.perennial.recommendation;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.to_utc_timestamp;
import static org.apache.spark.sql.functions.unix_micros;

import io.perennial.event.UnreadableSourceException;
import java.io.IOException;
import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;

/**
 * What an item table says, in memory.
 *
 * @param titles title by natural id
 * @param unavailable natural ids of items that may not be recommended now
 */
record ItemDirectory(Map<String, String> titles, Set<String> unavailable) {
  /** Of a pipeline without an item table. */
  static final ItemDirectory NONE = new ItemDirectory(Map.of(), Set.of());

  /**
   * Reads a table.
   *
   * @param zone in which days begin, and timestamps without a zone are meant
   * @param now an item is available from {@code availableFrom} on, before {@code availableUntil};
   *     of several rows of an item one that is available is enough
   * @throws UnreadableSourceException where the table or a column is missing
   */
  static ItemDirectory read(SparkSession spark, ItemTable table, ZoneId zone, Instant now) {
    Dataset<Row> rows = open(spark, table.table());
    Column title = table.title().map(c -> column(rows, table, c)).orElse(lit(null));
    Dataset<Row> items =
        rows.select(
                column(rows, table, table.id()).cast("string").as("id"),
                title.cast("string").as("title"),
                micros(rows, table, table.availableFrom(), zone).as("available_from"),
                micros(rows, table, table.availableUntil(), zone).as("available_until"))
            .where(col("id").isNotNull())
            .orderBy("id", "title");
    long instant = ChronoUnit.MICROS.between(Instant.EPOCH, now);
    Map<String, String> titles = new HashMap<>();
    Set<String> available = new HashSet<>();
    Set<String> unavailable = new HashSet<>();
    for (Row row : items.collectAsList()) {
      String id = row.getString(0);
      if (!row.isNullAt(1)) {
        titles.putIfAbsent(id, row.getString(1));
      }
      boolean began = row.isNullAt(2) || row.getLong(2) <= instant;
      boolean lasts = row.isNullAt(3) || instant < row.getLong(3);
      (began && lasts ? available : unavailable).add(id);
    }
    unavailable.removeAll(available);
    return new ItemDirectory(titles, unavailable);
  }

  Optional<String> title(String item) {
    return Optional.ofNullable(titles.get(item));
  }

  private static Dataset<Row> open(SparkSession spark, String table) {
    boolean named = !table.contains("/") && !table.contains(":");
    if (named && spark.catalog().tableExists(table)) {
      return spark.table(table);
    }
    Path path = new Path(table);
    try {
      var files = path.getFileSystem(spark.sessionState().newHadoopConf());
      if (!files.exists(path)) {
        throw new UnreadableSourceException(
            "Cannot read the item table "
                + table
                + " (items.table): there is none. Name a table of the catalog, or the path of a"
                + " Delta table, a Parquet folder or a CSV file.");
      }
      if (files.exists(new Path(path, "_delta_log"))) {
        return spark.read().format("delta").load(table);
      }
    } catch (IOException e) {
      throw new UnreadableSourceException(
          "Cannot read the item table " + table + " (items.table): " + e.getMessage(), e);
    }
    return table.matches("(?i).*\\.csv(\\.gz)?")
        ? spark.read().option("header", "true").csv(table)
        : spark.read().parquet(table);
  }

  private static Column column(Dataset<Row> rows, ItemTable table, String name) {
    List<String> known = Arrays.asList(rows.columns());
    if (!known.contains(name)) {
      throw new UnreadableSourceException(
          "The item table "
              + table.table()
              + " has no column '"
              + name
              + "' (section items); it has "
              + String.join(", ", known)
              + ".");
    }
    return rows.col("`" + name.replace("`", "``") + "`");
  }

  private static Column micros(
      Dataset<Row> rows, ItemTable table, Optional<String> name, ZoneId zone) {
    if (name.isEmpty()) {
      return lit(null).cast(DataTypes.LongType);
    }
    Column value = column(rows, table, name.get());
    DataType type = rows.schema().apply(name.get()).dataType();
    if (!type.equals(DataTypes.TimestampType)) {
      value = to_utc_timestamp(value.cast(DataTypes.TimestampType), zone.getId());
    }
    return unix_micros(value);
  }
}
