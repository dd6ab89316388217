package io.perennial.model.als;

import java.io.Serializable;

/**
 * The two coordinates of a side that are no taste.
 *
 * @param tastes number of coordinates that are regularised as usual
 * @param free the one that holds the entity's bias, or -1
 * @param pinned the one that is 1, for the opposite side's bias, or -1
 * @param weight how many ratings draw the bias to its target
 * @param target where to
 */
record Bias(int tastes, int free, int pinned, double weight, double target)
    implements Serializable {
  /** All coordinates are taste. */
  static Bias none(int rank) {
    return new Bias(rank, -1, -1, 0, 0);
  }

  boolean any() {
    return free >= 0;
  }

  /** Gives a row without tastes the bias that it has before any rating. */
  void begin(float[] rows, int at) {
    if (any()) {
      rows[at + free] = (float) target;
      rows[at + pinned] = 1;
    }
  }
}
