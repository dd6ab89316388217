package io.perennial.model.als;

import static io.perennial.model.history.DatedEvents.TIME;
import static io.perennial.model.history.DatedEvents.VALUE;
import static io.perennial.model.history.DatedEvents.WEIGHT;
import static io.perennial.model.history.DatedEvents.fade;
import static io.perennial.model.history.DatedEvents.last;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.sum;

import io.perennial.event.EventColumns;
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

/** Turns events into distinct pairs, on Spark, in one job. */
final class PairAggregation {
  private static final int PIECE = 1 << 16;

  private PairAggregation() {}

  /**
   * The distinct pairs of some events, as pieces of at most 65,536, in no order. Each event counts
   * as much as its behaviour weighs; ratings count alike.
   *
   * @param now instant to which counts fade
   */
  static JavaRDD<Pairs> pairs(
      Dataset<Row> events, PairWeighting weighting, DecayPolicy decay, Instant now) {
    Column user = col(EventColumns.USER_INDEX);
    Column item = col(EventColumns.ITEM_INDEX);
    Dataset<Row> rows = DatedEvents.of(events, decay);
    Column left = fade(decay, now, col(TIME)).multiply(col(WEIGHT));
    Dataset<Row> pairs =
        weighting.isRating()
            ? rows.groupBy(user, item)
                .agg(
                    fade(decay, now, max(col(TIME))).as("faded"),
                    last(),
                    count(lit(1)).cast("double").as("events"))
            : rows.groupBy(user, item)
                .agg(
                    sum(left).as("faded"),
                    sum(left.multiply(col(VALUE))).as(VALUE),
                    count(lit(1)).cast("double").as("events"));
    return pairs
        .select(user, item, col("faded"), col(VALUE), col("events"))
        .toJavaRDD()
        .mapPartitions(PairAggregation::pieces);
  }

  private static Iterator<Pairs> pieces(Iterator<Row> rows) {
    List<Pairs> pieces = new ArrayList<>();
    while (rows.hasNext()) {
      int[] users = new int[PIECE];
      int[] items = new int[PIECE];
      float[] counts = new float[PIECE];
      float[] values = new float[PIECE];
      float[] events = new float[PIECE];
      int n = 0;
      for (; n < PIECE && rows.hasNext(); n++) {
        Row row = rows.next();
        users[n] = row.getInt(0);
        items[n] = row.getInt(1);
        counts[n] = (float) row.getDouble(2);
        values[n] = (float) row.getDouble(3);
        events[n] = (float) row.getDouble(4);
      }
      pieces.add(
          new Pairs(
              Arrays.copyOf(users, n),
              Arrays.copyOf(items, n),
              Arrays.copyOf(counts, n),
              Arrays.copyOf(values, n),
              Arrays.copyOf(events, n)));
    }
    return pieces.iterator();
  }
}
