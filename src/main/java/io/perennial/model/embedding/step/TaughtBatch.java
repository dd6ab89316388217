package io.perennial.model.embedding.step;

import io.perennial.model.kernel.Kernel;
import java.util.ArrayList;
import java.util.List;

/** The teacher's rows of a batch, for each of its heads. */
final class TaughtBatch {
  private final TaughtSide users;
  private final TaughtSide items;
  private final ParameterRows dense;
  private final List<DiagonalRows> views = new ArrayList<>();

  /**
   * @param heads number of heads that are asked
   */
  TaughtBatch(Teacher teacher, Recipe recipe, int heads) {
    this.users = new TaughtSide(teacher.users(), teacher.knownUsers(), recipe);
    this.items = new TaughtSide(teacher.items(), teacher.knownItems(), recipe);
    this.dense = teacher.dense();
    int dimension = recipe.dimension();
    for (int row = 1; row < heads; row++) {
      views.add(
          new DiagonalRows(
              new Diagonal(dense, row, dimension, Kernel.stride(dimension)), users, items));
    }
  }

  void gather(BatchRows batchUsers, BatchRows batchItems) {
    users.gather(batchUsers);
    items.gather(batchItems);
    views.forEach(view -> view.open(batchUsers.size(), batchItems.size()));
  }

  /** Whether it has anything to say. */
  boolean knowsAny() {
    return users.count() > 0 && items.count() > 1;
  }

  TaughtSide users() {
    return users;
  }

  TaughtSide items() {
    return items;
  }

  /** What the main head says. */
  TaughtRows rows() {
    return new TaughtRows(users, items, new Dense(dense, 0));
  }

  /** What another head says. */
  TaughtRows rows(int row) {
    DiagonalRows view = views.get(row - 1);
    return new TaughtRows(view.users(), view.items(), new Dense(dense, row));
  }
}
