package io.perennial.model.embedding;

import io.perennial.model.embedding.rounds.BiasRound;
import io.perennial.model.embedding.rounds.Workers;
import io.perennial.model.embedding.step.ParameterRows;
import io.perennial.model.embedding.step.Recipe;
import java.util.List;

/**
 * Puts the biases of users and items with new ratings where their ratings are, before anything else
 * is learnt of them: users and items in turn, see {@link BiasRound}.
 */
final class FirstBiases {
  /** Times that both sides are looked at, from scratch. */
  static final int FROM_SCRATCH = 6;

  /** At night, where most of them are known already. */
  static final int NIGHTLY = 2;

  private final Recipe recipe;
  private final ItemSide items;
  private final float[] prior;

  /**
   * @param prior what features say of item rows; empty: nothing
   */
  FirstBiases(Recipe recipe, ItemSide items, float[] prior) {
    this.recipe = recipe;
    this.items = items;
    this.prior = prior;
  }

  /**
   * Finds them, those of users with the workers.
   *
   * @param rows of items, whose biases are written
   * @param dense whose first row is the unit of the main head
   */
  void find(Workers workers, ParameterRows rows, ParameterRows dense, int sweeps) {
    boolean[] fresh = items.fresh();
    boolean[] found = items.touched();
    int width = recipe.width();
    double[] before = new double[found.length];
    for (int row = 0; row < found.length; row++) {
      found[row] |= fresh[row];
      int at = row * width + width - 1;
      before[row] = fresh[row] ? BiasRound.priorBias(prior, row, width) : rows.values()[at];
      rows.values()[at] = (float) before[row];
    }
    BiasRound.Input input =
        new BiasRound.Input(recipe, rows, found, dense.values()[0], dense.values()[1]);
    for (int n = 0; n < sweeps; n++) {
      List<BiasRound.Sums> all = workers.advance(input, new BiasRound());
      for (int row = 0; row < found.length; row++) {
        if (found[row]) {
          double known = fresh[row] ? 0 : items.learnt(row);
          rows.values()[row * width + width - 1] = (float) bias(all, row, known, before[row]);
        }
      }
    }
    workers.advance(input, new BiasRound());
  }

  /**
   * @param known ratings behind what was found before
   */
  private double bias(List<BiasRound.Sums> all, int row, double known, double before) {
    double rest = 0;
    double weight = 0;
    for (BiasRound.Sums sums : all) {
      rest += sums.rests()[row];
      weight += sums.weights()[row];
    }
    return BiasRound.shrunk(rest, weight, recipe.biasL2() + known, before);
  }
}
