package io.perennial.model.scoring;

import io.perennial.model.FactorRows;
import io.perennial.model.kernel.Kernel;
import java.io.Serializable;
import java.util.Arrays;

/**
 * Finds the best n items of many users. Blocks of users meet tiles of items in one matrix product
 * each, and the scores of a tile are looked through while they are in the cache; no user's scores
 * are ever sorted as a whole, and no catalogue of scores is kept.
 *
 * <p>Broadcast to executors: serializable, immutable, used by many threads at once. Holds items ×
 * rank × 4 bytes, the same again in every JVM that ranks large blocks (outside the heap where it
 * has no vector instructions), and about {@value #USERS} × {@value #TILE} × 8 bytes a thread.
 */
public final class TopItems implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Users of one matrix product. */
  public static final int USERS = 128;

  /** Items of one matrix product. */
  static final int TILE = 512;

  /** Multiplications below which the call overhead of a matrix product does not pay. */
  private static final long SMALL = 2_000_000;

  private final int rank;
  private final int[] items;
  private final float[] vectors;
  private transient volatile ItemTiles tiles;
  private transient ThreadLocal<float[]> rooms;

  /**
   * @param rows item rows
   * @param sortedItems the items that may be chosen, strictly increasing; those without a row are
   *     left out
   */
  public TopItems(FactorRows rows, int[] sortedItems) {
    this.rank = rows.rank();
    int[] found = new int[sortedItems.length];
    float[] packed = new float[Math.multiplyExact(sortedItems.length, rank)];
    int n = 0;
    for (int item : sortedItems) {
      int at = rows.position(item);
      if (at >= 0) {
        found[n] = item;
        System.arraycopy(rows.values(), at * rank, packed, n * rank, rank);
        n++;
      }
    }
    this.items = Arrays.copyOf(found, n);
    this.vectors = n == found.length ? packed : Arrays.copyOf(packed, n * rank);
  }

  /** Number of items that may be chosen. */
  public int size() {
    return items.length;
  }

  /** Length of a vector. */
  public int rank() {
    return rank;
  }

  /**
   * The best items of some users by the dot product of their vectors; of equal scores the lower
   * index comes first.
   *
   * @param users row-major {@code count × rank}
   * @param n how many items for each, at least 1
   * @param seen for each user the items that are left out, increasing; null where there are none.
   *     Unknown items are no matter
   */
  public TopRows best(float[] users, int count, int n, int[][] seen) {
    return best(users, count, n, seen, Rescoring.NONE);
  }

  /** The same by scores that are made of the dot products. */
  public TopRows best(float[] users, int count, int n, int[][] seen, Rescoring rescoring) {
    if (n < 1 || users.length < (long) count * rank || seen.length < count) {
      throw new IllegalArgumentException(
          "Cannot rank " + n + " items of " + count + " users with " + users.length + " values");
    }
    int room = Math.max(1, Math.min(n, items.length));
    int[] sizes = new int[count];
    int[] best = new int[count * room];
    float[] scores = new float[count * room];
    for (int from = 0; from < count; from += USERS) {
      int block = Math.min(USERS, count - from);
      TopRows top = block(users, from, block, room, seen, rescoring);
      System.arraycopy(top.sizes(), 0, sizes, from, block);
      System.arraycopy(top.items(), 0, best, from * room, block * room);
      System.arraycopy(top.scores(), 0, scores, from * room, block * room);
    }
    return new TopRows(room, sizes, best, scores);
  }

  private TopRows block(
      float[] users, int from, int count, int n, int[][] seen, Rescoring rescoring) {
    BestItems best = new BestItems(count, n);
    int[][] hidden = new int[count][];
    int[] cursors = new int[count];
    for (int user = 0; user < count; user++) {
      hidden[user] = positions(seen[from + user]);
    }
    for (int first = 0; first < items.length; first += TILE) {
      int width = Math.min(TILE, items.length - first);
      float[] scores = tile(users, from, count, first);
      rescoring.rescore(from, count, first, width, scores);
      for (int user = 0; user < count; user++) {
        int[] out = hidden[user];
        int at = cursors[user];
        while (at < out.length && out[at] < first + width) {
          scores[user * width + out[at] - first] = Float.NaN;
          at++;
        }
        cursors[user] = at;
        best.offer(user, scores, user * width, width, first);
      }
    }
    return best.sorted(items);
  }

  /**
   * Dot products of some users with the items of a tile, row-major; the array is used again by the
   * next call of the same thread.
   *
   * @param first position of the tile's first item
   */
  public float[] tile(float[] users, int from, int count, int first) {
    float[] scores = room();
    if ((long) count * items.length * rank <= SMALL) {
      dots(users, from, count, first, Math.min(TILE, items.length - first), scores);
    } else {
      tiles().multiply(first / TILE, users, from, count, scores);
    }
    return scores;
  }

  private void dots(float[] users, int from, int count, int first, int width, float[] out) {
    Kernel kernel = Kernel.active();
    for (int user = 0; user < count; user++) {
      for (int item = 0; item < width; item++) {
        out[user * width + item] =
            kernel.dot(users, (from + user) * rank, vectors, (first + item) * rank, rank);
      }
    }
  }

  /**
   * Where items stand among those that may be chosen, increasing; items from elsewhere are left
   * out.
   */
  private int[] positions(int[] sorted) {
    if (sorted == null) {
      return new int[0];
    }
    int[] positions = new int[sorted.length];
    int n = 0;
    for (int item : sorted) {
      int at = Arrays.binarySearch(items, item);
      if (at >= 0) {
        positions[n++] = at;
      }
    }
    return Arrays.copyOf(positions, n);
  }

  private float[] room() {
    ThreadLocal<float[]> all;
    synchronized (this) {
      if (rooms == null) {
        rooms = ThreadLocal.withInitial(() -> new float[USERS * Math.min(TILE, items.length)]);
      }
      all = rooms;
    }
    return all.get();
  }

  private ItemTiles tiles() {
    ItemTiles ready = tiles;
    if (ready == null) {
      synchronized (this) {
        ready = tiles;
        if (ready == null) {
          ready = ItemTiles.of(vectors, items.length, rank, TILE);
          tiles = ready;
        }
      }
    }
    return ready;
  }
}
