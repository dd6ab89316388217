package io.perennial.evaluation;

import java.util.Arrays;

/**
 * One subject's ranking of the catalogue for one user: the first k items, and what the area under
 * the curve needs. Reused from user to user, to spare allocations.
 *
 * <p>An item whose score is not finite is unknown: it is never in the list, and lies below every
 * known item. Equal scores are ordered by a hash of (user, item): so a scorer that says the same of
 * all items gets a random list, and neither low indices (which tend to be the old, popular items)
 * nor the relevant ones gain by it.
 */
final class RankedRow {
  private final int capacity;
  private final float[] heapScores;
  private final int[] heapItems;
  private int size;
  private long tieKey;

  /** Distinct finite scores of relevant items, increasing, and counts over the whole row. */
  private float[] levels = new float[16];

  private long[] above = new long[17];
  private long[] equal = new long[16];
  private int levelCount;
  private long finite;

  RankedRow(int capacity) {
    this.capacity = capacity;
    this.heapScores = new float[capacity];
    this.heapItems = new int[capacity];
  }

  /**
   * Ranks a row.
   *
   * @param relevant items whose position matters for the area under the curve
   */
  void rank(float[] scores, int offset, int length, int[] relevant, long userKey) {
    tieKey = userKey;
    size = 0;
    finite = 0;
    prepareLevels(scores, offset, length, relevant);
    float lowest = levelCount == 0 ? Float.POSITIVE_INFINITY : levels[0];
    for (int item = 0; item < length; item++) {
      float score = scores[offset + item];
      if (!Float.isFinite(score)) {
        continue;
      }
      finite++;
      if (size < capacity) {
        push(score, item);
      } else if (score >= heapScores[0] && better(score, item, heapScores[0], heapItems[0])) {
        heapScores[0] = score;
        heapItems[0] = item;
        siftDown(0, size);
      }
      if (score >= lowest) {
        int at = Arrays.binarySearch(levels, 0, levelCount, positiveZero(score));
        if (at >= 0) {
          equal[at]++;
          above[at]++;
        } else {
          above[-at - 1]++;
        }
      }
    }
    // above[n] counted the items with exactly n levels below them; now those with at least n
    for (int n = levelCount - 1; n >= 0; n--) {
      above[n] += above[n + 1];
    }
    sortHeap();
  }

  /** Length of the list, at most the capacity. */
  int size() {
    return size;
  }

  /** Item at a rank, from 0, best first. */
  int item(int rank) {
    return heapItems[rank];
  }

  /** Known items of the row. */
  long finite() {
    return finite;
  }

  /**
   * Area under the ROC curve with mid-ranks for ties: the mean, over relevant items, of the share
   * of other items that lie below (Hanley and McNeil 1982). A relevant item that the subject does
   * not know counts 0, though others are unknown too: who says nothing must not come out at one
   * half.
   *
   * @param relevant items, of those that were given to {@link #rank}
   * @param catalogue number of items that anybody knows
   * @param inCatalogue how many of the relevant are among them
   */
  double areaUnderCurve(
      float[] scores, int offset, int length, int[] relevant, long catalogue, int inCatalogue) {
    long others = catalogue - inCatalogue;
    if (others <= 0) {
      return 0.5;
    }
    float[] known = new float[relevant.length];
    int m = 0;
    for (int item : relevant) {
      if (item < length && Float.isFinite(scores[offset + item])) {
        known[m++] = positiveZero(scores[offset + item]);
      }
    }
    Arrays.sort(known, 0, m);
    double sum = 0;
    for (int j = 0; j < m; ) {
      int next = j + 1;
      while (next < m && known[next] == known[j]) {
        next++;
      }
      int level = Arrays.binarySearch(levels, 0, levelCount, known[j]);
      long higher = above[level + 1] - (m - next);
      long tied = equal[level] - (next - j);
      sum += (next - j) * (others - higher - tied + 0.5 * tied) / others;
      j = next;
    }
    return sum / relevant.length;
  }

  private void prepareLevels(float[] scores, int offset, int length, int[] relevant) {
    if (levels.length < relevant.length) {
      levels = new float[relevant.length * 2];
      equal = new long[levels.length];
      above = new long[levels.length + 1];
    }
    int m = 0;
    for (int item : relevant) {
      if (item < length && Float.isFinite(scores[offset + item])) {
        levels[m++] = positiveZero(scores[offset + item]);
      }
    }
    Arrays.sort(levels, 0, m);
    levelCount = 0;
    for (int j = 0; j < m; j++) {
      if (levelCount == 0 || levels[j] != levels[levelCount - 1]) {
        levels[levelCount++] = levels[j];
      }
    }
    Arrays.fill(equal, 0, levelCount, 0);
    Arrays.fill(above, 0, levelCount + 1, 0);
  }

  /** Binary search tells −0 from 0, comparison does not. */
  private static float positiveZero(float score) {
    return score == 0 ? 0f : score;
  }

  private boolean better(float scoreA, int itemA, float scoreB, int itemB) {
    if (scoreA != scoreB) {
      return scoreA > scoreB;
    }
    long a = UserHash.mix(tieKey, itemA);
    long b = UserHash.mix(tieKey, itemB);
    return a != b ? a < b : itemA < itemB;
  }

  private void push(float score, int item) {
    int at = size++;
    heapScores[at] = score;
    heapItems[at] = item;
    while (at > 0) {
      int parent = (at - 1) >>> 1;
      if (!better(heapScores[parent], heapItems[parent], heapScores[at], heapItems[at])) {
        break;
      }
      swap(parent, at);
      at = parent;
    }
  }

  /** The worst item stands at the root. */
  private void siftDown(int from, int limit) {
    int at = from;
    while (true) {
      int worst = at;
      for (int child = 2 * at + 1; child <= 2 * at + 2 && child < limit; child++) {
        if (better(heapScores[worst], heapItems[worst], heapScores[child], heapItems[child])) {
          worst = child;
        }
      }
      if (worst == at) {
        return;
      }
      swap(worst, at);
      at = worst;
    }
  }

  private void sortHeap() {
    for (int end = size - 1; end > 0; end--) {
      swap(0, end);
      siftDown(0, end);
    }
  }

  private void swap(int a, int b) {
    float score = heapScores[a];
    heapScores[a] = heapScores[b];
    heapScores[b] = score;
    int item = heapItems[a];
    heapItems[a] = heapItems[b];
    heapItems[b] = item;
  }
}
