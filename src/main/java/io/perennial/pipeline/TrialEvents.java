package io.perennial.pipeline;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import io.perennial.evaluation.UserSample;
import io.perennial.event.EventColumns;
import io.perennial.slice.ChronologicalSplit;
import io.perennial.slice.EventSlice;
import io.perennial.slice.SplitPolicy;
import io.perennial.slice.Watermark;
import java.time.Instant;
import java.util.Arrays;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.roaringbitmap.RoaringBitmap;

/**
 * The events of a trial.
 *
 * @param all every event, as {@link EventColumns#learnt} has it; best persisted
 * @param onTimeRows number of rows of {@link #onTime()}
 * @param unseen from what the champion has seen to the end of what is tried
 */
public record TrialEvents(Dataset<Row> all, long onTimeRows, EventSlice unseen) {

  /** The first instant that the champion has not seen. */
  public Instant begin() {
    return unseen.from().eventTime();
  }

  /** Up to where the trial learns. */
  public Watermark end() {
    return unseen.to();
  }

  /** Every event that the champion has not seen, but the late ones. */
  Dataset<Row> onTime() {
    return all.filter(col(EventColumns.TIME).lt(lit(begin())).unary_$bang());
  }

  /** Cut into fit and validation, which holds nothing that the champion has learnt. */
  ChronologicalSplit split(SplitPolicy policy) {
    return ChronologicalSplit.of(all, unseen, policy);
  }

  /** Who occurs in them, a bit a user. */
  public RoaringBitmap users() {
    return UserSample.distinct(all);
  }

  /** Those of some users. */
  static Dataset<Row> ofUsers(Dataset<Row> events, int[] users) {
    Dataset<Row> some =
        events
            .sparkSession()
            .createDataset(Arrays.stream(users).boxed().toList(), Encoders.INT())
            .toDF("some_user");
    return events.join(
        functions.broadcast(some),
        col(EventColumns.USER_INDEX).equalTo(col("some_user")),
        "left_semi");
  }
}
