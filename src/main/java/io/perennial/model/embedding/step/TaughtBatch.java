package io.perennial.model.embedding.step;

/** The teacher's rows of a batch. */
final class TaughtBatch {
  private final TaughtSide users;
  private final TaughtSide items;
  private final float scale;
  private final float bias;

  TaughtBatch(Teacher teacher, Recipe recipe) {
    this.users = new TaughtSide(teacher.users(), teacher.knownUsers(), recipe);
    this.items = new TaughtSide(teacher.items(), teacher.knownItems(), recipe);
    this.scale = teacher.scale();
    this.bias = teacher.bias();
  }

  void gather(BatchRows batchUsers, BatchRows batchItems) {
    users.gather(batchUsers);
    items.gather(batchItems);
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

  float scale() {
    return scale;
  }

  float bias() {
    return bias;
  }
}
