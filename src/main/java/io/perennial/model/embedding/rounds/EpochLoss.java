package io.perennial.model.embedding.rounds;

import java.io.Serializable;

/**
 * A loss of an epoch.
 *
 * @param epoch from 1; 0: before the first
 * @param part {@link #TRAINING}, {@link #TEACHING} or {@link #VALIDATION}
 * @param value mean over examples, finite
 */
public record EpochLoss(int epoch, String part, double value) implements Serializable {
  /** Of the examples, while they were learnt. */
  public static final String TRAINING = "training";

  /** Of the teacher's terms and of regularisation. */
  public static final String TEACHING = "distillation";

  /** Of what was held back, after the epoch. */
  public static final String VALIDATION = "validation";
}
