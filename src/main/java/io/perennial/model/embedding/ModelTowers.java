package io.perennial.model.embedding;

import io.perennial.model.embedding.step.TowerRows;
import io.perennial.model.embedding.step.Towers;
import java.util.Objects;
import java.util.Optional;

/**
 * The towers of a model.
 *
 * @param users of users
 * @param items of items
 */
record ModelTowers(Optional<SideTower> users, Optional<SideTower> items) {
  /** Nothing but events is learnt from. */
  static final ModelTowers NONE = new ModelTowers(Optional.empty(), Optional.empty());

  ModelTowers {
    Objects.requireNonNull(users, "users");
    Objects.requireNonNull(items, "items");
  }

  /** Their parameters. */
  Towers rows() {
    return new Towers(rows(users), rows(items));
  }

  private static TowerRows rows(Optional<SideTower> tower) {
    return tower.map(SideTower::rows).orElse(TowerRows.NONE);
  }

  /** The same with other parameters. */
  ModelTowers with(Towers trained) {
    return new ModelTowers(
        users.map(tower -> new SideTower(tower.encoder(), trained.users())),
        items.map(tower -> new SideTower(tower.encoder(), trained.items())));
  }
}
