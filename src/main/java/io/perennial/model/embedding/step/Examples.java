package io.perennial.model.embedding.step;

import java.io.Serializable;

/**
 * What is learnt from, by position in the tables of users and items.
 *
 * @param users row of the user of each example
 * @param items row of its item
 * @param targets its rating, or anything where there is none
 * @param weights what it counts, above 0
 * @param heads place of its behaviour, from 0, the main one
 */
public record Examples(int[] users, int[] items, float[] targets, float[] weights, int[] heads)
    implements Serializable {
  /** All of the main behaviour. */
  public Examples(int[] users, int[] items, float[] targets, float[] weights) {
    this(users, items, targets, weights, new int[users.length]);
  }

  public Examples {
    if (items.length != users.length
        || targets.length != users.length
        || weights.length != users.length
        || heads.length != users.length) {
      throw new IllegalArgumentException("The arrays of examples do not fit together");
    }
  }

  public int size() {
    return users.length;
  }
}
