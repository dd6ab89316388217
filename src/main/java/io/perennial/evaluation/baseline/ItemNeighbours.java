package io.perennial.evaluation.baseline;

import io.perennial.evaluation.EvaluationWindow;
import io.perennial.evaluation.baseline.NeighbourOptions.Weighting;
import io.perennial.model.Scorer;
import io.perennial.model.history.InteractionHistory;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * The items most similar to each item: similarity is the dot product of two items' weights over all
 * users. Costs Σ n² over users of n items, and items × neighbours × 8 bytes.
 *
 * <p>The BM25 weight of a count c is idf · c·(k1 + 1) / (c + k1·(1 − b + b·L/L̄)), where a user is
 * a document of length L = Σ c, and idf = ln(1 + (N − n + ½) / (n + ½)) of an item that n of N
 * users had (Robertson and Zaragoza 2009, with the idf that is never negative).
 */
public final class ItemNeighbours {
  private final boolean[] known;
  private final int[][] neighbours;
  private final float[][] similarities;

  private ItemNeighbours(boolean[] known, int[][] neighbours, float[][] similarities) {
    this.known = known;
    this.neighbours = neighbours;
    this.similarities = similarities;
  }

  /** From what every user had so far. */
  public static ItemNeighbours of(InteractionHistory history, NeighbourOptions options) {
    int items = Arrays.stream(history.items()).max().orElse(-1) + 1;
    int pairs = history.pairs();
    int[] frequency = new int[items];
    for (int item : history.items()) {
      frequency[item]++;
    }
    float[] weights =
        options.weighting() == Weighting.BM25
            ? bm25(history, frequency, options)
            : cosine(history, items);
    int[] starts = new int[items + 1];
    for (int item = 0; item < items; item++) {
      starts[item + 1] = starts[item] + frequency[item];
    }
    int[] next = starts.clone();
    int[] rowOf = new int[pairs];
    int[] pairOf = new int[pairs];
    for (int row = 0; row < history.users().length; row++) {
      for (int p = history.offsets()[row]; p < history.offsets()[row + 1]; p++) {
        int at = next[history.items()[p]]++;
        rowOf[at] = row;
        pairOf[at] = p;
      }
    }
    boolean[] known = new boolean[items];
    int[][] neighbours = new int[items][];
    float[][] similarities = new float[items][];
    ThreadLocal<double[]> sums = ThreadLocal.withInitial(() -> new double[items]);
    IntStream.range(0, items)
        .parallel()
        .forEach(
            item -> {
              known[item] = frequency[item] > 0;
              double[] sum = sums.get();
              Arrays.fill(sum, 0);
              for (int at = starts[item]; at < starts[item + 1]; at++) {
                float own = weights[pairOf[at]];
                int end = history.offsets()[rowOf[at] + 1];
                for (int p = history.offsets()[rowOf[at]]; p < end; p++) {
                  sum[history.items()[p]] += own * weights[p];
                }
              }
              int[] best = best(sum, options.neighbours());
              neighbours[item] = best;
              similarities[item] = new float[best.length];
              for (int n = 0; n < best.length; n++) {
                similarities[item][n] = (float) sum[best[n]];
              }
            });
    return new ItemNeighbours(known, neighbours, similarities);
  }

  private static float[] bm25(
      InteractionHistory history, int[] frequency, NeighbourOptions options) {
    int users = history.users().length;
    double[] lengths = new double[users];
    double all = 0;
    for (int row = 0; row < users; row++) {
      for (int p = history.offsets()[row]; p < history.offsets()[row + 1]; p++) {
        lengths[row] += history.counts()[p];
      }
      all += lengths[row];
    }
    float[] weights = new float[history.pairs()];
    for (int row = 0; row < users; row++) {
      double scale = options.k1() * (1 - options.b() + options.b() * lengths[row] * users / all);
      for (int p = history.offsets()[row]; p < history.offsets()[row + 1]; p++) {
        double had = frequency[history.items()[p]];
        double idf = Math.log(1 + (users - had + 0.5) / (had + 0.5));
        double count = history.counts()[p];
        weights[p] = (float) (idf * count * (options.k1() + 1) / (count + scale));
      }
    }
    return weights;
  }

  private static float[] cosine(InteractionHistory history, int items) {
    double[] squares = new double[items];
    for (int p = 0; p < history.pairs(); p++) {
      squares[history.items()[p]] += (double) history.counts()[p] * history.counts()[p];
    }
    float[] weights = new float[history.pairs()];
    for (int p = 0; p < weights.length; p++) {
      weights[p] = (float) (history.counts()[p] / Math.sqrt(squares[history.items()[p]]));
    }
    return weights;
  }

  /** Indices of the largest positive values, of equal ones those with the smallest index. */
  private static int[] best(double[] values, int limit) {
    int[] heap = new int[Math.min(limit, values.length)];
    int size = 0;
    for (int candidate = 0; candidate < values.length; candidate++) {
      if (!(values[candidate] > 0)) {
        continue;
      }
      if (size < heap.length) {
        heap[size] = candidate;
        for (int child = size++; child > 0; child = (child - 1) / 2) {
          int parent = (child - 1) / 2;
          if (!worse(values, heap[child], heap[parent])) {
            break;
          }
          swap(heap, child, parent);
        }
      } else if (worse(values, heap[0], candidate)) {
        heap[0] = candidate;
        sink(values, heap);
      }
    }
    int[] found = Arrays.copyOf(heap, size);
    Arrays.sort(found);
    return found;
  }

  private static void sink(double[] values, int[] heap) {
    for (int parent = 0; ; ) {
      int child = 2 * parent + 1;
      if (child >= heap.length) {
        return;
      }
      if (child + 1 < heap.length && worse(values, heap[child + 1], heap[child])) {
        child++;
      }
      if (!worse(values, heap[child], heap[parent])) {
        return;
      }
      swap(heap, child, parent);
      parent = child;
    }
  }

  private static boolean worse(double[] values, int one, int other) {
    return values[one] < values[other] || (values[one] == values[other] && one > other);
  }

  private static void swap(int[] heap, int one, int other) {
    int kept = heap[one];
    heap[one] = heap[other];
    heap[other] = kept;
  }

  /** Neighbours of an item, by index. */
  int[] neighbours(int item) {
    return neighbours[item].clone();
  }

  /** Similarities of these neighbours. */
  float[] similarities(int item) {
    return similarities[item].clone();
  }

  /**
   * Scores the users of a window: Σ over what a user had before it of his count · similarity. Users
   * who had nothing are unknown.
   */
  public Scorer scorer(EvaluationWindow window) {
    int[] users = window.cases().stream().mapToInt(c -> c.user()).toArray();
    int[][] items = window.cases().stream().map(c -> c.seenItems()).toArray(int[][]::new);
    float[][] counts = window.cases().stream().map(c -> c.past().counts()).toArray(float[][]::new);
    return new NeighbourScorer(known, neighbours, similarities, users, items, counts);
  }

  private static final class NeighbourScorer implements Scorer {
    private static final long serialVersionUID = 1L;
    private final boolean[] known;
    private final int[][] neighbours;
    private final float[][] similarities;
    private final int[] users;
    private final int[][] items;
    private final float[][] counts;

    NeighbourScorer(
        boolean[] known,
        int[][] neighbours,
        float[][] similarities,
        int[] users,
        int[][] items,
        float[][] counts) {
      this.known = known;
      this.neighbours = neighbours;
      this.similarities = similarities;
      this.users = users;
      this.items = items;
      this.counts = counts;
    }

    @Override
    public int itemCount() {
      return known.length;
    }

    @Override
    public boolean knowsUser(int user) {
      int at = Arrays.binarySearch(users, user);
      return at >= 0 && items[at].length > 0;
    }

    @Override
    public boolean knowsItem(int item) {
      return item >= 0 && item < known.length && known[item];
    }

    @Override
    public void score(int[] wanted, float[] out) {
      for (int row = 0; row < wanted.length; row++) {
        int begin = row * known.length;
        boolean nobody = !knowsUser(wanted[row]);
        for (int item = 0; item < known.length; item++) {
          out[begin + item] = nobody || !known[item] ? Float.NaN : 0;
        }
        if (!nobody) {
          add(Arrays.binarySearch(users, wanted[row]), begin, out);
        }
      }
    }

    private void add(int at, int begin, float[] out) {
      for (int n = 0; n < items[at].length; n++) {
        int had = items[at][n];
        if (had < known.length) {
          for (int m = 0; m < neighbours[had].length; m++) {
            out[begin + neighbours[had][m]] += counts[at][n] * similarities[had][m];
          }
        }
      }
    }
  }
}
