package io.perennial.model.embedding.rounds;

import java.io.Serializable;

/**
 * When a training ends before its last epoch. The best epoch's parameters are what remains.
 *
 * @param share of the events of a training from scratch, drawn, that are held back to measure on;
 *     0: none, and every epoch is trained. Below 0.5; default 0
 * @param patience epochs without a better one after which the training ends, 1 or more; default 2
 */
public record EarlyStopping(double share, int patience) implements Serializable {
  /** Every epoch on every event. */
  public static final EarlyStopping NEVER = new EarlyStopping(0, 2);

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

  /** As a night has it: nothing of its few events is held back. */
  public EarlyStopping atNight() {
    return new EarlyStopping(0, patience);
  }
}
