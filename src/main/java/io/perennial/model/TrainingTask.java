package io.perennial.model;

import io.perennial.Progress;
import io.perennial.model.feature.EntityFeatures;
import io.perennial.model.history.HistoryTable;
import io.perennial.model.history.ItemStatistics;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * One thing to learn.
 *
 * @param events the events to learn, with columns user_index int, item_index int, value double,
 *     event_time timestamp, event_date date, and where behaviours are declared behaviour int and
 *     behaviour_weight double (see {@link io.perennial.event.EventColumns}); persisted by the
 *     caller
 * @param parent teacher and starting point; empty: from scratch
 * @param history what every user did before these events, as of the parent; empty from scratch
 * @param now instant to which older events are decayed: the end of the events
 * @param seed of every random choice
 * @param statistics items as of the parent; empty from scratch, or where nobody knows
 * @param features what is known of users and items beside events
 */
public record TrainingTask<M extends Model>(
    Dataset<Row> events,
    Optional<M> parent,
    Optional<HistoryTable> history,
    Instant now,
    long seed,
    Progress progress,
    Optional<ItemStatistics> statistics,
    EntityFeatures features) {
  /** Without features. */
  public TrainingTask(
      Dataset<Row> events,
      Optional<M> parent,
      Optional<HistoryTable> history,
      Instant now,
      long seed,
      Progress progress,
      Optional<ItemStatistics> statistics) {
    this(events, parent, history, now, seed, progress, statistics, EntityFeatures.NONE);
  }

  /** Without statistics of items. */
  public TrainingTask(
      Dataset<Row> events,
      Optional<M> parent,
      Optional<HistoryTable> history,
      Instant now,
      long seed,
      Progress progress) {
    this(events, parent, history, now, seed, progress, Optional.empty());
  }

  /** The same with another parent. */
  public TrainingTask<M> from(M other) {
    return new TrainingTask<>(
        events, Optional.of(other), history, now, seed, progress, statistics, features);
  }

  /** The same with what is known beside events. */
  public TrainingTask<M> with(EntityFeatures known) {
    return new TrainingTask<>(events, parent, history, now, seed, progress, statistics, known);
  }

  public TrainingTask {
    Objects.requireNonNull(events, "events");
    Objects.requireNonNull(parent, "parent");
    Objects.requireNonNull(history, "history");
    Objects.requireNonNull(now, "now");
    Objects.requireNonNull(progress, "progress");
    Objects.requireNonNull(statistics, "statistics");
    Objects.requireNonNull(features, "features");
  }
}
