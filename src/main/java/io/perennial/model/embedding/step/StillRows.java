package io.perennial.model.embedding.step;

import java.io.Serializable;

/**
 * What a step must not move: it is looked at, not learnt.
 *
 * @param users by row; empty: none
 * @param items by row; empty: none
 * @param dense scale and b
 */
public record StillRows(boolean[] users, boolean[] items, boolean dense) implements Serializable {
  /** Everything moves. */
  public static final StillRows NONE = new StillRows(new boolean[0], new boolean[0], false);
}
