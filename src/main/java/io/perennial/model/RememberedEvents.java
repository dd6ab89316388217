package io.perennial.model;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.timestamp_millis;
import static org.apache.spark.sql.types.DataTypes.FloatType;
import static org.apache.spark.sql.types.DataTypes.IntegerType;
import static org.apache.spark.sql.types.DataTypes.LongType;
import static org.apache.spark.sql.types.DataTypes.TimestampType;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.StructType;

/**
 * Past events that a version keeps, column by column, in no order: a bounded number, in memory.
 *
 * @param users dense index of the user of each event
 * @param items dense index of its item
 * @param behaviours place of its event type among the pipeline's, from 0, the main one
 * @param values its value, such as a rating
 * @param times epoch milliseconds
 * @param keys by which the family chooses which ones stay
 */
public record RememberedEvents(
    int[] users, int[] items, int[] behaviours, float[] values, long[] times, float[] keys)
    implements Serializable {
  /** Columns of {@link #dataset()} and of the kept rows. */
  public static final StructType SCHEMA =
      new StructType()
          .add("user_index", IntegerType, false, "dense index of the user")
          .add("item_index", IntegerType, false, "dense index of the item")
          .add("behaviour", IntegerType, false, "place of the event type, from 0, the main one")
          .add("value", FloatType, false, "value of the event, such as a rating; else 1")
          .add("event_time", TimestampType, false, "when it happened, to the millisecond")
          .add(
              "key",
              FloatType,
              false,
              "by which it was chosen: of an owner's events those with the lowest stay");

  /** Nothing is remembered. */
  public static final RememberedEvents NONE =
      new RememberedEvents(
          new int[0], new int[0], new int[0], new float[0], new long[0], new float[0]);

  private static final int PIECE = 1 << 16;

  public RememberedEvents {
    int size = users.length;
    if (IntStream.of(items.length, behaviours.length, values.length, times.length, keys.length)
        .anyMatch(length -> length != size)) {
      throw new IllegalArgumentException("The columns of remembered events do not fit together");
    }
  }

  public int size() {
    return users.length;
  }

  /** Those at some places, in the order given. */
  public RememberedEvents some(int[] places) {
    RememberedEvents some = sized(places.length);
    for (int n = 0; n < places.length; n++) {
      some.users[n] = users[places[n]];
      some.items[n] = items[places[n]];
      some.behaviours[n] = behaviours[places[n]];
      some.values[n] = values[places[n]];
      some.times[n] = times[places[n]];
      some.keys[n] = keys[places[n]];
    }
    return some;
  }

  /** Those at the places that a condition accepts. */
  public RememberedEvents where(IntPredicate place) {
    return some(IntStream.range(0, size()).filter(place).toArray());
  }

  /** All of some parts, one after the other. */
  public static RememberedEvents concatenated(List<RememberedEvents> parts) {
    RememberedEvents all = sized(parts.stream().mapToInt(RememberedEvents::size).sum());
    int at = 0;
    for (RememberedEvents part : parts) {
      int n = part.size();
      System.arraycopy(part.users, 0, all.users, at, n);
      System.arraycopy(part.items, 0, all.items, at, n);
      System.arraycopy(part.behaviours, 0, all.behaviours, at, n);
      System.arraycopy(part.values, 0, all.values, at, n);
      System.arraycopy(part.times, 0, all.times, at, n);
      System.arraycopy(part.keys, 0, all.keys, at, n);
      at += n;
    }
    return all;
  }

  private static RememberedEvents sized(int size) {
    return new RememberedEvents(
        new int[size],
        new int[size],
        new int[size],
        new float[size],
        new long[size],
        new float[size]);
  }

  /** Every event, in the active Spark session, with {@link #SCHEMA}. */
  public Dataset<Row> dataset() {
    SparkSession spark = SparkSession.active();
    List<RememberedEvents> pieces = new ArrayList<>();
    for (int from = 0; from < size(); from += PIECE) {
      pieces.add(some(IntStream.range(from, Math.min(size(), from + PIECE)).toArray()));
    }
    JavaRDD<Row> rows =
        new JavaSparkContext(spark.sparkContext())
            .parallelize(pieces, Math.max(1, Math.min(pieces.size(), 64)))
            .flatMap(RememberedEvents::rows);
    StructType inMillis = new StructType();
    for (String column : SCHEMA.fieldNames()) {
      inMillis =
          inMillis.add(
              column,
              column.equals("event_time") ? LongType : SCHEMA.apply(column).dataType(),
              false);
    }
    Column[] columns =
        Arrays.stream(SCHEMA.fieldNames()).map(functions::col).toArray(Column[]::new);
    return spark
        .createDataFrame(rows, inMillis)
        .withColumn("event_time", timestamp_millis(col("event_time")))
        .select(columns);
  }

  private Iterator<Row> rows() {
    return IntStream.range(0, size())
        .mapToObj(
            n -> RowFactory.create(users[n], items[n], behaviours[n], values[n], times[n], keys[n]))
        .iterator();
  }
}
