package io.perennial.slice;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.unix_micros;
import static org.apache.spark.sql.functions.when;

import io.perennial.event.EventColumns;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * A slice cut at one instant: no fit event is at or after the cut, no validation event before it.
 * Late events, which lie before the slice's span of time, are fitted.
 *
 * @param cut first instant of validation; the slice's end when nothing validates
 * @param fit events before the cut
 * @param validation events at or after it
 * @param fitRows number of events to fit, late ones with them
 * @param validationRows number of events to validate
 * @param lateRows number of late events
 * @param unvalidated why nothing validates; empty when something does
 */
public record ChronologicalSplit(
    Instant cut,
    Dataset<Row> fit,
    Dataset<Row> validation,
    long fitRows,
    long validationRows,
    long lateRows,
    Optional<String> unvalidated) {
  /** Steps in which the span of a slice is searched for the cut. */
  private static final long STEPS = 65_536;

  /**
   * Cuts the events of a slice; scans them two or three times, so they are best persisted.
   *
   * @param rows what {@link SliceReader#read} gave for the slice
   */
  public static ChronologicalSplit of(Dataset<Row> rows, EventSlice slice, SplitPolicy policy) {
    Column micros = unix_micros(col(EventColumns.TIME));
    long from = micros(slice.from().eventTime());
    Column late = micros.lt(lit(from));
    Column time = when(late, lit(null)).otherwise(micros);
    Row bounds = rows.agg(count(lit(1)), count(time), min(time), max(time)).head();
    long total = bounds.getLong(0);
    long onTime = bounds.getLong(1);
    long lateRows = total - onTime;
    if (onTime < 2 || bounds.getLong(2) == bounds.getLong(3)) {
      String why =
          onTime == 0
              ? "the slice has no events of its own span of time"
              : onTime == 1
                  ? "the slice has one event only"
                  : "all " + onTime + " events of the slice are of one instant";
      Instant cut = slice.to().eventTime();
      return split(rows, cut, total, 0, lateRows, Optional.of(why));
    }
    long first = bounds.getLong(2);
    long last = bounds.getLong(3);
    long step = Math.max(1, (last - first) / STEPS + 1);
    Column bucket = micros.minus(lit(first)).divide(lit(step));
    List<Row> histogram =
        rows.filter(late.unary_$bang())
            .groupBy(org.apache.spark.sql.functions.floor(bucket).cast("long").as("bucket"))
            .agg(count(lit(1)), min(micros))
            .collectAsList();
    long cut = cut(histogram, onTime, policy.validationShare());
    Optional<Long> earliest =
        policy.maximalWindow().map(window -> last - micros(window) + 1).filter(e -> e > first);
    if (earliest.isPresent() && earliest.get() > cut) {
      cut = earliest.get();
    }
    Row counts = rows.agg(sum(when(micros.geq(lit(cut)), lit(1L)).otherwise(lit(0L)))).head();
    long validationRows = counts.getLong(0);
    return split(
        rows, instant(cut), total - validationRows, validationRows, lateRows, Optional.empty());
  }

  /** The step whose beginning leaves the share nearest to the one wanted; of two, the later. */
  private static long cut(List<Row> histogram, long onTime, double share) {
    Row[] steps = histogram.toArray(Row[]::new);
    Arrays.sort(steps, Comparator.comparingLong(row -> row.getLong(0)));
    if (steps.length < 2) {
      throw new IllegalStateException("Two instants lie in one step of the search");
    }
    double wanted = share * onTime;
    long after = 0;
    long best = 0;
    double bestDistance = Double.POSITIVE_INFINITY;
    for (int i = steps.length - 1; i > 0; i--) {
      after += steps[i].getLong(1);
      double distance = Math.abs(after - wanted);
      if (distance < bestDistance) {
        bestDistance = distance;
        best = steps[i].getLong(2);
      }
    }
    return best;
  }

  private static ChronologicalSplit split(
      Dataset<Row> rows,
      Instant cut,
      long fitRows,
      long validationRows,
      long lateRows,
      Optional<String> why) {
    Column before = col(EventColumns.TIME).lt(lit(cut));
    return new ChronologicalSplit(
        cut,
        rows.filter(before),
        rows.filter(before.unary_$bang()),
        fitRows,
        validationRows,
        lateRows,
        why);
  }

  private static long micros(Instant instant) {
    return Math.addExact(
        Math.multiplyExact(instant.getEpochSecond(), 1_000_000L), instant.getNano() / 1_000);
  }

  private static long micros(Duration window) {
    return Math.addExact(
        Math.multiplyExact(window.getSeconds(), 1_000_000L), window.getNano() / 1_000);
  }

  private static Instant instant(long micros) {
    return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
  }
}
