package io.perennial.model;

import io.perennial.model.history.DecayPolicy;
import io.perennial.model.history.InteractionHistory;
import io.perennial.model.history.ItemStatistics;
import io.perennial.model.history.Past;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Everything the stages need of a family, with its hyper-parameters bound. */
public interface ModelFamily<M extends Model> {
  /** Who reads what users did before a night. */
  enum HistoryUse {
    /** The trainer, of the users of the night. */
    TRAINING,
    /** Whoever serves users: {@link #serving} is there. */
    SERVING
  }

  /** As in the pipeline file: {@code als}. */
  String name();

  Feedback feedback();

  Trainer<M> trainer();

  ModelCodec<M> codec();

  /**
   * Reads models whose items are too many to be held; the same codec where they lie in the driver.
   */
  default ModelCodec<M> codecOfMany() {
    return codec();
  }

  /** How events become the counts of a user's history, which is kept for every family. */
  DecayPolicy decay();

  /** What histories of users are read for; a replay keeps none that nobody reads. */
  default Set<HistoryUse> historyUses() {
    return EnumSet.allOf(HistoryUse.class);
  }

  /**
   * The family as it learns from scratch, and serves what it learnt: without what only makes a
   * difference to nights with a parent, and to serving. Arms of a backtest whose families are equal
   * here share their first model.
   */
  default ModelFamily<M> first() {
    return this;
  }

  /**
   * How users whom a model does not know get a vector.
   *
   * @param now instant to which their events fade
   */
  FoldIn foldIn(M model, Instant now);

  /**
   * A model as it is served at an instant; the model itself where nothing of it fades.
   *
   * @param statistics items as of the model
   */
  M asOf(M model, ItemStatistics statistics, Instant now);

  /**
   * A model that has to know no more than some items: what recommends out of a catalogue that is
   * too large to be held. The model itself where its items lie in the driver anyway.
   *
   * @param sortedItems strictly increasing
   */
  default M narrowed(M model, int[] sortedItems) {
    return model;
  }

  /**
   * How users are solved anew each time that they are served; empty: they keep the vector that
   * their last night gave them.
   *
   * @param now instant to which their events fade
   */
  Optional<FoldIn> serving(M model, Instant now);

  /** Whether there is any {@link #serving}, for who does not need it yet. */
  default boolean servesFresh(M model, Instant now) {
    return serving(model, now).isPresent();
  }

  /**
   * A scorer for users as they would be served.
   *
   * @param sortedUsers who is served
   * @param pasts what each had done, with counts as of now
   */
  default Scorer served(M model, int[] sortedUsers, List<Past> pasts, Instant now) {
    return serving(model, now)
        .map(
            fresh ->
                model.scorer(
                    fresh.vectors(InteractionHistory.of(sortedUsers, pasts, now.toEpochMilli()))))
        .orElseGet(() -> model.scorer(sortedUsers));
  }
}
