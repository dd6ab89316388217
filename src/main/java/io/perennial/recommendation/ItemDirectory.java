package io.perennial.recommendation;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.to_utc_timestamp;
import static org.apache.spark.sql.functions.unix_micros;

import io.perennial.event.NamedTable;
import io.perennial.event.UnreadableSourceException;
import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
    NamedTable rows = NamedTable.open(spark, table.table(), "item table", "items");
    Column title = table.title().map(rows::column).orElse(lit(null));
    Dataset<Row> items =
        rows.rows()
            .select(
                rows.column(table.id()).cast("string").as("id"),
                title.cast("string").as("title"),
                micros(rows, table.availableFrom(), zone).as("available_from"),
                micros(rows, table.availableUntil(), zone).as("available_until"))
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
