package io.perennial.slice;

import io.perennial.event.EventTable;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/** Decides which events of a table a night learns. */
public final class SliceSelector {
  private SliceSelector() {}

  /**
   * The slice from what was consumed to the table's latest commit: up to the end of the interval,
   * or without one to just after the latest event.
   *
   * @param consumed {@link Watermark#NOTHING} for a line's first night, which begins where the
   *     interval does
   * @return empty when nothing is left: the interval ends at or before what was consumed, the table
   *     has not changed, or it is empty
   * @throws io.perennial.event.SourceGapException if the table is older than what was consumed
   */
  public static Optional<EventSlice> select(
      EventTable table, Watermark consumed, Optional<Interval> interval) {
    long commit = table.latestVersion();
    if (commit < consumed.commit()) {
      throw table.olderThan(consumed.commit());
    }
    Watermark from = consumed;
    Instant end;
    if (interval.isPresent()) {
      end = interval.get().to();
      if (!end.isAfter(consumed.eventTime())) {
        return Optional.empty();
      }
      if (consumed.commit() < 0) {
        from = new Watermark(consumed.commit(), interval.get().from());
      }
    } else {
      Optional<Instant> latest = table.latestEventTime(commit);
      if (latest.isEmpty()) {
        return Optional.empty();
      }
      Instant after = latest.get().plus(1, ChronoUnit.MICROS);
      end = after.isBefore(consumed.eventTime()) ? consumed.eventTime() : after;
    }
    EventSlice slice = new EventSlice(table.tableId(), from, new Watermark(commit, end));
    return slice.isEmpty() ? Optional.empty() : Optional.of(slice);
  }

  /**
   * The same, having checked that the table is the one that was consumed.
   *
   * @param consumedTableId id of the table that {@code consumed} speaks of
   * @throws io.perennial.event.SourceGapException if the table was replaced
   */
  public static Optional<EventSlice> select(
      EventTable table, String consumedTableId, Watermark consumed, Optional<Interval> interval) {
    table.requireSame(consumedTableId);
    return select(table, consumed, interval);
  }
}
