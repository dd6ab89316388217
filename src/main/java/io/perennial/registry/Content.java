package io.perennial.registry;

import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** Rows to be written to a table. */
sealed interface Content {
  /** No rows. */
  Content NOTHING = new Records(List.of());

  /**
   * Few rows, in memory.
   *
   * @param rows with every column of the table in its order; instants as {@code Instant}, dates as
   *     {@code LocalDate}
   */
  record Records(List<Row> rows) implements Content {}

  /** Rows that a query gives, with every column of the table by name. */
  record Query(Dataset<Row> rows) implements Content {}
}
