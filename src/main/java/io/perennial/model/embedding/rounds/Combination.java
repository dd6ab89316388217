package io.perennial.model.embedding.rounds;

import io.perennial.model.embedding.rounds.RoundInput.Shared;
import io.perennial.model.embedding.step.ExplodedLossException;
import io.perennial.model.embedding.step.ParameterRows;
import io.perennial.model.embedding.step.TowerRows;
import io.perennial.model.embedding.step.Towers;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/**
 * Makes one of what the workers left: a row that one worker moved is taken from it; of a row that
 * several moved it is the mean of theirs, each weighed by its steps, moments included (local SGD,
 * Stich 2019). Sums are double and in the order of the workers.
 */
final class Combination {
  private Combination() {}

  static Shared of(Shared before, List<RoundResult> results) {
    ParameterRows items = rows(before.items(), results, RoundResult::moved);
    Towers towers =
        new Towers(
            tower(before.towers().users(), results, result -> result.towers().users()),
            tower(before.towers().items(), results, result -> result.towers().items()));
    if (!items.isFinite() || !towers.isFinite()) {
      throw new ExplodedLossException(Double.NaN);
    }
    return new Shared(
        items,
        whole(before.dense(), results, RoundResult::dense),
        whole(before.discriminator(), results, RoundResult::discriminator),
        towers);
  }

  private static TowerRows tower(
      TowerRows before, List<RoundResult> results, Function<RoundResult, MovedTowers.Moved> which) {
    return before.isPresent()
        ? new TowerRows(
            rows(before.inputs(), results, result -> which.apply(result).inputs()),
            rows(before.outputs(), results, result -> which.apply(result).outputs()))
        : before;
  }

  private static ParameterRows rows(
      ParameterRows before, List<RoundResult> results, Function<RoundResult, MovedRows> which) {
    List<MovedRows> parts = results.stream().map(which).toList();
    ParameterRows rows = before.copy();
    int[] next = new int[parts.size()];
    double[] sums = new double[3 * rows.width()];
    for (int row = 0; row < rows.count(); row++) {
      int movers = 0;
      int only = -1;
      for (int w = 0; w < next.length; w++) {
        if (has(parts.get(w), next[w], row)) {
          movers++;
          only = w;
        }
      }
      if (movers == 1) {
        copy(parts.get(only).values(), next[only], rows, row);
      } else if (movers > 1) {
        mean(parts, next, row, rows, sums);
      }
      for (int w = 0; movers > 0 && w < next.length; w++) {
        if (has(parts.get(w), next[w], row)) {
          next[w]++;
        }
      }
    }
    return rows;
  }

  private static boolean has(MovedRows part, int at, int row) {
    return at < part.rows().length && part.rows()[at] == row;
  }

  private static void copy(ParameterRows from, int at, ParameterRows to, int row) {
    int width = to.width();
    System.arraycopy(from.values(), at * width, to.values(), row * width, width);
    System.arraycopy(from.first(), at * width, to.first(), row * width, width);
    System.arraycopy(from.second(), at * width, to.second(), row * width, width);
    to.steps()[row] = from.steps()[at];
  }

  private static void mean(
      List<MovedRows> parts, int[] next, int row, ParameterRows rows, double[] sums) {
    Arrays.fill(sums, 0);
    double weight = 0;
    double steps = 0;
    for (int w = 0; w < next.length; w++) {
      MovedRows part = parts.get(w);
      if (has(part, next[w], row)) {
        int moves = part.moves()[next[w]];
        add(part.values(), next[w], moves, sums);
        weight += moves;
        steps += (double) moves * part.values().steps()[next[w]];
      }
    }
    put(sums, weight, rows, row);
    rows.steps()[row] = (int) Math.round(steps / weight);
  }

  private static void add(ParameterRows from, int at, double weight, double[] sums) {
    int width = from.width();
    for (int c = 0; c < width; c++) {
      sums[c] += weight * from.values()[at * width + c];
      sums[width + c] += weight * from.first()[at * width + c];
      sums[2 * width + c] += weight * from.second()[at * width + c];
    }
  }

  private static void put(double[] sums, double weight, ParameterRows to, int row) {
    int width = to.width();
    for (int c = 0; c < width; c++) {
      to.values()[row * width + c] = (float) (sums[c] / weight);
      to.first()[row * width + c] = (float) (sums[width + c] / weight);
      to.second()[row * width + c] = (float) (sums[2 * width + c] / weight);
    }
  }

  /** A table of which every step of a worker may move every row. */
  private static ParameterRows whole(
      ParameterRows before, List<RoundResult> results, Function<RoundResult, ParameterRows> which) {
    List<RoundResult> movers = results.stream().filter(r -> r.batches() > 0).toList();
    if (movers.isEmpty()) {
      return before;
    }
    if (movers.size() == 1) {
      return which.apply(movers.get(0));
    }
    ParameterRows combined = before.copy();
    double[] sums = new double[3 * combined.width()];
    for (int row = 0; row < combined.count(); row++) {
      Arrays.fill(sums, 0);
      double weight = 0;
      double steps = 0;
      for (RoundResult mover : movers) {
        add(which.apply(mover), row, mover.batches(), sums);
        weight += mover.batches();
        steps += (double) mover.batches() * which.apply(mover).steps()[row];
      }
      put(sums, weight, combined, row);
      combined.steps()[row] = (int) Math.round(steps / weight);
    }
    return combined;
  }
}
