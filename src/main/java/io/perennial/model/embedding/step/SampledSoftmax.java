package io.perennial.model.embedding.step;

import io.perennial.model.kernel.Kernel;
import java.util.function.Supplier;

/**
 * Cross-entropy of what each user took among the items of the batch: {@code −1/n Σ w log softmax(s
 * − log q)}, q being the chance of an item to be in the batch at all (Yi et al. 2019, equation 3).
 * Each item is one column, so that no item competes with itself.
 */
final class SampledSoftmax implements TileLoss {
  private final Batch batch;
  private final Supplier<float[]> chances;
  private final Kernel kernel = Kernel.active();
  private float[] shares = new float[0];

  /**
   * @param batch grouped by user
   * @param chances log q of each item slot, as of the batch
   */
  SampledSoftmax(Batch batch, Supplier<float[]> chances) {
    this.batch = batch;
    this.chances = chances;
  }

  @Override
  public double add(ScoreTile tile) {
    double loss = 0;
    float[] corrections = chances.get();
    double share = 1.0 / batch.total();
    float[] scores = tile.scores();
    float[] gradient = tile.gradient();
    int columns = tile.columns();
    if (shares.length < columns) {
      shares = new float[2 * columns];
    }
    for (int r = 0; r < tile.count(); r++) {
      int first = batch.first(tile.from() + r);
      int end = batch.end(tile.from() + r);
      if (first == end) {
        continue;
      }
      int at = r * columns;
      double log = kernel.softmax(scores, at, 1f, corrections, columns, shares);
      double weight = 0;
      for (int place = first; place < end; place++) {
        int example = batch.grouped(place);
        int c = batch.item(example);
        weight += batch.weight(example);
        loss += share * batch.weight(example) * (log - (scores[at + c] - corrections[c]));
        gradient[at + c] -= (float) (share * batch.weight(example));
      }
      kernel.add(gradient, at, shares, 0, (float) (share * weight), columns);
    }
    return loss;
  }
}
