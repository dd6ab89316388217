package io.perennial.model.history;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.unix_date;
import static org.apache.spark.sql.functions.unix_millis;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.InternalRow;

/**
 * The events of a night in memory, sorted by user, item, time and value.
 *
 * @param users dense index by event
 * @param items dense index by event
 * @param times epoch milliseconds
 * @param values value of each event
 * @param days day of each event in the pipeline's zone, days since 1970
 */
record PairEvents(int[] users, int[] items, long[] times, double[] values, int[] days) {

  static PairEvents collect(Dataset<Row> events) {
    Dataset<Row> columns =
        events.select(
            col("user_index"),
            col("item_index"),
            unix_millis(col("event_time")),
            col("value"),
            unix_date(col("event_date")));
    List<Event> all =
        new ArrayList<>(
            ((org.apache.spark.sql.classic.Dataset<Row>) columns)
                .queryExecution()
                .toRdd()
                .toJavaRDD()
                .mapPartitions(PairEvents::events)
                .collect());
    all.sort(PairEvents::compare);
    int n = all.size();
    PairEvents sorted =
        new PairEvents(new int[n], new int[n], new long[n], new double[n], new int[n]);
    for (int i = 0; i < n; i++) {
      Event event = all.get(i);
      sorted.users[i] = event.user;
      sorted.items[i] = event.item;
      sorted.times[i] = event.time;
      sorted.values[i] = event.value;
      sorted.days[i] = event.day;
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
    return order == 0 ? Double.compare(a.value, b.value) : order;
  }

  private static Iterator<Event> events(Iterator<InternalRow> rows) {
    List<Event> events = new ArrayList<>();
    while (rows.hasNext()) {
      InternalRow row = rows.next();
      events.add(
          new Event(row.getInt(0), row.getInt(1), row.getLong(2), row.getDouble(3), row.getInt(4)));
    }
    return events.iterator();
  }

  private record Event(int user, int item, long time, double value, int day)
      implements Serializable {}
}
