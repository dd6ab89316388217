package io.perennial.model.als;

/** Sorts pairs of dense indices by radix, without comparing. */
final class PairOrder {
  private static final int DIGIT = 16;
  private static final int BUCKETS = 1 << DIGIT;

  private PairOrder() {}

  /**
   * The stable order of the pairs by (major, minor): positions, to be read one after the other.
   *
   * @param major first key, each 0 or more
   * @param minor second key, each 0 or more
   */
  static int[] of(int[] major, int[] minor) {
    int[] order = new int[major.length];
    for (int p = 0; p < order.length; p++) {
      order[p] = p;
    }
    int[] room = new int[order.length];
    for (int[] key : new int[][] {minor, major}) {
      for (int shift = 0; shift < 32; shift += DIGIT) {
        if (pass(key, shift, order, room)) {
          int[] sorted = room;
          room = order;
          order = sorted;
        }
      }
    }
    return order;
  }

  /** Sorts by one digit from {@code order} into {@code room}; false where all digits are equal. */
  private static boolean pass(int[] key, int shift, int[] order, int[] room) {
    int[] starts = new int[BUCKETS + 1];
    for (int value : key) {
      starts[(value >>> shift & BUCKETS - 1) + 1]++;
    }
    if (key.length > 0 && starts[(key[0] >>> shift & BUCKETS - 1) + 1] == key.length) {
      return false;
    }
    for (int b = 0; b < BUCKETS; b++) {
      starts[b + 1] += starts[b];
    }
    for (int p : order) {
      room[starts[key[p] >>> shift & BUCKETS - 1]++] = p;
    }
    return true;
  }
}
