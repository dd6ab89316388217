package io.perennial.recommendation;

import java.util.Objects;
import java.util.Optional;

/**
 * A table that says more about items than events do, and how its columns are called.
 *
 * @param table catalog name of a table, or path of a Delta table, a Parquet folder or a CSV file
 *     with a header line
 * @param id natural id of the item, as in events
 * @param title what people call the item
 * @param availableFrom first day or instant at which the item may be recommended; null: always
 * @param availableUntil first day or instant at which it no longer may; null: never
 */
public record ItemTable(
    String table,
    String id,
    Optional<String> title,
    Optional<String> availableFrom,
    Optional<String> availableUntil) {
  public ItemTable {
    Objects.requireNonNull(table, "table");
    Objects.requireNonNull(id, "id");
    if (table.isBlank() || id.isBlank()) {
      throw new IllegalArgumentException("items.table and items.id must not be empty");
    }
  }
}
