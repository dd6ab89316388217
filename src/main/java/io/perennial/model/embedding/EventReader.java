package io.perennial.model.embedding;

import static io.perennial.model.history.DatedEvents.TIME;
import static io.perennial.model.history.DatedEvents.VALUE;
import static io.perennial.model.history.DatedEvents.WEIGHT;
import static io.perennial.model.history.DatedEvents.fade;
import static io.perennial.model.history.DatedEvents.last;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.unix_millis;

import io.perennial.Behaviours;
import io.perennial.event.EventColumns;
import io.perennial.model.embedding.rounds.EventRows;
import io.perennial.model.history.DatedEvents;
import io.perennial.model.history.DecayPolicy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** Turns events into examples, on Spark. */
final class EventReader {
  private static final int PIECE = 1 << 16;

  private EventReader() {}

  /**
   * The examples of some events, in pieces and in no order: of ratings the last of each pair, which
   * weighs 1; of other events each one, or each day of a pair, which weighs what is left of it. Of
   * several behaviours each has examples of its own, which weigh what theirs weighs beside the main
   * one.
   *
   * @param now instant to which events fade
   */
  static JavaRDD<EventRows> pieces(
      Dataset<Row> events, boolean ratings, DecayPolicy decay, Instant now, Behaviours behaviours) {
    Column user = col(EventColumns.USER_INDEX);
    Column item = col(EventColumns.ITEM_INDEX);
    Column head = col(EventColumns.BEHAVIOUR);
    boolean several = behaviours.size() > 1;
    Dataset<Row> rows =
        several
            ? DatedEvents.ofEachBehaviour(events, decay)
            : DatedEvents.of(events, decay).withColumn(EventColumns.BEHAVIOUR, lit(0));
    if (ratings) {
      rows =
          rows.groupBy(user, item, head)
              .agg(last(), max(col(TIME)).as(TIME), max(col(WEIGHT)).as(WEIGHT));
    }
    Column left = ratings ? lit(1.0) : fade(decay, now, col(TIME));
    Column weight =
        several ? left.multiply(col(WEIGHT)).divide(lit(behaviours.byPlace()[0])) : left;
    return rows.select(user, item, col(VALUE), weight, unix_millis(col(TIME)), head)
        .toJavaRDD()
        .mapPartitions(EventReader::pieces);
  }

  private static Iterator<EventRows> pieces(Iterator<Row> rows) {
    List<EventRows> pieces = new ArrayList<>();
    while (rows.hasNext()) {
      int[] users = new int[PIECE];
      int[] items = new int[PIECE];
      float[] values = new float[PIECE];
      float[] weights = new float[PIECE];
      long[] times = new long[PIECE];
      int[] heads = new int[PIECE];
      int n = 0;
      for (; n < PIECE && rows.hasNext(); n++) {
        Row row = rows.next();
        users[n] = row.getInt(0);
        items[n] = row.getInt(1);
        values[n] = (float) row.getDouble(2);
        // What has faded away altogether still happened.
        weights[n] = Math.max(Float.MIN_NORMAL, (float) row.getDouble(3));
        times[n] = row.getLong(4);
        heads[n] = row.getInt(5);
      }
      pieces.add(
          new EventRows(
              Arrays.copyOf(users, n),
              Arrays.copyOf(items, n),
              Arrays.copyOf(values, n),
              Arrays.copyOf(weights, n),
              Arrays.copyOf(times, n),
              Arrays.copyOf(heads, n)));
    }
    return pieces.iterator();
  }
}
