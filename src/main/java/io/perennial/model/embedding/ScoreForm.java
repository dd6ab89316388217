package io.perennial.model.embedding;

import io.perennial.model.FactorRows;
import io.perennial.model.embedding.step.Objective;
import io.perennial.model.embedding.step.Similarity;
import java.io.Serializable;
import java.util.List;
import java.util.Objects;

/**
 * How rows become scores: {@code scale·⟨u, v⟩ + b_u + b_i + b}, as a dot product of two longer
 * rows: {@code (scale·u, b_u + b, 1)} and {@code (v, 1, b_i)}.
 *
 * @param objective what scores were fitted to
 * @param similarity vectors are of length 1 for cosines
 * @param dimension length of an embedding
 * @param biases whether a row has a bias after its embedding
 * @param scale of the dense unit
 * @param bias b of the dense unit
 * @param behaviours names of those that have a head, the main one first, by which is served; empty:
 *     nobody tells them apart
 * @param rated those of them whose heads learnt values, where the objective is another
 */
public record ScoreForm(
    Objective objective,
    Similarity similarity,
    int dimension,
    boolean biases,
    float scale,
    float bias,
    List<String> behaviours,
    List<String> rated)
    implements Serializable {
  private static final int EXTRA = 2;

  /** Of one head. */
  public ScoreForm(
      Objective objective,
      Similarity similarity,
      int dimension,
      boolean biases,
      float scale,
      float bias) {
    this(objective, similarity, dimension, biases, scale, bias, List.of(), List.of());
  }

  public ScoreForm {
    behaviours = List.copyOf(behaviours);
    rated = List.copyOf(rated);
    Objects.requireNonNull(objective, "objective");
    Objects.requireNonNull(similarity, "similarity");
  }

  /** Number of heads. */
  public int heads() {
    return Math.max(1, behaviours.size());
  }

  /** Length of a kept row. */
  public int width() {
    return dimension + (biases ? 1 : 0);
  }

  /** Length of a row whose dot products are scores. */
  public int length() {
    return dimension + EXTRA;
  }

  /**
   * Rows of users for dot products.
   *
   * @param kept row-major {@code count × width}
   * @return row-major {@code count × length}
   */
  public float[] userRows(float[] kept, int count) {
    float[] rows = new float[Math.multiplyExact(count, length())];
    for (int n = 0; n < count; n++) {
      float factor = scale * inverseLength(kept, n * width());
      int at = n * length();
      for (int c = 0; c < dimension; c++) {
        rows[at + c] = factor * kept[n * width() + c];
      }
      // An order of items does not depend on the user's bias, which only ratings learn.
      boolean own = biases && objective == Objective.RATING;
      rows[at + dimension] = bias + (own ? kept[n * width() + dimension] : 0f);
      rows[at + dimension + 1] = 1f;
    }
    return rows;
  }

  /** Rows of items for dot products, with the indices of the kept ones. */
  public FactorRows itemRows(FactorRows kept) {
    float[] rows = new float[Math.multiplyExact(kept.size(), length())];
    for (int n = 0; n < kept.size(); n++) {
      float factor = inverseLength(kept.values(), n * width());
      int at = n * length();
      for (int c = 0; c < dimension; c++) {
        rows[at + c] = factor * kept.values()[n * width() + c];
      }
      rows[at + dimension] = 1f;
      rows[at + dimension + 1] = biases ? kept.values()[n * width() + dimension] : 0f;
    }
    return new FactorRows(length(), kept.indices(), rows, kept.eventCounts());
  }

  /** Embeddings of items, of length 1 for cosines, without biases. */
  public FactorRows itemVectors(FactorRows kept) {
    float[] rows = new float[Math.multiplyExact(kept.size(), dimension)];
    for (int n = 0; n < kept.size(); n++) {
      float factor = inverseLength(kept.values(), n * width());
      for (int c = 0; c < dimension; c++) {
        rows[n * dimension + c] = factor * kept.values()[n * width() + c];
      }
    }
    return new FactorRows(dimension, kept.indices(), rows, kept.eventCounts());
  }

  private float inverseLength(float[] kept, int at) {
    if (similarity == Similarity.DOT) {
      return 1f;
    }
    double squares = 0;
    for (int c = 0; c < dimension; c++) {
      squares += (double) kept[at + c] * kept[at + c];
    }
    return (float) (1 / Math.max(Math.sqrt(squares), 1e-12));
  }
}
