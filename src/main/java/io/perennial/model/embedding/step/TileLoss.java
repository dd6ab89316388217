package io.perennial.model.embedding.step;

/** A loss of a batch that is a sum over the rows of its scores. */
interface TileLoss {
  /** Adds to the gradient of the scores of a tile; returns the loss of its rows. */
  double add(ScoreTile tile);
}
