package io.perennial.model.history;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.greatest;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.max_by;
import static org.apache.spark.sql.functions.pow;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.unix_millis;

import io.perennial.event.EventColumns;
import java.time.Duration;
import java.time.Instant;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** What counts as one event, and what is left of it, as columns. */
public final class DatedEvents {
  /** When it was. */
  public static final String TIME = "dated_time";

  /** Its value; 1 where it has none. */
  public static final String VALUE = "dated_value";

  private DatedEvents() {}

  /**
   * User, item, date, {@link #TIME} and {@link #VALUE} of what counts as one event: each row, or
   * the last of a pair on a day.
   */
  public static Dataset<Row> of(Dataset<Row> events, DecayPolicy decay) {
    Column user = col(EventColumns.USER_INDEX);
    Column item = col(EventColumns.ITEM_INDEX);
    Dataset<Row> rows =
        events.select(
            user,
            item,
            col(EventColumns.DATE),
            col(EventColumns.TIME).as(TIME),
            coalesce(col(EventColumns.VALUE), lit(1.0)).as(VALUE));
    return decay.aggregate() == DecayPolicy.Aggregate.DAY
        ? rows.groupBy(user, item, col(EventColumns.DATE)).agg(last(), max(col(TIME)).as(TIME))
        : rows;
  }

  /** Value of the last event; of those at the same instant, the highest. */
  public static Column last() {
    return max_by(col(VALUE), struct(col(TIME), col(VALUE))).as(VALUE);
  }

  /** What is left at an instant of what happened at a time; all of what comes later. */
  public static Column fade(DecayPolicy decay, Instant now, Column time) {
    return fade(decay, greatest(lit(0L), lit(now.toEpochMilli()).minus(unix_millis(time))));
  }

  /** The same factor as {@link DecayPolicy#fade}, of a column of 0 or more. */
  static Column fade(DecayPolicy decay, Column millis) {
    return decay.halfLife().map(half -> fade(half, millis)).orElse(lit(1.0));
  }

  static Column fade(Duration halfLife, Column millis) {
    return pow(lit(0.5), millis.divide(lit((double) halfLife.toMillis())));
  }
}
