package io.perennial.model.embedding.step;

import java.util.Arrays;

/**
 * The rows of a batch as a head sees them through its {@link Diagonal}. Losses leave gradients
 * here; {@link #close} hands them on to the rows themselves and to the diagonal.
 */
final class HeadView {
  private final BatchRows users;
  private final BatchRows items;
  private final Diagonal diagonal;
  private final int dimension;
  private final double[] gradient;
  private float[] vectors = new float[0];
  private float[] vectorGradients = new float[0];
  private float[] bias = new float[0];
  private float[] biasGradients = new float[0];

  HeadView(BatchRows users, BatchRows items, Diagonal diagonal, int dimension) {
    this.users = users;
    this.items = items;
    this.diagonal = diagonal;
    this.dimension = dimension;
    this.gradient = new double[Diagonal.width(dimension)];
  }

  /** A batch begins. */
  void begin() {
    Arrays.fill(gradient, 0);
  }

  /** Looks at the rows that are gathered now. */
  void open() {
    vectors = diagonal.vectors(users.vectors(), users.size(), vectors);
    bias = diagonal.biases(items.bias(), items.size(), bias);
    vectorGradients = cleared(vectorGradients, vectors.length);
    biasGradients = cleared(biasGradients, bias.length);
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

  /** Users; their biases are those of the rows. */
  LearntRows users() {
    return new LearntRows() {
      @Override
      public int size() {
        return users.size();
      }

      @Override
      public int stride() {
        return users.stride();
      }

      @Override
      public float[] vectors() {
        return vectors;
      }

      @Override
      public float[] bias() {
        return users.bias();
      }

      @Override
      public float[] gradients() {
        return vectorGradients;
      }

      @Override
      public float[] biasGradients() {
        return users.biasGradients();
      }
    };
  }

  /** Items; their vectors are those of the rows. */
  LearntRows items() {
    return new LearntRows() {
      @Override
      public int size() {
        return items.size();
      }

      @Override
      public int stride() {
        return items.stride();
      }

      @Override
      public float[] vectors() {
        return items.vectors();
      }

      @Override
      public float[] bias() {
        return bias;
      }

      @Override
      public float[] gradients() {
        return items.gradients();
      }

      @Override
      public float[] biasGradients() {
        return biasGradients;
      }
    };
  }
}
