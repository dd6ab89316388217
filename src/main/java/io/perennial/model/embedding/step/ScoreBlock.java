package io.perennial.model.embedding.step;

import io.perennial.model.kernel.Kernel;
import java.util.List;

/**
 * All users of a batch against all its items, in tiles of bounded size: scores forward, gradients
 * backward. Small tiles are multiplied by the loops of {@link Kernel}, large ones by ND4J: one call
 * costs it some 20 µs and two copies, and it is the faster one from about a million multiplications
 * on.
 */
final class ScoreBlock implements AutoCloseable {
  /** Scores of a tile: 4 MiB. */
  private static final int TILE = 1 << 20;

  /** Multiplications from which a call of ND4J pays. */
  private static final long LARGE = 1 << 20;

  private final int stride;
  private final boolean ratings;
  private final boolean biases;
  private final Kernel kernel = Kernel.active();
  private final KernelProducts small;
  private final LibraryProducts large;
  private final ScoreTile tile = new ScoreTile();
  private float[] sums = new float[0];

  ScoreBlock(Recipe recipe) {
    this.stride = Kernel.stride(recipe.dimension());
    this.ratings = recipe.learnsRatings();
    this.biases = recipe.biases();
    this.small = new KernelProducts(stride);
    this.large = new LibraryProducts(stride);
  }

  /**
   * Adds up losses and leaves the gradients with the rows and the dense unit.
   *
   * @param teacher null where nobody teaches
   * @param losses with as many places as there are values in {@code sums}
   * @param totals each loss is added to its own
   */
  void learn(
      LearntRows users,
      LearntRows items,
      Dense dense,
      TaughtRows teacher,
      List<TileLoss> losses,
      double[] totals) {
    int columns = items.size();
    int rows = Math.max(1, Math.min(users.size(), TILE / Math.max(1, columns)));
    for (int from = 0; from < users.size(); from += rows) {
      int count = Math.min(rows, users.size() - from);
      tile.begin(from, count, columns);
      forward(users.vectors(), users.bias(), items.vectors(), items.bias(), dense);
      if (teacher != null) {
        taught(teacher);
      }
      for (int n = 0; n < losses.size(); n++) {
        totals[n] += losses.get(n).add(tile);
      }
      backward(users, items, dense);
    }
  }

  private MatrixProducts products(int count, int columns) {
    return (long) count * columns * stride < LARGE ? small : large;
  }

  private void forward(
      float[] users, float[] userBias, float[] items, float[] itemBias, Dense dense) {
    int columns = tile.columns();
    float[] scores = tile.scores();
    products(tile.count(), columns)
        .scores(users, tile.from(), tile.count(), items, columns, scores);
    finish(scores, userBias, itemBias, dense.scale(), dense.bias());
  }

  private void taught(TaughtRows teacher) {
    float[] scores = tile.roomForTeacher();
    int columns = tile.columns();
    products(tile.count(), columns)
        .scores(
            teacher.users().vectors(),
            tile.from(),
            tile.count(),
            teacher.items().vectors(),
            columns,
            scores);
    finish(
        scores,
        teacher.users().bias(),
        teacher.items().bias(),
        teacher.unit().scale(),
        teacher.unit().bias());
  }

  private void finish(float[] scores, float[] userBias, float[] itemBias, float scale, float bias) {
    int columns = tile.columns();
    for (int r = 0; r < tile.count(); r++) {
      float own = userBias[tile.from() + r] + bias;
      int at = r * columns;
      for (int c = 0; c < columns; c++) {
        scores[at + c] = scale * scores[at + c] + own + itemBias[c];
      }
    }
  }

  private void backward(LearntRows users, LearntRows items, Dense dense) {
    int count = tile.count();
    int columns = tile.columns();
    float[] gradient = tile.gradient();
    if (sums.length < count * stride) {
      sums = new float[count * stride];
    }
    MatrixProducts products = products(count, columns);
    products.weighted(gradient, count, items.vectors(), columns, sums);
    products.addWeighted(
        gradient, users.vectors(), tile.from(), count, columns, dense.scale(), items.gradients());
    double byScale = 0;
    double byBias = 0;
    for (int r = 0; r < count; r++) {
      int at = (tile.from() + r) * stride;
      kernel.add(users.gradients(), at, sums, r * stride, dense.scale(), stride);
      byScale += kernel.dot(users.vectors(), at, sums, r * stride, stride);
      if (ratings) {
        float sum = 0;
        for (int c = 0; c < columns; c++) {
          sum += gradient[r * columns + c];
        }
        byBias += sum;
        if (biases) {
          users.biasGradients()[tile.from() + r] += sum;
        }
      }
      if (biases) {
        kernel.add(items.biasGradients(), 0, gradient, r * columns, 1f, columns);
      }
    }
    if (ratings) {
      dense.add(byScale, byBias);
    }
  }

  @Override
  public void close() {
    large.close();
  }
}
