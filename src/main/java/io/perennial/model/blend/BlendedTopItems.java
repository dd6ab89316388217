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
    this.traits = ItemTraits.among(rows.indices(), statistics, now);
    this.weights = weights.mean().clone();
    this.items = Arrays.stream(sortedItems).filter(item -> rows.position(item) >= 0).toArray();
    float[] all = traits.terms(weights);
    this.terms = new float[items.length];
    for (int n = 0; n < items.length; n++) {
      terms[n] = all[rows.position(items[n])];
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
    private final TileBlend blend = new TileBlend(weights);

    Blending(PastTraits[] pasts, float[] taste) {
      this.pasts = pasts;
      this.taste = taste;
    }

    @Override
    public void rescore(int from, int count, int first, int width, float[] scores) {
      float[] cosines = tastes.tile(taste, from, count, first);
      for (int user = 0; user < count; user++) {
        PastTraits past = pasts[from + user];
        blend.blend(
            past.past().items(),
            (n, score, cosine, x) -> BlendInputs.fill(traits, past, n, score, cosine, x),
            items,
            terms,
            first,
            width,
            scores,
            cosines,
            user * width);
      }
    }
  }
}
