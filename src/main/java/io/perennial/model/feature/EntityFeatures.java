package io.perennial.model.feature;

import java.util.Objects;
import java.util.Optional;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * What is known of users and items beside their events, by dense index.
 *
 * @param items features of items; rows of items without an event are there too, where they have an
 *     index
 * @param users features of users
 */
public record EntityFeatures(Optional<Side> items, Optional<Side> users) {
  /** Nothing is known. */
  public static final EntityFeatures NONE = new EntityFeatures(Optional.empty(), Optional.empty());

  public EntityFeatures {
    Objects.requireNonNull(items, "items");
    Objects.requireNonNull(users, "users");
  }

  /**
   * Features of one side.
   *
   * @param table what was declared
   * @param rows with the columns {@link RawFeatures#SCHEMA}, one row an entity
   */
  public record Side(FeatureTable table, Dataset<Row> rows) {
    public Side {
      Objects.requireNonNull(table, "table");
      Objects.requireNonNull(rows, "rows");
    }
  }
}
