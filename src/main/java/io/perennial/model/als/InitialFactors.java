package io.perennial.model.als;

import java.util.SplittableRandom;

/** Random rows that depend on the seed and the entity's index alone. */
final class InitialFactors {
  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

  private InitialFactors() {}

  /** One normally distributed row for each index, of standard deviation {@code scale / √rank}. */
  static float[] of(int[] indices, int rank, long seed, double scale) {
    float[] rows = new float[Math.multiplyExact(indices.length, rank)];
    double deviation = scale / Math.sqrt(rank);
    for (int n = 0; n < indices.length; n++) {
      SplittableRandom random = new SplittableRandom(seed * GOLDEN + indices[n]);
      for (int c = 0; c < rank; c++) {
        rows[n * rank + c] = (float) (deviation * random.nextGaussian());
      }
    }
    return rows;
  }
}
