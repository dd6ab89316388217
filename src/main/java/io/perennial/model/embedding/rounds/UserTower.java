package io.perennial.model.embedding.rounds;

import io.perennial.model.embedding.step.Recipe;
import io.perennial.model.embedding.step.SideFeatures;
import io.perennial.model.embedding.step.TowerRows;
import io.perennial.model.feature.SparseRows;
import java.io.Serializable;
import java.util.Objects;

/**
 * The tower of users as a training begins.
 *
 * @param rows its parameters
 * @param use what becomes of it
 */
public record UserTower(TowerRows rows, Use use) implements Serializable {
  /** What becomes of a tower. */
  public enum Use {
    /** From scratch: it is learnt. */
    LEARNT,
    /** At night: it stays, and rows are held to what it makes. */
    KEPT
  }

  /** No tower. */
  public static final UserTower NONE = new UserTower(TowerRows.NONE, Use.KEPT);

  public UserTower {
    Objects.requireNonNull(rows, "rows");
    Objects.requireNonNull(use, "use");
  }

  /** What steps are to know of rows with some inputs. */
  SideFeatures features(SparseRows inputs, Recipe recipe) {
    if (!rows.isPresent()) {
      return SideFeatures.NONE;
    }
    return use == Use.LEARNT
        ? SideFeatures.learning(inputs)
        : SideFeatures.held(rows, inputs, recipe);
  }
}
