package io.perennial.model.embedding.rounds;

import io.perennial.model.embedding.step.ParameterRows;
import java.io.Serializable;
import java.util.Arrays;

/**
 * Rows of a shared table that a worker moved in a round.
 *
 * @param rows increasing
 * @param values these rows as it left them
 * @param moves steps that it took with each
 */
public record MovedRows(int[] rows, ParameterRows values, int[] moves) implements Serializable {
  /** What differs between a table and what a worker made of its copy. */
  static MovedRows between(ParameterRows before, ParameterRows after) {
    int[] rows = new int[before.count()];
    int[] moves = new int[before.count()];
    int n = 0;
    for (int row = 0; row < before.count(); row++) {
      int steps = after.steps()[row] - before.steps()[row];
      boolean full = before.steps()[row] == ParameterRows.MOST_STEPS;
      if (steps > 0 || full) {
        rows[n] = row;
        moves[n++] = Math.max(1, steps);
      }
    }
    int[] some = Arrays.copyOf(rows, n);
    return new MovedRows(some, after.some(some), Arrays.copyOf(moves, n));
  }
}
