package io.perennial.model.embedding.step;

import java.io.Serializable;

/**
 * The behaviours that have a head, by place, the main one first.
 *
 * @param weights of each beside the main one, whose weight is 1
 * @param rated which of them learn the values of their events, as ratings are learnt, where the
 *     recipe's objective is another
 */
public record Heads(double[] weights, boolean[] rated) implements Serializable {
  /** One kind of feedback. */
  public static final Heads ONE = alike(1);

  public Heads {
    if (rated.length != weights.length || weights.length == 0) {
      throw new IllegalArgumentException(
          weights.length + " heads do not fit " + rated.length + " kinds");
    }
  }

  /** All learn what the recipe says. */
  public static Heads alike(double... weights) {
    return new Heads(weights, new boolean[weights.length]);
  }

  public int size() {
    return weights.length;
  }

  /** Whether any head learns values. */
  public boolean anyRated() {
    for (boolean one : rated) {
      if (one) {
        return true;
      }
    }
    return false;
  }
}
