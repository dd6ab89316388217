package io.perennial.model.blend;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What the blend has learnt: a normal distribution over the weights of its features, mean and
 * inverse covariance.
 *
 * @param mean weight by {@link BlendFeature}
 * @param precision {@code features × features}, row-major, symmetric, positive definite
 */
public record BlendWeights(double[] mean, double[] precision) {
  /** Inverse variance of a weight of which nothing is known. */
  static final double VAGUE = 0.01;

  private static final String MEAN = "blend_mean";
  private static final String PRECISION = "blend_precision";

  public BlendWeights {
    int features = BlendFeature.COUNT;
    if (mean.length != features || precision.length != features * features) {
      throw new IllegalArgumentException(
          "A blend of "
              + features
              + " features cannot have "
              + mean.length
              + " weights and a matrix of "
              + precision.length
              + " values");
    }
  }

  /** Before anything was learnt: the model's order. */
  public static BlendWeights untaught() {
    double[] mean = new double[BlendFeature.COUNT];
    mean[BlendFeature.SCORE.ordinal()] = 1;
    double[] precision = new double[BlendFeature.COUNT * BlendFeature.COUNT];
    for (int f = 0; f < BlendFeature.COUNT; f++) {
      precision[f * BlendFeature.COUNT + f] = VAGUE;
    }
    return new BlendWeights(mean, precision);
  }

  /**
   * Those that {@link #arrays()} gave; empty where a version has none, or was made when the blend
   * looked at other features.
   */
  public static Optional<BlendWeights> of(Map<String, double[]> arrays) {
    double[] mean = arrays.get(MEAN);
    double[] precision = arrays.get(PRECISION);
    boolean fits =
        mean != null
            && precision != null
            && mean.length == BlendFeature.COUNT
            && precision.length == BlendFeature.COUNT * BlendFeature.COUNT;
    return fits ? Optional.of(new BlendWeights(mean.clone(), precision.clone())) : Optional.empty();
  }

  /** Small named arrays, as versions keep them. */
  public Map<String, double[]> arrays() {
    Map<String, double[]> arrays = new LinkedHashMap<>();
    arrays.put(MEAN, mean.clone());
    arrays.put(PRECISION, precision.clone());
    return arrays;
  }

  /** Every weight is a number. */
  public boolean isFinite() {
    return Arrays.stream(mean).allMatch(Double::isFinite)
        && Arrays.stream(precision).allMatch(Double::isFinite);
  }

  double of(BlendFeature feature) {
    return mean[feature.ordinal()];
  }
}
