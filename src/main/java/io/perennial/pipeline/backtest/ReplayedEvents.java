package io.perennial.pipeline.backtest;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.date_from_unix_date;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.timestamp_micros;
import static org.apache.spark.sql.functions.unix_date;
import static org.apache.spark.sql.functions.unix_micros;

import io.perennial.Behaviours;
import io.perennial.event.BehaviourColumns;
import io.perennial.event.EventColumns;
import io.perennial.event.EventTable;
import io.perennial.model.feature.EntityFeatures;
import io.perennial.model.feature.EntityFeatures.Side;
import io.perennial.model.feature.FeatureTables;
import io.perennial.model.history.EventBehaviour;
import io.perennial.pipeline.EventRefusal;
import io.perennial.pipeline.FeatureReader;
import java.io.Serializable;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.storage.StorageLevel;

/**
 * The events of a span, read once, in the order of their time, 29 bytes each in the driver's
 * memory. Users and items have the dense indices of their first appearance, so no index tells
 * anything of what comes later.
 */
final class ReplayedEvents implements AutoCloseable {
  private static final int PIECE = 30_000;

  private static final StructType RAW =
      new StructType()
          .add(EventColumns.USER_INDEX, DataTypes.IntegerType, false)
          .add(EventColumns.ITEM_INDEX, DataTypes.IntegerType, false)
          .add(EventColumns.VALUE, DataTypes.DoubleType, false)
          .add("micros", DataTypes.LongType, false)
          .add("day", DataTypes.IntegerType, false)
          .add(EventColumns.BEHAVIOUR, DataTypes.IntegerType, false);

  private final SparkSession spark;
  private final Behaviours behaviours;
  private final Piece all;
  private final FeatureReader reader;
  private final EntityFeatures features;
  private Dataset<Row> everything;

  private ReplayedEvents(
      SparkSession spark,
      Behaviours behaviours,
      Piece all,
      FeatureReader reader,
      EntityFeatures features) {
    this.spark = spark;
    this.behaviours = behaviours;
    this.all = all;
    this.reader = reader;
    this.features = features;
  }

  /** Some events in order. */
  private record Piece(
      int[] users, int[] items, double[] values, long[] micros, int[] days, byte[] kinds)
      implements Serializable {
    static Piece of(int size) {
      return new Piece(
          new int[size],
          new int[size],
          new double[size],
          new long[size],
          new int[size],
          new byte[size]);
    }

    int size() {
      return users.length;
    }

    Piece part(int from, int to) {
      return new Piece(
          Arrays.copyOfRange(users, from, to),
          Arrays.copyOfRange(items, from, to),
          Arrays.copyOfRange(values, from, to),
          Arrays.copyOfRange(micros, from, to),
          Arrays.copyOfRange(days, from, to),
          Arrays.copyOfRange(kinds, from, to));
    }

    Iterator<Row> rows() {
      return IntStream.range(0, size())
          .mapToObj(
              n ->
                  RowFactory.create(
                      users[n], items[n], values[n], micros[n], days[n], (int) kinds[n]))
          .iterator();
    }
  }

  /** Events whose indices count the natural ids of one partition. */
  private record Named(Piece events, String[] users, String[] items) implements Serializable {}

  /**
   * The events of a table with {@code from ≤ event_time < to} that can be learnt.
   *
   * @param tables of features of their users and items, as they are now
   */
  static ReplayedEvents read(
      SparkSession spark, EventTable source, Instant from, Instant to, FeatureTables tables) {
    Dataset<Row> learnable =
        source.snapshot(source.latestVersion(), from, to).filter(EventRefusal.reason().isNull());
    Dataset<Row> sorted =
        learnable
            .select(
                col(EventColumns.USER),
                col(EventColumns.ITEM),
                col(EventColumns.VALUE),
                unix_micros(col(EventColumns.TIME)).as("micros"),
                unix_date(col(EventColumns.DATE)),
                EventBehaviour.place(learnable).as(EventColumns.BEHAVIOUR))
            .orderBy(
                col("micros"),
                col(EventColumns.USER),
                col(EventColumns.ITEM),
                col(EventColumns.VALUE),
                col(EventColumns.BEHAVIOUR));
    List<Named> parts =
        ((org.apache.spark.sql.classic.Dataset<Row>) sorted)
            .queryExecution()
            .toRdd()
            .toJavaRDD()
            .mapPartitions(ReplayedEvents::named)
            .collect();
    Piece all =
        Piece.of(parts.stream().mapToInt(part -> part.events.size()).reduce(0, Math::addExact));
    Map<String, Integer> users = new HashMap<>();
    Map<String, Integer> items = new HashMap<>();
    int at = 0;
    for (Named part : parts) {
      Piece events = part.events;
      for (int n = 0; n < events.size(); n++) {
        all.users[at + n] = index(users, part.users[events.users[n]]);
        all.items[at + n] = index(items, part.items[events.items[n]]);
      }
      System.arraycopy(events.values, 0, all.values, at, events.size());
      System.arraycopy(events.micros, 0, all.micros, at, events.size());
      System.arraycopy(events.days, 0, all.days, at, events.size());
      System.arraycopy(events.kinds, 0, all.kinds, at, events.size());
      at += events.size();
    }
    FeatureReader reader = new FeatureReader(spark);
    return new ReplayedEvents(
        spark,
        source.source().behaviours(),
        all,
        reader,
        tables.any()
            ? reader.read(
                tables,
                rows ->
                    rows.join(
                        table(spark, items, EventColumns.ITEM, EventColumns.ITEM_INDEX),
                        EventColumns.ITEM),
                table(spark, users, "id", "index"))
            : EntityFeatures.NONE);
  }

  private static Dataset<Row> table(
      SparkSession spark, Map<String, Integer> indices, String id, String index) {
    List<Row> rows = new ArrayList<>(indices.size());
    indices.forEach((name, place) -> rows.add(RowFactory.create(name, place)));
    return spark.createDataFrame(
        rows, new StructType().add(id, DataTypes.StringType).add(index, DataTypes.IntegerType));
  }

  /**
   * Features as a night may know them that ends with the event before a place: an item that has had
   * no event by then is not there.
   */
  EntityFeatures featuresBefore(int place) {
    if (features.items().isEmpty()) {
      return features;
    }
    int items = 0;
    for (int n = 0; n < place; n++) {
      items = Math.max(items, all.items[n] + 1);
    }
    int known = items;
    return new EntityFeatures(
        features
            .items()
            .map(side -> new Side(side.table(), side.rows().where(col("index").lt(known)))),
        features.users());
  }

  private static int index(Map<String, Integer> known, String id) {
    Integer index = known.get(id);
    if (index == null) {
      index = known.size();
      known.put(id, index);
    }
    return index;
  }

  private static Iterator<Named> named(Iterator<InternalRow> rows) {
    Map<String, Integer> users = new HashMap<>();
    Map<String, Integer> items = new HashMap<>();
    Piece events = Piece.of(1024);
    int size = 0;
    while (rows.hasNext()) {
      InternalRow row = rows.next();
      if (size == events.size()) {
        events = events.part(0, 2 * size);
      }
      events.users[size] = index(users, row.getUTF8String(0).toString());
      events.items[size] = index(items, row.getUTF8String(1).toString());
      events.values[size] = row.getDouble(2);
      events.micros[size] = row.getLong(3);
      events.days[size] = row.getInt(4);
      events.kinds[size++] = (byte) row.getInt(5);
    }
    return List.of(new Named(events.part(0, size), inOrder(users), inOrder(items))).iterator();
  }

  private static String[] inOrder(Map<String, Integer> indices) {
    String[] ids = new String[indices.size()];
    indices.forEach((id, index) -> ids[index] = id);
    return ids;
  }

  /** Number of events before an instant. */
  int before(Instant instant) {
    long micros = ChronoUnit.MICROS.between(Instant.EPOCH, instant);
    int low = 0;
    int high = all.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (all.micros[middle] < micros) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** The days that have an event, from one to another, both inclusive. */
  List<LocalDate> days(LocalDate from, LocalDate to, ZoneId zone) {
    List<LocalDate> days = new ArrayList<>();
    int begin = before(from.atStartOfDay(zone).toInstant());
    for (LocalDate day = from; !day.isAfter(to); day = day.plusDays(1)) {
      int end = before(day.plusDays(1).atStartOfDay(zone).toInstant());
      if (end > begin) {
        days.add(day);
      }
      begin = end;
    }
    return days;
  }

  /** Users of some events, each once, increasing. */
  int[] users(int from, int to) {
    return Arrays.stream(all.users, from, to).sorted().distinct().toArray();
  }

  /** Some events by their places, for every stage to read; persisted until it is released. */
  Dataset<Row> dataset(int from, int to) {
    Dataset<Row> events = distributed(from, to).persist(StorageLevel.MEMORY_AND_DISK());
    events.count();
    return events;
  }

  /** All events before a place; all there are stay persisted until the replay is closed. */
  Dataset<Row> everythingBefore(Instant end) {
    if (everything == null) {
      everything = distributed(0, all.size()).persist(StorageLevel.MEMORY_AND_DISK());
      everything.count();
    }
    return everything.filter(col(EventColumns.TIME).lt(lit(end)));
  }

  private Dataset<Row> distributed(int from, int to) {
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    int least = to - from < PIECE / 10 ? 1 : context.defaultParallelism();
    int count = Math.max(least, (to - from) / PIECE);
    List<Piece> pieces = new ArrayList<>(count);
    for (int n = 0; n < count; n++) {
      pieces.add(
          all.part(
              from + (int) ((long) n * (to - from) / count),
              from + (int) ((n + 1L) * (to - from) / count)));
    }
    Dataset<Row> rows =
        spark
            .createDataFrame(context.parallelize(pieces, count).flatMap(Piece::rows), RAW)
            .withColumn(EventColumns.TIME, timestamp_micros(col("micros")))
            .withColumn(EventColumns.DATE, date_from_unix_date(col("day")));
    return EventColumns.learnt(
        behaviours.isPresent()
            ? BehaviourColumns.weighed(behaviours, rows)
            : rows.drop(EventColumns.BEHAVIOUR));
  }

  @Override
  public void close() {
    reader.close();
    if (everything != null) {
      everything.unpersist(false);
    }
  }
}
