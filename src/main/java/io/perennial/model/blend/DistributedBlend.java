package io.perennial.model.blend;

import io.perennial.model.FactorRows;
import io.perennial.model.Scorer;
import io.perennial.model.history.ItemStatistics;
import io.perennial.model.history.Past;
import io.perennial.model.scoring.DistributedFactors;
import io.perennial.model.scoring.DistributedScorer;
import io.perennial.model.scoring.TileScorer;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;

/**
 * Ranks by the weighted sum of the blend's features, as {@link BlendedScorer} does, against items
 * that lie on executors. The driver holds 4 bytes an item and each user's taste, rank × 12 bytes.
 */
public final class DistributedBlend implements DistributedScorer {
  private static final long serialVersionUID = 1L;
  private final transient BlendWeights weights;
  private final transient DistributedFactors model;
  private final transient int[] users;
  private final transient List<Past> pasts;
  private final transient ItemStatistics statistics;
  private final transient Instant now;
  private transient float[] terms;
  private transient float[] tastes;
  private transient Scorer inMemory;

  /**
   * For some users.
   *
   * @param model that knows them
   * @param sortedUsers those who are to be scored
   * @param pasts what each had done before the instant
   * @param statistics items as of the instant
   */
  public DistributedBlend(
      BlendWeights weights,
      DistributedFactors model,
      int[] sortedUsers,
      List<Past> pasts,
      ItemStatistics statistics,
      Instant now) {
    this.weights = weights;
    this.model = model;
    this.users = sortedUsers;
    this.pasts = List.copyOf(pasts);
    this.statistics = statistics;
    this.now = now;
  }

  @Override
  public JavaRDD<FactorRows> pieces() {
    return model.pieces();
  }

  @Override
  public int itemCount() {
    return model.itemCount();
  }

  @Override
  public boolean knowsUser(int user) {
    return model.knowsUser(user);
  }

  @Override
  public boolean knowsItem(int item) {
    return model.knowsItem(item);
  }

  @Override
  public TileScorer tiles(int[] known) {
    int rank = model.rank();
    float[] all = tastes();
    float[] own = new float[known.length * rank];
    PastTraits[] had = new PastTraits[known.length];
    ItemTraits[] traits = new ItemTraits[known.length];
    for (int n = 0; n < known.length; n++) {
      int at = Arrays.binarySearch(users, known[n]);
      Past past = at < 0 ? Past.NONE : pasts.get(at);
      had[n] = new PastTraits(past, now.toEpochMilli());
      traits[n] = ItemTraits.ofSome(past.items(), statistics, now);
      if (at >= 0) {
        System.arraycopy(all, at * rank, own, n * rank, rank);
      }
    }
    return new BlendTiles(model.vectors(known), own, had, traits, weights.mean(), terms());
  }

  private synchronized float[] terms() {
    if (terms == null) {
      terms = ItemTraits.terms(weights, itemCount(), statistics, now);
    }
    return terms;
  }

  private synchronized float[] tastes() {
    if (tastes == null) {
      PastTraits[] had =
          pasts.stream()
              .map(past -> new PastTraits(past, now.toEpochMilli()))
              .toArray(PastTraits[]::new);
      tastes = Tastes.of(model.pieces(), model.rank(), had);
    }
    return tastes;
  }

  @Override
  public void score(int[] wanted, float[] out) {
    inMemory().score(wanted, out);
  }

  private synchronized Scorer inMemory() {
    if (inMemory == null) {
      inMemory =
          new BlendedScorer(
              weights, BlendInputs.of(model, model.table().all(), users, pasts, statistics, now));
    }
    return inMemory;
  }

  private Object writeReplace() {
    return inMemory();
  }
}
