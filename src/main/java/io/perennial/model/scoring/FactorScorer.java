package io.perennial.model.scoring;

import io.perennial.model.FactorRows;
import io.perennial.model.Scorer;
import io.perennial.model.kernel.Kernel;

/**
 * Dot products of user and item factors. A block of users is scored against all items by matrix
 * products of {@link ItemTiles}; small cases are worked out where they are.
 *
 * <p>Holds items × rank × 4 bytes, and the same again in every JVM that scores large blocks
 * (outside the heap where it has no vector instructions).
 */
public final class FactorScorer implements Scorer {
  private static final long serialVersionUID = 1L;

  /** Multiplications below which the call overhead of a matrix product does not pay. */
  private static final long SMALL = 2_000_000;

  private final FactorRows users;
  private final float[] items;
  private final boolean[] known;
  private final int rank;
  private transient volatile ItemTiles tiles;

  /**
   * @param users rows of the users that may be scored
   * @param items every item row
   */
  public FactorScorer(FactorRows users, FactorRows items) {
    if (users.rank() != items.rank()) {
      throw new IllegalArgumentException(
          "Users have rank " + users.rank() + ", items " + items.rank());
    }
    this.users = users;
    this.rank = items.rank();
    int count = items.capacity();
    this.items = new float[Math.multiplyExact(count, rank)];
    this.known = new boolean[count];
    for (int n = 0; n < items.size(); n++) {
      int item = items.indices()[n];
      known[item] = true;
      System.arraycopy(items.values(), n * rank, this.items, item * rank, rank);
    }
  }

  @Override
  public int itemCount() {
    return known.length;
  }

  @Override
  public boolean knowsUser(int user) {
    return users.position(user) >= 0;
  }

  @Override
  public boolean knowsItem(int item) {
    return item >= 0 && item < known.length && known[item];
  }

  @Override
  public void score(int[] wanted, float[] out) {
    int count = itemCount();
    if (out.length < (long) wanted.length * count) {
      throw new IllegalArgumentException(
          "Scores of "
              + wanted.length
              + " users and "
              + count
              + " items do not fit into "
              + out.length
              + " values");
    }
    float[] block = new float[wanted.length * rank];
    for (int n = 0; n < wanted.length; n++) {
      int at = users.position(wanted[n]);
      if (at >= 0) {
        System.arraycopy(users.values(), at * rank, block, n * rank, rank);
      }
    }
    if ((long) wanted.length * count * rank <= SMALL) {
      Kernel kernel = Kernel.active();
      for (int n = 0; n < wanted.length; n++) {
        for (int item = 0; item < count; item++) {
          out[n * count + item] = kernel.dot(block, n * rank, items, item * rank, rank);
        }
      }
    } else {
      multiply(block, wanted.length, out);
    }
    hideUnknown(wanted, out);
  }

  private void hideUnknown(int[] wanted, float[] out) {
    int count = itemCount();
    for (int n = 0; n < wanted.length; n++) {
      boolean nobody = users.position(wanted[n]) < 0;
      for (int item = 0; item < count; item++) {
        if (nobody || !known[item]) {
          out[n * count + item] = Float.NaN;
        }
      }
    }
  }

  /** Block by block and tile by tile, so that both stay in the cache. */
  private void multiply(float[] block, int rows, float[] out) {
    int count = itemCount();
    float[] scores = new float[Math.min(rows, TopItems.USERS) * Math.min(count, TopItems.TILE)];
    for (int from = 0; from < rows; from += TopItems.USERS) {
      int some = Math.min(TopItems.USERS, rows - from);
      for (int first = 0; first < count; first += TopItems.TILE) {
        int width = Math.min(TopItems.TILE, count - first);
        tiles().multiply(first / TopItems.TILE, block, from, some, scores);
        for (int n = 0; n < some; n++) {
          System.arraycopy(scores, n * width, out, (from + n) * count + first, width);
        }
      }
    }
  }

  private ItemTiles tiles() {
    ItemTiles ready = tiles;
    if (ready == null) {
      synchronized (this) {
        ready = tiles;
        if (ready == null) {
          ready = ItemTiles.of(items, itemCount(), rank, TopItems.TILE);
          tiles = ready;
        }
      }
    }
    return ready;
  }
}
