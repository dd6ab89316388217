package io.perennial.event;

import static org.apache.spark.sql.types.DataTypes.DateType;
import static org.apache.spark.sql.types.DataTypes.DoubleType;
import static org.apache.spark.sql.types.DataTypes.StringType;
import static org.apache.spark.sql.types.DataTypes.TimestampType;

import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.StructType;

/**
 * The columns of events as every stage after {@code event} sees them, whatever the user's own table
 * calls them.
 */
public final class EventColumns {
  /** Natural id of the user: any non-empty string. */
  public static final String USER = "user_id";

  /** Natural id of the item: any non-empty string. */
  public static final String ITEM = "item_id";

  /** What happened: view, purchase, rating…; a constant where the source has none. */
  public static final String TYPE = "event_type";

  /** Rating or quantity, a finite double; 1 where the source has none. */
  public static final String VALUE = "value";

  /** The instant of the event, UTC, microseconds. */
  public static final String TIME = "event_time";

  /** The day of the event in the pipeline's zone: the partition column. */
  public static final String DATE = "event_date";

  /** Name of the file or system that the row came from. */
  public static final String SOURCE = "source";

  /** Id of the ingest that wrote the row. */
  public static final String INGEST_RUN = "ingest_run";

  /**
   * Place of the event's type among the {@link io.perennial.Behaviours}, int, where these are
   * declared.
   */
  public static final String BEHAVIOUR = "behaviour";

  /** What an event of its type counts, double, above 0, where behaviours are declared. */
  public static final String WEIGHT = "behaviour_weight";

  /** Dense index of the user, int, from 0; added when ids are resolved. */
  public static final String USER_INDEX = "user_index";

  /** Dense index of the item, int, from 0; added when ids are resolved. */
  public static final String ITEM_INDEX = "item_index";

  /** Schema of the warehouse's own {@code events} table. */
  public static final StructType EVENTS =
      new StructType()
          .add(USER, StringType, false)
          .add(ITEM, StringType, false)
          .add(TYPE, StringType, false)
          .add(VALUE, DoubleType, false)
          .add(TIME, TimestampType, false)
          .add(DATE, DateType, false)
          .add(SOURCE, StringType, true)
          .add(INGEST_RUN, StringType, true);

  private EventColumns() {}

  /**
   * What is learnt of some events: user_index, item_index, value, event_time, event_date, and
   * behaviour with its weight where they have them.
   */
  public static Dataset<Row> learnt(Dataset<Row> events) {
    List<String> there = List.of(events.columns());
    return events.select(
        Stream.of(USER_INDEX, ITEM_INDEX, VALUE, TIME, DATE, BEHAVIOUR, WEIGHT)
            .filter(name -> there.contains(name) || !name.startsWith(BEHAVIOUR))
            .map(functions::col)
            .toArray(Column[]::new));
  }
}
