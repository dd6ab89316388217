package io.perennial.model.embedding.step;

import java.util.function.Supplier;

/**
 * Cross-entropy of what each user took among the items of the batch: {@code −1/n Σ w log softmax(s
 * − log q)}, q being the chance of an item to be in the batch at all (Yi et al. 2019, equation 3).
 * Each item is one column, so that no item competes with itself.
 */
final class SampledSoftmax implements TileLoss {
  private final Batch batch;
  private final Supplier<float[]> chances;

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
    double share = 1.0 / batch.size();
    float[] scores = tile.scores();
    float[] gradient = tile.gradient();
    int columns = tile.columns();
    for (int r = 0; r < tile.count(); r++) {
      int first = batch.first(tile.from() + r);
      int end = batch.end(tile.from() + r);
      if (first == end) {
        continue;
      }
      int at = r * columns;
      float most = Float.NEGATIVE_INFINITY;
      for (int c = 0; c < columns; c++) {
        most = Math.max(most, scores[at + c] - corrections[c]);
      }
      double sum = 0;
      for (int c = 0; c < columns; c++) {
        sum += Math.exp(scores[at + c] - corrections[c] - most);
      }
      double log = most + Math.log(sum);
      double weight = 0;
      for (int place = first; place < end; place++) {
        int example = batch.grouped(place);
        int c = batch.item(example);
        weight += batch.weight(example);
        loss += share * batch.weight(example) * (log - (scores[at + c] - corrections[c]));
        gradient[at + c] -= (float) (share * batch.weight(example));
      }
      for (int c = 0; c < columns; c++) {
        gradient[at + c] +=
            (float) (share * weight * Math.exp(scores[at + c] - corrections[c] - log));
      }
    }
    return loss;
  }
}
