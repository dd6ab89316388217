package io.perennial.model.blend;

import io.perennial.model.Scorer;

/** Ranks by the weighted sum of the blend's features. Knows whom and what the model knows. */
public final class BlendedScorer implements Scorer {
  private static final long serialVersionUID = 1L;
  private final BlendInputs inputs;
  private final double[] weights;
  private final float[] terms;

  public BlendedScorer(BlendWeights weights, BlendInputs inputs) {
    this.inputs = inputs;
    this.weights = weights.mean().clone();
    this.terms = inputs.traits().terms(weights);
  }

  @Override
  public int itemCount() {
    return inputs.itemCount();
  }

  @Override
  public boolean knowsUser(int user) {
    return inputs.model().knowsUser(user);
  }

  @Override
  public boolean knowsItem(int item) {
    return inputs.model().knowsItem(item);
  }

  @Override
  public void score(int[] users, float[] out) {
    int items = itemCount();
    float[] tastes = new float[users.length * items];
    inputs.scores(users, out);
    inputs.tastes(users, tastes);
    float ofScore = (float) weights[BlendFeature.SCORE.ordinal()];
    float ofTaste = (float) weights[BlendFeature.TASTE.ordinal()];
    double[] x = new double[BlendFeature.COUNT];
    for (int row = 0; row < users.length; row++) {
      int at = row * items;
      PastTraits past = inputs.past(users[row]);
      int length = past == null ? 0 : past.past().size();
      float[] had = new float[length];
      for (int n = 0; n < length; n++) {
        int item = past.past().items()[n];
        had[n] = item < items ? sum(past, n, out[at + item], tastes[at + item], x) : 0;
      }
      for (int item = 0; item < items; item++) {
        out[at + item] = ofScore * out[at + item] + ofTaste * tastes[at + item] + terms[item];
      }
      for (int n = 0; n < length; n++) {
        int item = past.past().items()[n];
        if (item < items) {
          out[at + item] = had[n];
        }
      }
    }
  }

  private float sum(PastTraits past, int n, float score, float taste, double[] x) {
    inputs.fill(past, n, score, taste, x);
    double sum = 0;
    for (int f = 0; f < x.length; f++) {
      sum += weights[f] * x[f];
    }
    return (float) sum;
  }
}
