package io.perennial.model.embedding.step;

import java.io.Serializable;
import java.util.Objects;

/**
 * What a step computes: {@code score = scale·⟨u, v⟩ + b_u + b_i + b}.
 *
 * @param objective what scores are fitted to
 * @param similarity what ⟨u, v⟩ is
 * @param dimension length of an embedding, 1 to 512
 * @param biases whether users and items have a bias of their own; otherwise b_u and b_i are 0. An
 *     order of items does not depend on b_u, which is learnt for ratings only
 * @param temperature one over the scale of {@link Objective#SOFTMAX} and {@link Objective#BPR},
 *     which is not learnt; ratings learn scale and b
 * @param negatives sampled items a batch ({@link Objective#SOFTMAX}), and with a teacher those on
 *     which it is asked beside the batch's; 0 or more
 * @param popularityPower exponent of an item's events in the chance to be sampled: 1 in proportion,
 *     0 all alike
 * @param adam the optimiser
 * @param common length of the vector that all embeddings begin near, and to which {@code l2} holds
 *     them; all its coordinates are alike. 0: they begin around the origin
 * @param l2 λ of embeddings: the loss of all events together has λ·|x − common|² for each row,
 *     which the examples of the row share
 * @param biasL2 λ of biases, likewise λ·b² for each row: with squared errors, the shrinkage of a
 *     mean of n ratings by n/(n + λ)
 * @param dropout share of the coordinates of an embedding that a batch leaves out, [0, 1)
 * @param clip most that the gradient of a batch may be long; 0: no limit
 */
public record Recipe(
    Objective objective,
    Similarity similarity,
    int dimension,
    boolean biases,
    double temperature,
    int negatives,
    double popularityPower,
    Adam adam,
    double common,
    double l2,
    double biasL2,
    double dropout,
    double clip)
    implements Serializable {
  public Recipe {
    Objects.requireNonNull(objective, "objective");
    Objects.requireNonNull(similarity, "similarity");
    Objects.requireNonNull(adam, "adam");
    if (dimension < 1 || dimension > 512) {
      throw new IllegalArgumentException(
          "model.recipe.dimension must lie between 1 and 512, got " + dimension);
    }
    positive("model.recipe.temperature", temperature);
    if (negatives < 0 || negatives > 1 << 20) {
      throw new IllegalArgumentException(
          "model.recipe.negatives must lie between 0 and 1048576, got " + negatives);
    }
    notNegative("model.recipe.popularityPower", popularityPower);
    notNegative("model.recipe.common", common);
    notNegative("model.recipe.l2", l2);
    notNegative("model.recipe.biasL2", biasL2);
    notNegative("model.recipe.clip", clip);
    if (!(dropout >= 0 && dropout < 1)) {
      throw new IllegalArgumentException("model.recipe.dropout must lie in [0, 1), got " + dropout);
    }
  }

  /** Length of a user's or an item's row. */
  public int width() {
    return dimension + (biases ? 1 : 0);
  }

  /** What every coordinate of the common vector is. */
  public float centre() {
    return (float) (common / Math.sqrt(dimension));
  }

  /** Whether scale, b and b_u are learnt. */
  public boolean learnsRatings() {
    return objective == Objective.RATING;
  }

  /** The same with another objective. */
  public Recipe with(Objective other) {
    return new Recipe(
        other,
        similarity,
        dimension,
        biases,
        temperature,
        negatives,
        popularityPower,
        adam,
        common,
        l2,
        biasL2,
        dropout,
        clip);
  }

  private static void positive(String name, double value) {
    if (!(value > 0) || Double.isInfinite(value)) {
      throw new IllegalArgumentException(name + " must be above 0, got " + value);
    }
  }

  private static void notNegative(String name, double value) {
    if (!(value >= 0) || Double.isInfinite(value)) {
      throw new IllegalArgumentException(name + " must be 0 or more, got " + value);
    }
  }
}
