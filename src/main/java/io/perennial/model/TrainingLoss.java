package io.perennial.model;

/**
 * What a training lost in an epoch, to be drawn as a curve.
 *
 * @param epoch from 1; 0: before the first
 * @param part of what: {@link #TRAINING}, {@link #VALIDATION}, {@link #TEACHING}, or a term
 * @param value mean over examples, finite
 */
public record TrainingLoss(int epoch, String part, double value) {
  /** Of the examples, while they were learnt. */
  public static final String TRAINING = "training";

  /** Of the teacher's terms and of regularisation. */
  public static final String TEACHING = "distillation";

  /** Of what was held back, after the epoch. */
  public static final String VALIDATION = "validation";

  public TrainingLoss {
    if (epoch < 0 || part == null || part.isBlank() || !Double.isFinite(value)) {
      throw new IllegalArgumentException(
          "A loss needs an epoch of 0 or more, a name and a finite value, got epoch "
              + epoch
              + ", '"
              + part
              + "' and "
              + value);
    }
  }
}
