package io.perennial.model;

/**
 * What a training lost in an epoch, to be drawn as a curve.
 *
 * @param epoch from 1; 0: before the first
 * @param part of what: {@code training}, {@code validation}, or a term such as {@code distillation}
 * @param value mean over examples, finite
 */
public record TrainingLoss(int epoch, String part, double value) {
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
