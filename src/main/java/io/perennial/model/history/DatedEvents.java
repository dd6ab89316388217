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
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** What counts as one event, and what is left of it, as columns. */
public final class DatedEvents {
  /** When it was. */
  public static final String TIME = "dated_time";

  /** Its value; 1 where it has none. */
  public static final String VALUE = "dated_value";

  /** What it counts: the weight of its behaviour; 1 where nobody tells them apart. */
  public static final String WEIGHT = "dated_weight";

  private DatedEvents() {}

  /**
   * User, item, date, {@link #TIME}, {@link #VALUE} and {@link #WEIGHT} of what counts as one
   * event: each row, or the last of a pair on a day, with the greatest weight of that day.
   */
  public static Dataset<Row> of(Dataset<Row> events, DecayPolicy decay) {
    return counted(
        rows(events, List.of()),
        decay,
        col(EventColumns.USER_INDEX),
        col(EventColumns.ITEM_INDEX),
        col(EventColumns.DATE));
  }

  /**
   * The same with {@link EventColumns#BEHAVIOUR}, each behaviour by itself: what counts as one
   * event of a pair on a day is one of each behaviour.
   */
  public static Dataset<Row> ofEachBehaviour(Dataset<Row> events, DecayPolicy decay) {
    return counted(
        rows(events, List.of(EventBehaviour.place(events).as(EventColumns.BEHAVIOUR))),
        decay,
        col(EventColumns.USER_INDEX),
        col(EventColumns.ITEM_INDEX),
        col(EventColumns.DATE),
        col(EventColumns.BEHAVIOUR));
  }

  private static Dataset<Row> rows(Dataset<Row> events, List<Column> more) {
    List<Column> columns = new ArrayList<>(more);
    columns.add(col(EventColumns.USER_INDEX));
    columns.add(col(EventColumns.ITEM_INDEX));
    columns.add(col(EventColumns.DATE));
    columns.add(col(EventColumns.TIME).as(TIME));
    columns.add(coalesce(col(EventColumns.VALUE), lit(1.0)).as(VALUE));
    columns.add(EventBehaviour.weight(events).as(WEIGHT));
    return events.select(columns.toArray(Column[]::new));
  }

  private static Dataset<Row> counted(Dataset<Row> rows, DecayPolicy decay, Column... event) {
    return decay.aggregate() == DecayPolicy.Aggregate.DAY
        ? rows.groupBy(event).agg(last(), max(col(TIME)).as(TIME), max(col(WEIGHT)).as(WEIGHT))
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
