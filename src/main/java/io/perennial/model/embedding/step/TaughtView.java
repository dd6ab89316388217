package io.perennial.model.embedding.step;

/** The teacher's rows of a batch as one of its other heads sees them. */
final class TaughtView {
  private final TaughtSide users;
  private final TaughtSide items;
  private final Diagonal diagonal;
  private float[] vectors = new float[0];
  private float[] bias = new float[0];

  TaughtView(TaughtSide users, TaughtSide items, Diagonal diagonal) {
    this.users = users;
    this.items = items;
    this.diagonal = diagonal;
  }

  /** Looks at what the teacher's sides have gathered. */
  void open(int userSlots, int itemSlots) {
    vectors = diagonal.vectors(users.vectors(), userSlots, vectors);
    bias = diagonal.biases(items.bias(), itemSlots, bias);
  }

  Rows users() {
    return new Rows() {
      @Override
      public float[] vectors() {
        return vectors;
      }

      @Override
      public float[] bias() {
        return users.bias();
      }
    };
  }

  Rows items() {
    return new Rows() {
      @Override
      public float[] vectors() {
        return items.vectors();
      }

      @Override
      public float[] bias() {
        return bias;
      }
    };
  }
}
