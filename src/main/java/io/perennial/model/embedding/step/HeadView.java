package io.perennial.model.embedding.step;

import java.util.Arrays;
import java.util.function.Supplier;

/**
 * The rows of a batch as a head sees them through its {@link Diagonal}. Losses leave gradients
 * here; {@link #close} hands them on to the rows themselves and to the diagonal.
 */
final class HeadView {
  private final BatchRows users;
  private final BatchRows items;
  private final Diagonal diagonal;
  private final DiagonalRows seen;
  private final int dimension;
  private final double[] gradient;
  private float[] vectorGradients = new float[0];
  private float[] biasGradients = new float[0];

  HeadView(BatchRows users, BatchRows items, Diagonal diagonal, int dimension) {
    this.users = users;
    this.items = items;
    this.diagonal = diagonal;
    this.seen = new DiagonalRows(diagonal, users, items);
    this.dimension = dimension;
    this.gradient = new double[Diagonal.width(dimension)];
  }

  /** A batch begins. */
  void begin() {
    Arrays.fill(gradient, 0);
  }

  /** Looks at the rows that are gathered now. */
  void open() {
    seen.open(users.size(), items.size());
    vectorGradients = cleared(vectorGradients, users.vectors().length);
    biasGradients = cleared(biasGradients, items.bias().length);
  }

  private static float[] cleared(float[] array, int length) {
    if (array.length < length) {
      return new float[length];
    }
    Arrays.fill(array, 0f);
    return array;
  }

  /** Hands the gradients on that were left since it was opened. */
  void close() {
    int stride = users.stride();
    for (int slot = 0; slot < users.size(); slot++) {
      for (int c = 0; c < dimension; c++) {
        int at = slot * stride + c;
        float by = vectorGradients[at];
        users.gradients()[at] += diagonal.weight(c) * by;
        gradient[Diagonal.FIRST + c] += (double) by * users.vectors()[at];
      }
    }
    for (int slot = 0; slot < items.size(); slot++) {
      items.biasGradients()[slot] += diagonal.slope() * biasGradients[slot];
      gradient[Diagonal.SLOPE] += (double) biasGradients[slot] * items.bias()[slot];
    }
  }

  /** Gradient by the head's parameters; those of its dense unit are 0 here. */
  double[] gradient() {
    return gradient;
  }

  /** Users as they are seen; gradients by their biases go to the rows. */
  LearntRows users() {
    return new Learnt(users, seen.users(), () -> vectorGradients, users::biasGradients);
  }

  /** Items as they are seen; gradients by their vectors go to the rows. */
  LearntRows items() {
    return new Learnt(items, seen.items(), items::gradients, () -> biasGradients);
  }

  private record Learnt(
      LearntRows rows, Rows seen, Supplier<float[]> byVectors, Supplier<float[]> byBias)
      implements LearntRows {
    @Override
    public int size() {
      return rows.size();
    }

    @Override
    public int stride() {
      return rows.stride();
    }

    @Override
    public float[] vectors() {
      return seen.vectors();
    }

    @Override
    public float[] bias() {
      return seen.bias();
    }

    @Override
    public float[] gradients() {
      return byVectors.get();
    }

    @Override
    public float[] biasGradients() {
      return byBias.get();
    }
  }
}
