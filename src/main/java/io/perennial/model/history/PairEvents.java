package io.perennial.model.history;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.unix_date;
import static org.apache.spark.sql.functions.unix_millis;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.InternalRow;
import scala.Tuple2;

/**
 * Events in memory, of a night or of some of its users, sorted by user, item, time and value.
 *
 * @param users dense index by event
 * @param items dense index by event
 * @param times epoch milliseconds
 * @param values value of each event
 * @param days day of each event in the pipeline's zone, days since 1970
 * @param weights what the behaviour of each event weighs
 */
record PairEvents(
    int[] users, int[] items, long[] times, double[] values, int[] days, double[] weights)
    implements Serializable {

  static PairEvents collect(Dataset<Row> events) {
    return sorted(new ArrayList<>(rows(events).mapPartitions(PairEvents::events).collect()));
  }

  /** The events in blocks of users, a user's index modulo blocks; several pieces a block. */
  static JavaPairRDD<Integer, PairEvents> inBlocks(Dataset<Row> events, int blocks) {
    return rows(events)
        .mapPartitionsToPair(
            rows -> {
              List<List<Event>> byBlock = new ArrayList<>();
              for (int b = 0; b < blocks; b++) {
                byBlock.add(new ArrayList<>());
              }
              events(rows).forEachRemaining(event -> byBlock.get(event.user % blocks).add(event));
              List<Tuple2<Integer, PairEvents>> pieces = new ArrayList<>();
              for (int b = 0; b < blocks; b++) {
                if (!byBlock.get(b).isEmpty()) {
                  pieces.add(new Tuple2<>(b, sorted(byBlock.get(b))));
                }
              }
              return pieces.iterator();
            });
  }

  /** The events of some pieces. */
  static PairEvents together(Iterable<PairEvents> pieces) {
    List<Event> all = new ArrayList<>();
    for (PairEvents piece : pieces) {
      for (int n = 0; n < piece.users.length; n++) {
        all.add(
            new Event(
                piece.users[n],
                piece.items[n],
                piece.times[n],
                piece.values[n],
                piece.days[n],
                piece.weights[n]));
      }
    }
    return sorted(all);
  }

  private static JavaRDD<InternalRow> rows(Dataset<Row> events) {
    Dataset<Row> columns =
        events.select(
            col("user_index"),
            col("item_index"),
            unix_millis(col("event_time")),
            col("value"),
            unix_date(col("event_date")),
            EventBehaviour.weight(events));
    return ((org.apache.spark.sql.classic.Dataset<Row>) columns)
        .queryExecution()
        .toRdd()
        .toJavaRDD();
  }

  private static PairEvents sorted(List<Event> all) {
    all.sort(PairEvents::compare);
    int n = all.size();
    PairEvents sorted =
        new PairEvents(
            new int[n], new int[n], new long[n], new double[n], new int[n], new double[n]);
    for (int i = 0; i < n; i++) {
      Event event = all.get(i);
      sorted.users[i] = event.user;
      sorted.items[i] = event.item;
      sorted.times[i] = event.time;
      sorted.values[i] = event.value;
      sorted.days[i] = event.day;
      sorted.weights[i] = event.weight;
    }
    return sorted;
  }

  private static int compare(Event a, Event b) {
    int order = Integer.compare(a.user, b.user);
    if (order == 0) {
      order = Integer.compare(a.item, b.item);
    }
    if (order == 0) {
      order = Long.compare(a.time, b.time);
    }
    if (order == 0) {
      order = Double.compare(a.value, b.value);
    }
    return order == 0 ? Double.compare(a.weight, b.weight) : order;
  }

  private static Iterator<Event> events(Iterator<InternalRow> rows) {
    List<Event> events = new ArrayList<>();
    while (rows.hasNext()) {
      InternalRow row = rows.next();
      events.add(
          new Event(
              row.getInt(0),
              row.getInt(1),
              row.getLong(2),
              row.getDouble(3),
              row.getInt(4),
              row.getDouble(5)));
    }
    return events.iterator();
  }

  private record Event(int user, int item, long time, double value, int day, double weight)
      implements Serializable {}
}
