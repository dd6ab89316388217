package io.perennial.model.embedding.rounds;

import io.perennial.model.embedding.rounds.BiasRound.Input;
import io.perennial.model.embedding.rounds.BiasRound.Sums;
import io.perennial.model.embedding.step.Examples;
import io.perennial.model.embedding.step.ParameterRows;
import io.perennial.model.embedding.step.Recipe;
import io.perennial.model.embedding.step.Similarity;
import java.io.Serializable;

/**
 * Where biases of users and items begin: at the shrunk mean of what their ratings are above what
 * the rest of the score says, {@code Σ w (y − s) / (Σ w + λ)}, users and items in turn. With Adam's
 * steps of a thousandth a bias would take thousands of batches to there. At night the bias of a row
 * that had learnt from n ratings is what these said: {@code (Σ w (y − s) + (λ + n) b) / (Σ w + λ +
 * n)}, the mean of all as if the old ones had been kept.
 */
public final class BiasRound implements Advance<Input, Sums> {
  private static final long serialVersionUID = 1L;

  /**
   * What is shared.
   *
   * @param items every item row, biases last
   * @param found items whose bias is looked for
   * @param scale of the dense unit
   * @param bias of the dense unit
   */
  public record Input(Recipe recipe, ParameterRows items, boolean[] found, float scale, float bias)
      implements Serializable {}

  /**
   * Sums by item row, over a worker's examples.
   *
   * @param rests Σ w (y − s), s being the score without the item's bias
   * @param weights Σ w
   */
  public record Sums(double[] rests, double[] weights) implements Serializable {}

  @Override
  public Advanced<Sums> apply(WorkerState state, Input input) {
    Recipe recipe = input.recipe();
    int width = recipe.width();
    int last = width - 1;
    Examples examples = state.training();
    ParameterRows users = state.users().copy();
    float[] items = input.items().values();
    double[] rests = new double[users.count()];
    double[] weights = new double[users.count()];
    double[] likeness = new double[state.fresh()];
    for (int n = 0; n < state.fresh(); n++) {
      int user = examples.users()[n];
      int item = examples.items()[n];
      likeness[n] = like(recipe, users.values(), user * width, items, item * width);
      double said = input.scale() * likeness[n] + input.bias() + items[item * width + last];
      rests[user] += examples.weights()[n] * (examples.targets()[n] - said);
      weights[user] += examples.weights()[n];
    }
    for (int user = 0; user < users.count(); user++) {
      boolean known = state.known()[user];
      users.values()[user * width + last] =
          (float)
              shrunk(
                  rests[user],
                  weights[user],
                  recipe.biasL2() + (known ? state.learnt()[user] : 0),
                  known
                      ? state.teacher().values()[user * width + last]
                      : priorBias(state.features().prior(), user, width));
    }
    Sums sums = new Sums(new double[input.found().length], new double[input.found().length]);
    for (int n = 0; n < state.fresh(); n++) {
      int item = examples.items()[n];
      if (input.found()[item]) {
        double said =
            input.scale() * likeness[n]
                + input.bias()
                + users.values()[examples.users()[n] * width + last];
        sums.rests()[item] += examples.weights()[n] * (examples.targets()[n] - said);
        sums.weights()[item] += examples.weights()[n];
      }
    }
    return new Advanced<>(state.with(users), sums);
  }

  /** The bias of a row of priors; 0 where there are none. */
  public static double priorBias(float[] prior, int row, int width) {
    return prior.length == 0 ? 0 : prior[row * width + width - 1];
  }

  /** A mean that is shrunk to a prior; the prior of nothing. */
  public static double shrunk(double sum, double weight, double shrinkage, double prior) {
    return weight > 0 ? (sum + shrinkage * prior) / (weight + shrinkage) : prior;
  }

  private static double like(Recipe recipe, float[] u, int at, float[] v, int from) {
    double dot = 0;
    double ofUser = 0;
    double ofItem = 0;
    for (int c = 0; c < recipe.dimension(); c++) {
      dot += (double) u[at + c] * v[from + c];
      ofUser += (double) u[at + c] * u[at + c];
      ofItem += (double) v[from + c] * v[from + c];
    }
    return recipe.similarity() == Similarity.DOT
        ? dot
        : dot / Math.max(Math.sqrt(ofUser * ofItem), 1e-24);
  }
}
