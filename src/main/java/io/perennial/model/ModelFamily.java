package io.perennial.model;

import io.perennial.model.history.DecayPolicy;
import io.perennial.model.history.InteractionHistory;
import io.perennial.model.history.ItemStatistics;
import io.perennial.model.history.Past;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Everything the stages need of a family, with its hyper-parameters bound. */
public interface ModelFamily<M extends Model> {
  /** As in the pipeline file: {@code als}. */
  String name();

  Feedback feedback();

  Trainer<M> trainer();

  ModelCodec<M> codec();

  /** How events become the counts of a user's history, which is kept for every family. */
  DecayPolicy decay();

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
