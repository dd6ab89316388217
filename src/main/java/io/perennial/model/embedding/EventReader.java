package io.perennial.model.embedding;

import static io.perennial.model.history.DatedEvents.TIME;
import static io.perennial.model.history.DatedEvents.VALUE;
import static io.perennial.model.history.DatedEvents.WEIGHT;
import static io.perennial.model.history.DatedEvents.fade;
import static io.perennial.model.history.DatedEvents.last;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.unix_millis;

import io.perennial.Behaviours;
import io.perennial.event.EventColumns;
import io.perennial.model.embedding.rounds.EventRows;
import io.perennial.model.embedding.step.Heads;
import io.perennial.model.history.DatedEvents;
import io.perennial.model.history.DecayPolicy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
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
   * one; those whose heads learn values are taken as ratings are.
   *
   * @param now instant to which events fade
   */
  static JavaRDD<EventRows> pieces(
      Dataset<Row> events,
      boolean ratings,
      DecayPolicy decay,
      Instant now,
      Behaviours behaviours,
      Heads heads) {
    boolean several = heads.size() > 1;
    Dataset<Row> rows =
        several
            ? DatedEvents.ofEachBehaviour(events, decay)
            : DatedEvents.of(events, decay).withColumn(EventColumns.BEHAVIOUR, lit(0));
    Column share = several ? col(WEIGHT).divide(lit(behaviours.byPlace()[0])) : lit(1.0);
    Column faded = fade(decay, now, col(TIME)).multiply(share);
    Dataset<Row> examples;
    if (ratings) {
      examples = examples(lastOfPairs(rows), share);
    } else if (heads.anyRated()) {
      Column rated = col(EventColumns.BEHAVIOUR).isin(ratedPlaces(heads));
      examples =
          examples(rows.where(not(rated)), faded)
              .union(examples(lastOfPairs(rows.where(rated)), share));
    } else {
      examples = examples(rows, faded);
    }
    return examples.toJavaRDD().mapPartitions(EventReader::pieces);
  }

  private static Object[] ratedPlaces(Heads heads) {
    return IntStream.range(0, heads.size()).filter(n -> heads.rated()[n]).boxed().toArray();
  }

  private static Dataset<Row> lastOfPairs(Dataset<Row> rows) {
    return rows.groupBy(
            col(EventColumns.USER_INDEX), col(EventColumns.ITEM_INDEX), col(EventColumns.BEHAVIOUR))
        .agg(last(), max(col(TIME)).as(TIME), max(col(WEIGHT)).as(WEIGHT));
  }

  private static Dataset<Row> examples(Dataset<Row> rows, Column weight) {
    return rows.select(
        col(EventColumns.USER_INDEX),
        col(EventColumns.ITEM_INDEX),
        col(VALUE),
        weight,
        unix_millis(col(TIME)),
        col(EventColumns.BEHAVIOUR));
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
