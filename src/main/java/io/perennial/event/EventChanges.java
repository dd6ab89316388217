package io.perennial.event;

import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * What a range of commits did to a source table, in the canonical columns of {@link EventColumns};
 * a row that was inserted and removed within the range is in neither.
 *
 * @param inserted rows that the range added, as often as it added them
 * @param removed rows of before the range that it deleted or updated away
 * @param removing whether any commit of the range removed data; when not, {@code removed} is empty
 */
public record EventChanges(Dataset<Row> inserted, Dataset<Row> removed, Removing removing) {
  /** Whether a range of commits may have removed rows. */
  public enum Removing {
    /** Every commit only added rows. */
    NO,
    /** Some commit deleted, updated or replaced rows. */
    YES
  }
}
