package io.perennial.model;

import java.io.Serializable;

/**
 * Makes of users' vectors, as versions keep them and {@link FoldIn} gives them, the rows of a
 * {@link DotProduct}. Sent to executors: serializable, immutable, used by many threads at once.
 */
public interface UserProjection extends Serializable {
  /** Length of a vector. */
  int rank();

  /**
   * Rows of some users.
   *
   * @param vectors row-major {@code count × rank()} or longer; not to be written to
   * @return row-major, as long as an item row each; may be the same array
   */
  float[] rows(float[] vectors, int count);

  /** Vectors are the rows. */
  static UserProjection asKept(int rank) {
    return new AsKept(rank);
  }

  /** Vectors are the rows. */
  record AsKept(int rank) implements UserProjection {
    @Override
    public float[] rows(float[] vectors, int count) {
      return vectors;
    }
  }
}
