package io.perennial.model.embedding.step;

/** The rows of a batch, or of a teacher, as a head sees them through its {@link Diagonal}. */
final class DiagonalRows {
  private final Diagonal diagonal;
  private final Rows users;
  private final Rows items;
  private float[] vectors = new float[0];
  private float[] bias = new float[0];

  DiagonalRows(Diagonal diagonal, Rows users, Rows items) {
    this.diagonal = diagonal;
    this.users = users;
    this.items = items;
  }

  /** Looks at what is gathered now. */
  void open(int userSlots, int itemSlots) {
    vectors = diagonal.vectors(users.vectors(), userSlots, vectors);
    bias = diagonal.biases(items.bias(), itemSlots, bias);
  }

  /** Users; their biases are those of the rows. */
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

  /** Items; their vectors are those of the rows. */
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
