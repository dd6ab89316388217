package io.perennial.model;

import io.perennial.model.history.DecayPolicy;
import java.time.Instant;

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
}
