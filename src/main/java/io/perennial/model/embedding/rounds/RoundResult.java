package io.perennial.model.embedding.rounds;

import io.perennial.model.embedding.step.ParameterRows;
import io.perennial.model.embedding.step.StepLoss;
import java.io.Serializable;

/**
 * What a worker made of the shared parameters in a round.
 *
 * @param rows item rows that it moved, increasing
 * @param items these rows as it left them
 * @param moves steps that it took with each
 * @param dense as it left it
 * @param discriminator as it left it
 * @param towers rows of towers that it moved
 * @param batches steps that it took
 * @param loss over its examples
 */
public record RoundResult(
    int[] rows,
    ParameterRows items,
    int[] moves,
    ParameterRows dense,
    ParameterRows discriminator,
    MovedTowers towers,
    int batches,
    StepLoss loss)
    implements Serializable {
  /** Without towers. */
  public RoundResult(
      int[] rows,
      ParameterRows items,
      int[] moves,
      ParameterRows dense,
      ParameterRows discriminator,
      int batches,
      StepLoss loss) {
    this(rows, items, moves, dense, discriminator, MovedTowers.NONE, batches, loss);
  }

  /** Item rows that it moved. */
  MovedRows moved() {
    return new MovedRows(rows, items, moves);
  }
}
