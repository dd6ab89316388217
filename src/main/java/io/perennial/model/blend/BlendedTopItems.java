package io.perennial.model.blend;

import io.perennial.model.FactorRows;
import io.perennial.model.history.ItemStatistics;
import io.perennial.model.history.Past;
import io.perennial.model.scoring.Rescoring;
import io.perennial.model.scoring.TopItems;
import io.perennial.model.scoring.TopRows;
import java.io.Serializable;
import java.time.Instant;
import java.util.Arrays;

/**
 * Finds the best n items of many users by the blend: two matrix products for each tile of items,
 * the model's and that with the users' tastes, and a row of features for each item that a user had.
 *
 * <p>Broadcast to executors: serializable, immutable, used by many threads at once.
 */
public final class BlendedTopItems implements Serializable {
  private static final long serialVersionUID = 1L;
  private final TopItems model;
  private final TopItems tastes;
  private final FactorRows directions;
  private final ItemTraits traits;
  private final double[] weights;
  private final int[] items;

  /** By position among the items that may be chosen. */
  private final float[] terms;

  private final long now;

  /**
   * @param rows item rows, whose dot products with the users' rows are the model's scores
   * @param alike a vector of every item, in which like items point the same way
   * @param sortedItems the items that may be chosen, strictly increasing; those without a row are
   *     left out
   * @param statistics items as the version knows them
   * @param now the instant for which items are ranked
   */
  public BlendedTopItems(
      FactorRows rows,
      FactorRows alike,
      int[] sortedItems,
      BlendWeights weights,
      ItemStatistics statistics,
      Instant now) {
    this.model = new TopItems(rows, sortedItems);
    this.directions = ItemTraits.directions(alike);
    this.tastes = new TopItems(directions, sortedItems);
    this.traits = ItemTraits.of(rows.capacity(), statistics, now);
    this.weights = weights.mean().clone();
    this.items = Arrays.stream(sortedItems).filter(item -> rows.position(item) >= 0).toArray();
    float[] all = traits.terms(weights);
    this.terms = new float[items.length];
    for (int n = 0; n < items.length; n++) {
      terms[n] = all[items[n]];
    }
    this.now = now.toEpochMilli();
  }

  /**
   * The best items of some users.
   *
   * @param users the users' rows, row-major {@code count × rank}
   * @param pasts what each user had done; {@code count}
   * @param seen for each user the items that are left out, increasing; null where there are none
   */
  public TopRows best(float[] users, int count, int n, int[][] seen, Past[] pasts) {
    int rank = directions.rank();
    PastTraits[] past = new PastTraits[count];
    float[] taste = new float[count * rank];
    for (int user = 0; user < count; user++) {
      past[user] = new PastTraits(pasts[user], now);
      past[user].addTaste(directions, taste, user * rank);
    }
    return model.best(users, count, n, seen, new Blending(past, taste));
  }

  /** The blend of some users. */
  private final class Blending implements Rescoring {
    private final PastTraits[] pasts;
    private final float[] taste;
    private final double[] x = new double[BlendFeature.COUNT];

    Blending(PastTraits[] pasts, float[] taste) {
      this.pasts = pasts;
      this.taste = taste;
    }

    @Override
    public void rescore(int from, int count, int first, int width, float[] scores) {
      float[] cosines = tastes.tile(taste, from, count, first);
      float ofScore = (float) weights[BlendFeature.SCORE.ordinal()];
      float ofTaste = (float) weights[BlendFeature.TASTE.ordinal()];
      for (int user = 0; user < count; user++) {
        PastTraits past = pasts[from + user];
        int row = user * width;
        int[] had = past.past().items();
        int begin = lowerBound(had, items[first]);
        int end = lowerBound(had, items[first + width - 1] + 1);
        float[] sums = new float[end - begin];
        for (int n = begin; n < end; n++) {
          int at = Arrays.binarySearch(items, first, first + width, had[n]);
          sums[n - begin] =
              at < 0 ? 0 : sum(past, n, scores[row + at - first], cosines[row + at - first]);
        }
        for (int item = 0; item < width; item++) {
          scores[row + item] =
              ofScore * BlendInputs.log(scores[row + item])
                  + ofTaste * cosines[row + item]
                  + terms[first + item];
        }
        for (int n = begin; n < end; n++) {
          int at = Arrays.binarySearch(items, first, first + width, had[n]);
          if (at >= 0) {
            scores[row + at - first] = sums[n - begin];
          }
        }
      }
    }

    private float sum(PastTraits past, int n, float score, float cosine) {
      BlendInputs.fill(traits, past, n, BlendInputs.log(score), cosine, x);
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
