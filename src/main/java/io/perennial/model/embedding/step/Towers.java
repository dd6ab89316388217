package io.perennial.model.embedding.step;

import java.io.Serializable;

/**
 * The towers of both sides, each of which may be absent.
 *
 * @param users makes rows of users
 * @param items makes rows of items
 */
public record Towers(TowerRows users, TowerRows items) implements Serializable {
  /** No towers. */
  public static final Towers NONE = new Towers(TowerRows.NONE, TowerRows.NONE);

  /** Whether there is any. */
  public boolean any() {
    return users.isPresent() || items.isPresent();
  }

  public Towers copy() {
    return new Towers(users.copy(), items.copy());
  }

  /** No value and no moment is NaN or infinite. */
  public boolean isFinite() {
    return users.isFinite() && items.isFinite();
  }
}
