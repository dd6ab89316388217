package io.perennial.slice;

import java.time.Instant;
import java.util.Objects;

/**
 * The events that one night learns: {commit ≤ to.commit and time < to.eventTime} minus {commit ≤
 * from.commit and time < from.eventTime}. Reads the same rows each time, or fails with {@link
 * io.perennial.event.SourceGapException}.
 *
 * @param tableId Delta's id of the source table, which changes when the table is replaced
 * @param from what had been consumed; commit −1 for a line's first night, whose {@code
 *     from.eventTime} is where the line begins
 * @param to what will have been consumed
 */
public record EventSlice(String tableId, Watermark from, Watermark to) {
  public EventSlice {
    Objects.requireNonNull(tableId, "tableId");
    if (from.commit() > to.commit() || from.eventTime().isAfter(to.eventTime())) {
      throw new IllegalArgumentException(
          "A slice cannot end before it begins: " + from + " to " + to);
    }
  }

  /** True for a late row: an event before what its line had consumed already, seen only now. */
  public boolean isLate(Instant eventTime) {
    return eventTime.isBefore(from.eventTime());
  }

  /** Nothing can be new between two equal bounds. */
  public boolean isEmpty() {
    return from.equals(to);
  }
}
