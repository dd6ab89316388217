package io.perennial.model.embedding.rounds;

import io.perennial.model.embedding.step.TowerRows;
import io.perennial.model.embedding.step.Towers;
import java.io.Serializable;

/** Rows of towers that a worker moved in a round. */
public record MovedTowers(Moved users, Moved items) implements Serializable {
  /** Of one tower. */
  public record Moved(MovedRows inputs, MovedRows outputs) implements Serializable {
    private static Moved between(TowerRows before, TowerRows after) {
      return new Moved(
          MovedRows.between(before.inputs(), after.inputs()),
          MovedRows.between(before.outputs(), after.outputs()));
    }
  }

  /** Of no towers. */
  static final MovedTowers NONE = between(Towers.NONE, Towers.NONE);

  static MovedTowers between(Towers before, Towers after) {
    return new MovedTowers(
        Moved.between(before.users(), after.users()), Moved.between(before.items(), after.items()));
  }
}
