package io.perennial.model.blend;

import java.util.Arrays;

/**
 * Blends the scores of a user for a tile of items: those that he had by all their features, the
 * others by their own terms. For one thread.
 */
final class TileBlend {
  private static final int SCORE = BlendFeature.SCORE.ordinal();
  private static final int TASTE = BlendFeature.TASTE.ordinal();
  private final double[] weights;
  private final double[] x = new double[BlendFeature.COUNT];

  /** What a user had. */
  interface Own {
    /**
     * Every feature of the nth item of his past.
     *
     * @param score log of the model's
     * @param cosine with his taste, the item's own part in it
     */
    void fill(int n, float score, float cosine, double[] x);
  }

  /**
   * @param weights of the features
   */
  TileBlend(double[] weights) {
    this.weights = weights;
  }

  /**
   * Makes of the model's scores those of the blend.
   *
   * @param had items of the user's past, increasing
   * @param items increasing, of which the tile is those from {@code first} on
   * @param terms what each of these items gets from its own traits
   * @param scores of the tile from {@code row} on; overwritten
   * @param cosines with the user's taste, likewise
   */
  void blend(
      int[] had,
      Own own,
      int[] items,
      float[] terms,
      int first,
      int width,
      float[] scores,
      float[] cosines,
      int row) {
    int begin = lowerBound(had, items[first]);
    int end = lowerBound(had, items[first + width - 1] + 1);
    float[] sums = new float[end - begin];
    int[] places = new int[end - begin];
    for (int n = begin; n < end; n++) {
      int at = Arrays.binarySearch(items, first, first + width, had[n]);
      int place = at < 0 ? -1 : row + at - first;
      places[n - begin] = place;
      if (place >= 0) {
        own.fill(n, BlendInputs.log(scores[place]), cosines[place], x);
        sums[n - begin] = sum();
      }
    }
    float ofScore = (float) weights[SCORE];
    float ofTaste = (float) weights[TASTE];
    for (int n = 0; n < width; n++) {
      scores[row + n] =
          ofScore * BlendInputs.log(scores[row + n])
              + ofTaste * cosines[row + n]
              + terms[first + n];
    }
    for (int n = 0; n < places.length; n++) {
      if (places[n] >= 0) {
        scores[places[n]] = sums[n];
      }
    }
  }

  private float sum() {
    double sum = 0;
    for (int f = 0; f < x.length; f++) {
      sum += weights[f] * x[f];
    }
    return (float) sum;
  }

  /** Place of the first value that is not below another. */
  private static int lowerBound(int[] sorted, int value) {
    int at = Arrays.binarySearch(sorted, value);
    return at >= 0 ? at : -at - 1;
  }
}
