package io.perennial.evaluation;

import java.io.Serializable;
import java.util.Arrays;

/**
 * One subject's ranking of the catalogue for one user: the first k items, and what the area under
 * the curve needs. Reused from user to user, to spare allocations. The catalogue can come piece by
 * piece, in any order, and rows over different pieces can be added up.
 *
 * <p>An item whose score is not finite is unknown: it is never in the list, and lies below every
 * known item. Equal scores are ordered by a hash of (user, item): so a scorer that says the same of
 * all items gets a random list, and neither low indices (which tend to be the old, popular items)
 * nor the relevant ones gain by it.
 */
final class RankedRow implements Serializable {
  private static final long serialVersionUID = 1L;
  private static final int[] IN_ORDER = {};
  private final int capacity;
  private final float[] heapScores;
  private final int[] heapItems;
  private int size;
  private long tieKey;
  private int[] relevant = {};

  /** By place in {@code relevant}; NaN where unknown. */
  private float[] relevantScores = {};

  /** Distinct finite scores of relevant items, increasing, and counts over the whole row. */
  private float[] levels = {};

  private long[] above = new long[1];
  private long[] equal = {};
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
   * @param relevant items whose position matters for the area under the curve, increasing
   */
  void rank(float[] scores, int offset, int length, int[] relevant, long userKey) {
    float[] own =
        relevantScores.length < relevant.length ? new float[2 * relevant.length] : relevantScores;
    for (int n = 0; n < relevant.length; n++) {
      own[n] = relevant[n] < length ? scores[offset + relevant[n]] : Float.NaN;
    }
    begin(relevant, own, userKey);
    offer(scores, offset, length, IN_ORDER, 0);
    end();
  }

  /**
   * Forgets everything before a row that comes piece by piece.
   *
   * @param relevant items whose position matters for the area under the curve, increasing
   * @param scores of the relevant items; kept
   */
  void begin(int[] relevant, float[] scores, long userKey) {
    tieKey = userKey;
    size = 0;
    finite = 0;
    this.relevant = relevant;
    relevantScores = scores;
    prepareLevels();
  }

  /**
   * Takes the scores of a piece.
   *
   * @param items dense indices, of which the piece's begin at {@code first}
   */
  void offer(float[] scores, int offset, int length, int[] items, int first) {
    boolean inOrder = items == IN_ORDER;
    float lowest = levelCount == 0 ? Float.POSITIVE_INFINITY : levels[0];
    for (int n = 0; n < length; n++) {
      float score = scores[offset + n];
      if (!Float.isFinite(score)) {
        continue;
      }
      finite++;
      if (size < capacity || score >= heapScores[0]) {
        add(score, inOrder ? n : items[first + n]);
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
  }

  /** Adds what another row of the same user and the same relevant items took; before the end. */
  void add(RankedRow other) {
    finite += other.finite;
    for (int n = 0; n < other.size; n++) {
      add(other.heapScores[n], other.heapItems[n]);
    }
    for (int n = 0; n < levelCount; n++) {
      equal[n] += other.equal[n];
    }
    for (int n = 0; n <= levelCount; n++) {
      above[n] += other.above[n];
    }
  }

  private void add(float score, int item) {
    if (size < capacity) {
      push(score, item);
    } else if (better(score, item, heapScores[0], heapItems[0])) {
      heapScores[0] = score;
      heapItems[0] = item;
      siftDown(0, size);
    }
  }

  /** Puts the list in order, once everything was offered. */
  void end() {
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
   * @param some of the items that were given as relevant
   * @param catalogue number of items that anybody knows
   * @param inCatalogue how many of the relevant are among them
   */
  double areaUnderCurve(int[] some, long catalogue, int inCatalogue) {
    long others = catalogue - inCatalogue;
    if (others <= 0) {
      return 0.5;
    }
    float[] known = new float[some.length];
    int m = 0;
    for (int item : some) {
      int at = Arrays.binarySearch(relevant, item);
      if (at >= 0 && Float.isFinite(relevantScores[at])) {
        known[m++] = positiveZero(relevantScores[at]);
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
    return sum / some.length;
  }

  private void prepareLevels() {
    if (levels.length < relevant.length) {
      int room = Math.max(relevant.length, 2 * levels.length);
      levels = new float[room];
      equal = new long[room];
      above = new long[room + 1];
    }
    int m = 0;
    for (int n = 0; n < relevant.length; n++) {
      if (Float.isFinite(relevantScores[n])) {
        levels[m++] = positiveZero(relevantScores[n]);
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
