package io.perennial.slice;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import io.perennial.event.DataContractException;
import io.perennial.event.EventChanges;
import io.perennial.event.EventColumns;
import io.perennial.event.EventSource;
import io.perennial.event.EventTable;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** Reads the events of a slice: the same rows each time. */
public final class SliceReader {
  private SliceReader() {}

  /**
   * The events of a slice, in the canonical columns of {@link EventColumns}: those of its span of
   * event time as the table has them at the slice's last commit, and the late ones (an earlier
   * event time, in a commit after what was consumed). Events without an event time belong to the
   * slice whose commits brought them.
   *
   * @throws io.perennial.event.SourceGapException if the table's history can no longer tell
   * @throws DataContractException if events that were learnt were updated or deleted and the source
   *     refuses that
   */
  public static Dataset<Row> read(EventTable table, EventSlice slice) {
    table.requireSame(slice.tableId());
    Dataset<Row> onTime =
        table.snapshot(slice.to().commit(), slice.from().eventTime(), slice.to().eventTime());
    if (slice.from().commit() < 0) {
      return onTime.unionByName(table.undated(slice.to().commit()));
    }
    if (slice.from().commit() == slice.to().commit()) {
      return onTime;
    }
    EventChanges changes = table.changes(slice.from().commit(), slice.to().commit());
    Column late = col(EventColumns.TIME).lt(lit(slice.from().eventTime()));
    if (changes.removing() == EventChanges.Removing.YES
        && table.source().removals() == EventSource.Removals.REFUSE) {
      long removed = changes.removed().filter(late).count();
      if (removed > 0) {
        throw new DataContractException(
            "Cannot learn what is new in "
                + table.label()
                + ": commits "
                + (slice.from().commit() + 1)
                + " to "
                + slice.to().commit()
                + " updated or deleted "
                + removed
                + " events that were learnt already. Run 'retrain --full-rebuild' to learn the"
                + " table as it is now, or set source.removals: ignore to go on with what was"
                + " learnt.");
      }
    }
    return onTime.unionByName(changes.inserted().filter(late.or(col(EventColumns.TIME).isNull())));
  }

  /**
   * About how many bytes {@link #read} will read: the whole table for a slice without a beginning,
   * else the files that came since.
   */
  public static long bytes(EventTable table, EventSlice slice) {
    table.requireSame(slice.tableId());
    return slice.from().commit() < 0
        ? table.bytes()
        : table.addedBytes(slice.from().commit(), slice.to().commit());
  }

  /** How many events that were learnt before the slice its commits updated or deleted. */
  public static long removedRows(EventTable table, EventSlice slice) {
    if (slice.from().commit() < 0 || slice.from().commit() == slice.to().commit()) {
      return 0;
    }
    EventChanges changes = table.changes(slice.from().commit(), slice.to().commit());
    return changes.removing() == EventChanges.Removing.NO
        ? 0
        : changes
            .removed()
            .filter(col(EventColumns.TIME).lt(lit(slice.from().eventTime())))
            .count();
  }
}
