package io.perennial.registry;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.unix_micros;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;

/**
 * Instants to and from rows. They are read as microseconds since 1970: {@code java.sql.Timestamp}
 * would move instants before 1582 by days.
 */
final class Timestamps {
  private static final long MICROS = 1_000_000L;

  private Timestamps() {}

  /** The same columns, each timestamp as microseconds since 1970. */
  static Dataset<Row> asMicros(Dataset<Row> rows) {
    StructField[] fields = rows.schema().fields();
    Column[] columns = new Column[fields.length];
    for (int i = 0; i < fields.length; i++) {
      String name = fields[i].name();
      columns[i] =
          fields[i].dataType().equals(DataTypes.TimestampType)
              ? unix_micros(col(name)).as(name)
              : col(name);
    }
    return rows.select(columns);
  }

  static Instant instant(long micros) {
    return Instant.ofEpochSecond(
        Math.floorDiv(micros, MICROS), Math.floorMod(micros, MICROS) * 1000L);
  }

  /** As it is read back: timestamps hold microseconds. */
  static Instant stored(Instant instant) {
    return instant.truncatedTo(ChronoUnit.MICROS);
  }
}
