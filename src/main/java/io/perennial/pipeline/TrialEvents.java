package io.perennial.pipeline;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import io.perennial.event.EventColumns;
import io.perennial.slice.ChronologicalSplit;
import io.perennial.slice.EventSlice;
import io.perennial.slice.SplitPolicy;
import io.perennial.slice.Watermark;
import java.time.Instant;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * The events of a trial.
 *
 * @param all every event: user_index, item_index, value, event_time, event_date; best persisted
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

  /** Dense indices of all users, increasing. */
  public int[] users() {
    return all.select(EventColumns.USER_INDEX).distinct().collectAsList().stream()
        .mapToInt(row -> row.getInt(0))
        .sorted()
        .toArray();
  }
}
