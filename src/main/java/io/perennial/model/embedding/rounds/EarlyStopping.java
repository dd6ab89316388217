package io.perennial.model.embedding.rounds;

import java.io.Serializable;

/**
 * When a training from scratch ends before its last epoch: after some epochs without a lower loss
 * on the newest events, which are held back. Where less than half of the events cannot be held back
 * by whole hours, every epoch is trained.
 *
 * @param share of the events that is held back, at least, by whole hours; 0: none, and every epoch
 *     is trained. Below 0.5; default 0
 * @param patience epochs without a better one after which the training ends, 1 or more; default 2
 * @param refit whether all events, the newest too, are then learnt once more from the beginning,
 *     for as many epochs as were best; otherwise the best epoch's parameters are what remains,
 *     which know nothing of the newest. Default true
 */
public record EarlyStopping(double share, int patience, boolean refit) implements Serializable {
  /** Every epoch on every event. */
  public static final EarlyStopping NEVER = new EarlyStopping(0, 2, true);

  public EarlyStopping {
    if (!(share >= 0 && share < 0.5)) {
      throw new IllegalArgumentException(
          "model.training.stopping.share must lie in [0, 0.5), got " + share);
    }
    if (patience < 1) {
      throw new IllegalArgumentException(
          "model.training.stopping.patience must be at least 1, got " + patience);
    }
  }
}
