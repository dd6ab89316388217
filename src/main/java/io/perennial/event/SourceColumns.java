package io.perennial.event;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.convert_timezone;
import static org.apache.spark.sql.functions.lit;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** How the columns of one Delta table become those of {@link EventColumns}. */
final class SourceColumns {
  /** A day in one zone can be this many days off in another (−12 h to +14 h). */
  private static final int ZONE_MARGIN_DAYS = 2;

  private final EventSource source;
  private final StructType schema;
  private final String label;
  private final boolean own;

  /**
   * @param label of the table, for messages
   * @throws UnreadableSourceException if a column is missing or of a type that cannot be read
   */
  SourceColumns(EventSource source, StructType schema, String label) {
    this.source = source;
    this.schema = schema;
    this.label = label;
    this.own = source.table().isEmpty();
    for (String required : List.of(EventColumns.USER, EventColumns.ITEM, EventColumns.TIME)) {
      if (field(required).isEmpty()) {
        throw missing(required, nameOf(required));
      }
    }
    for (Map.Entry<String, String> mapped : source.columns().entrySet()) {
      if (find(mapped.getValue()).isEmpty()) {
        throw missing(mapped.getKey(), mapped.getValue());
      }
    }
    requireType(
        EventColumns.TIME,
        "a timestamp",
        type -> type.equals(DataTypes.TimestampType) || type.equals(DataTypes.TimestampNTZType));
    requireType(EventColumns.VALUE, "a number", NumericType.class::isInstance);
    if (source.columns().containsKey(EventColumns.DATE)) {
      requireType(EventColumns.DATE, "a date", DataTypes.DateType::equals);
    }
    for (String text : List.of(EventColumns.USER, EventColumns.ITEM, EventColumns.TYPE)) {
      requireType(
          text,
          "a string or a number",
          type -> type.equals(DataTypes.StringType) || type instanceof NumericType);
    }
  }

  /**
   * The canonical columns user_id, item_id, event_type, value, event_time, event_date of rows with
   * an event type that is learnt; {@code event_date} is the day in the source's zone. Where
   * behaviours are declared also {@code behaviour} and {@code behaviour_weight}.
   */
  Dataset<Row> canonical(Dataset<Row> rows, String sessionZone) {
    Column time = time(sessionZone);
    Column day =
        convert_timezone(
                lit(sessionZone), lit(source.zone().getId()), time.cast(DataTypes.TimestampNTZType))
            .cast(DataTypes.DateType);
    Column type =
        field(EventColumns.TYPE)
            .map(field -> coalesce(quoted(field).cast(DataTypes.StringType), lit("")))
            .orElse(lit(""));
    Column value =
        field(EventColumns.VALUE)
            .map(field -> quoted(field).cast(DataTypes.DoubleType))
            .orElse(lit(1.0));
    List<Column> columns = new ArrayList<>();
    columns.add(
        quoted(field(EventColumns.USER).orElseThrow()).cast("string").as(EventColumns.USER));
    columns.add(
        quoted(field(EventColumns.ITEM).orElseThrow()).cast("string").as(EventColumns.ITEM));
    columns.add(type.as(EventColumns.TYPE));
    columns.add(value.as(EventColumns.VALUE));
    columns.add(time.as(EventColumns.TIME));
    columns.add(day.as(EventColumns.DATE));
    Dataset<Row> result = rows;
    if (!source.eventTypes().isEmpty()) {
      result = result.filter(type.isin(source.eventTypes().toArray()));
    }
    if (source.behaviours().isPresent()) {
      Column place = BehaviourColumns.place(source.behaviours(), type);
      result = result.filter(place.isNotNull());
      columns.add(place.as(EventColumns.BEHAVIOUR));
    }
    return BehaviourColumns.weighed(
        source.behaviours(), result.select(columns.toArray(Column[]::new)));
  }

  /**
   * Rows of the table with {@code from ≤ event_time < to}; reads the partitions it must, no more.
   */
  Dataset<Row> between(Dataset<Row> rows, Instant from, Instant to, String sessionZone) {
    Column time = time(sessionZone);
    Column condition = time.geq(lit(from)).and(time.lt(lit(to)));
    Optional<StructField> day = dateColumn();
    if (day.isPresent()) {
      Column column = quoted(day.get());
      condition =
          condition
              .and(column.geq(lit(day(from).minusDays(ZONE_MARGIN_DAYS))))
              .and(column.leq(lit(day(to).plusDays(ZONE_MARGIN_DAYS))));
    }
    return rows.filter(condition);
  }

  /** The table's own column with the day of the event, where it has one. */
  Optional<StructField> dateColumn() {
    return own || source.columns().containsKey(EventColumns.DATE)
        ? field(EventColumns.DATE).filter(field -> field.dataType().equals(DataTypes.DateType))
        : Optional.empty();
  }

  /** A column of the table, with any name. */
  static Column quoted(StructField field) {
    return col("`" + field.name().replace("`", "``") + "`");
  }

  private Column time(String sessionZone) {
    StructField field = field(EventColumns.TIME).orElseThrow();
    Column column = quoted(field);
    return field.dataType().equals(DataTypes.TimestampType)
        ? column
        : convert_timezone(lit(source.zone().getId()), lit(sessionZone), column)
            .cast(DataTypes.TimestampType);
  }

  private LocalDate day(Instant instant) {
    ZoneId zone = source.zone();
    return instant.atZone(zone).toLocalDate();
  }

  private String nameOf(String canonical) {
    return source.columns().getOrDefault(canonical, canonical);
  }

  private Optional<StructField> field(String canonical) {
    return find(nameOf(canonical));
  }

  private Optional<StructField> find(String name) {
    return Arrays.stream(schema.fields())
        .filter(field -> field.name().equals(name))
        .findFirst()
        .or(
            () ->
                Arrays.stream(schema.fields())
                    .filter(field -> field.name().equalsIgnoreCase(name))
                    .findFirst());
  }

  private void requireType(
      String canonical, String wanted, java.util.function.Predicate<DataType> accepted) {
    field(canonical)
        .filter(field -> !accepted.test(field.dataType()))
        .ifPresent(
            field -> {
              throw new UnreadableSourceException(
                  "Cannot read "
                      + canonical
                      + " of "
                      + label
                      + ": its column '"
                      + field.name()
                      + "' is of type "
                      + field.dataType().simpleString()
                      + ", it must be "
                      + wanted
                      + ". Name another column under source.columns."
                      + canonical
                      + ", or give the table a column of that type.");
            });
  }

  private UnreadableSourceException missing(String canonical, String name) {
    return new UnreadableSourceException(
        "Cannot read "
            + canonical
            + " of "
            + label
            + ": it has no column '"
            + name
            + "'. Nearest: "
            + String.join(", ", NearestNames.of(name, List.of(schema.fieldNames())))
            + ". Name the column under source.columns."
            + canonical
            + ".");
  }
}
