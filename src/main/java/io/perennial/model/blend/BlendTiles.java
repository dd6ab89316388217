package io.perennial.model.blend;

import io.perennial.model.FactorRows;
import io.perennial.model.scoring.TileScorer;
import io.perennial.model.scoring.TiledItems;
import java.util.Arrays;

/**
 * The blend of some users, tile by tile: two matrix products, and a row of features for each item
 * that a user had.
 *
 * @param vectors the model's, row-major
 * @param tastes row-major
 * @param pasts of each user
 * @param traits of the items of each past, by their place in it
 * @param weights of the features
 * @param terms what every item gets from its own traits, by dense index
 */
record BlendTiles(
    float[] vectors,
    float[] tastes,
    PastTraits[] pasts,
    ItemTraits[] traits,
    double[] weights,
    float[] terms)
    implements TileScorer {
  private static final int SCORE = BlendFeature.SCORE.ordinal();
  private static final int TASTE = BlendFeature.TASTE.ordinal();

  @Override
  public Piece of(FactorRows piece) {
    return new BlendedPiece(piece);
  }

  private final class BlendedPiece implements Piece {
    private final int[] items;
    private final TiledItems model;
    private final TiledItems directions;
    private final float[] cosines = new float[USERS * TILE];
    private final double[] x = new double[BlendFeature.COUNT];

    BlendedPiece(FactorRows piece) {
      this.items = piece.indices();
      this.model = new TiledItems(piece);
      this.directions = new TiledItems(ItemTraits.directions(piece));
    }

    @Override
    public void scores(int first, int from, int count, float[] out) {
      int width = Math.min(TILE, items.length - first);
      model.scores(first, vectors, from, count, out);
      directions.scores(first, tastes, from, count, cosines);
      for (int n = 0; n < count; n++) {
        blend(from + n, first, width, out, n * width);
      }
    }

    private void blend(int user, int first, int width, float[] scores, int row) {
      int[] had = pasts[user].past().items();
      int begin = lowerBound(had, items[first]);
      int end = lowerBound(had, items[first + width - 1] + 1);
      float[] sums = new float[end - begin];
      int[] places = new int[end - begin];
      for (int n = begin; n < end; n++) {
        int at = Arrays.binarySearch(items, first, first + width, had[n]);
        places[n - begin] = at < 0 ? -1 : row + at - first;
        sums[n - begin] =
            at < 0 ? 0 : sum(user, n, scores[row + at - first], cosines[row + at - first]);
      }
      float ofScore = (float) weights[SCORE];
      float ofTaste = (float) weights[TASTE];
      for (int n = 0; n < width; n++) {
        scores[row + n] =
            ofScore * BlendInputs.log(scores[row + n])
                + ofTaste * cosines[row + n]
                + terms[items[first + n]];
      }
      for (int n = 0; n < places.length; n++) {
        if (places[n] >= 0) {
          scores[places[n]] = sums[n];
        }
      }
    }

    private float sum(int user, int n, float score, float cosine) {
      BlendInputs.fill(traits[user], n, pasts[user], n, BlendInputs.log(score), cosine, x);
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
}
