package io.perennial.pipeline.backtest;

import io.perennial.Progress;
import io.perennial.model.Model;
import io.perennial.model.TrainingTask;
import io.perennial.model.feature.EntityFeatures;
import io.perennial.model.history.DecayPolicy;
import io.perennial.model.history.HistoryTable;
import io.perennial.model.history.ItemStatistics;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * The events of a night (or of the base), and everything up to its end.
 *
 * @param number of the night after the base, from 1; the base is 0
 * @param events of the night alone: user_index, item_index, value, event_time, event_date;
 *     persisted
 * @param rows number of them
 * @param everything all events up to the end of the night; persisted
 * @param rowsSoFar number of them
 * @param since all events from an instant to the end of the night; persisted until it is learnt
 * @param statistics items as of before the night
 * @param histories what users did before the night, by how counts fade
 * @param choices what its users did, beside what was known before it; worked out when asked for
 * @param end of the night: the instant to which older events are decayed
 * @param seed of every random choice
 * @param features of users, and of items that had an event before the end of the night
 */
record ReplayedNight(
    int number,
    Dataset<Row> events,
    long rows,
    Supplier<Dataset<Row>> everything,
    long rowsSoFar,
    Function<Instant, Span> since,
    ItemStatistics statistics,
    Map<DecayPolicy, HistoryTable> histories,
    Supplier<Choices> choices,
    Instant end,
    long seed,
    EntityFeatures features) {

  /** Without features. */
  ReplayedNight(
      int number,
      Dataset<Row> events,
      long rows,
      Supplier<Dataset<Row>> everything,
      long rowsSoFar,
      Function<Instant, Span> since,
      ItemStatistics statistics,
      Map<DecayPolicy, HistoryTable> histories,
      Supplier<Choices> choices,
      Instant end,
      long seed) {
    this(
        number,
        events,
        rows,
        everything,
        rowsSoFar,
        since,
        statistics,
        histories,
        choices,
        end,
        seed,
        EntityFeatures.NONE);
  }

  /** Some events, as those of the night are, with their number. */
  record Span(Dataset<Row> events, long rows) {}

  /** A training on the night alone, from a parent. */
  <M extends Model> TrainingTask<M> warm(M parent, DecayPolicy decay) {
    return new TrainingTask<>(
        events,
        Optional.of(parent),
        Optional.ofNullable(histories.get(decay)),
        end,
        seed,
        Progress.SILENT,
        Optional.of(statistics),
        features);
  }

  /** A training from scratch on everything so far. */
  <M extends Model> TrainingTask<M> scratch() {
    return new TrainingTask<M>(
            everything.get(), Optional.empty(), Optional.empty(), end, seed, Progress.SILENT)
        .with(features);
  }
}
