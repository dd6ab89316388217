package io.perennial.model.als;

import java.io.Serializable;

/**
 * How much a pair weighs in the normal equations: {@code weight} stands before v·vᵀ, {@code right}
 * before v. MLlib: α|r| and 1 + α|r| where r is above 0 (Hu, Koren, Volinsky 2008, with the
 * preference of Spark MLlib). Log: 1 + α·log1p(count) in both places; linear: α·count; fading:
 * α·log1p(count). Ratings: the faded count of the last event, at most 1, and that times the rating.
 */
record PairWeighting(boolean isRating, AlsHyperparameters.Confidence confidence, double alpha)
    implements Serializable {
  static PairWeighting of(AlsHyperparameters parameters) {
    return new PairWeighting(
        !parameters.implicitPrefs(), parameters.confidence(), parameters.alpha());
  }

  /** What a count of the history stands for in {@link Pairs#values()}. */
  float historic(float count, float lastValue) {
    return isRating ? lastValue : count * lastValue;
  }

  float weight(float count, float value) {
    if (isRating) {
      return Math.min(1f, count);
    }
    return switch (confidence) {
      case MLLIB -> (float) (alpha * Math.abs(value));
      case LOG -> (float) (1 + alpha * Math.log1p(count));
      case LINEAR -> (float) (alpha * count);
      case FADING -> (float) (alpha * Math.log1p(count));
    };
  }

  float right(float count, float value) {
    if (isRating) {
      return Math.min(1f, count) * value;
    }
    return switch (confidence) {
      case MLLIB -> value > 0 ? (float) (1 + alpha * value) : 0f;
      case LOG, LINEAR, FADING -> weight(count, value);
    };
  }

  /** The pair is one of those with which regularisation grows. */
  boolean counts(float value) {
    return isRating || confidence != AlsHyperparameters.Confidence.MLLIB || value > 0;
  }
}
