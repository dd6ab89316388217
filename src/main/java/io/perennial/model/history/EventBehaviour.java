package io.perennial.model.history;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import io.perennial.event.EventColumns;
import java.util.Arrays;
import java.util.OptionalInt;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** What events say of their behaviour; those that say nothing are alike. */
public final class EventBehaviour {
  private EventBehaviour() {}

  /** What an event of some events counts: what its behaviour weighs, or 1. */
  public static Column weight(Dataset<Row> events) {
    return has(events, EventColumns.WEIGHT) ? col(EventColumns.WEIGHT) : lit(1.0);
  }

  /** Place of its behaviour, or that of the main one. */
  public static Column place(Dataset<Row> events) {
    return has(events, EventColumns.BEHAVIOUR) ? col(EventColumns.BEHAVIOUR) : lit(0);
  }

  /**
   * Those of one behaviour, or all.
   *
   * @param place of it; empty: all
   */
  public static Dataset<Row> only(Dataset<Row> events, OptionalInt place) {
    return place.isPresent() && has(events, EventColumns.BEHAVIOUR)
        ? events.where(col(EventColumns.BEHAVIOUR).equalTo(lit(place.getAsInt())))
        : events;
  }

  private static boolean has(Dataset<Row> events, String column) {
    return Arrays.asList(events.columns()).contains(column);
  }
}
