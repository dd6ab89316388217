package io.perennial.model.embedding.step;

/**
 * Holds parameters to where the teacher had them, each as firmly as it mattered: {@code λ/2 · Σ F_c
 * (x_c − x̂_c)²}, elastic weight consolidation (Kirkpatrick et al. 2017, equation 3).
 *
 * <p>The importance F of a parameter is its mean squared gradient, which Adam keeps anyway, times
 * the steps that its row has taken, divided by the mean of that over all parameters of the side: so
 * λ means the same for any loss. A row that the teacher does not know is free.
 */
public final class ImportanceAnchor {
  private final float[] taught;
  private final float[] importance;
  private final int width;
  private final float weight;

  /**
   * @param teacher rows as the teacher had them; those without a step are free
   * @param weight λ, 0 or more
   */
  public ImportanceAnchor(ParameterRows teacher, double weight) {
    this.taught = teacher.values();
    this.width = teacher.width();
    this.weight = (float) weight;
    this.importance = new float[taught.length];
    double sum = 0;
    long known = 0;
    for (int row = 0; row < teacher.count(); row++) {
      int steps = teacher.steps()[row];
      for (int c = row * width; steps > 0 && c < (row + 1) * width; c++) {
        sum += (double) steps * teacher.second()[c];
        known++;
      }
    }
    double mean = known == 0 ? 0 : sum / known;
    for (int row = 0; mean > 0 && row < teacher.count(); row++) {
      for (int c = row * width; c < (row + 1) * width; c++) {
        importance[c] = (float) (teacher.steps()[row] * (double) teacher.second()[c] / mean);
      }
    }
  }

  /** Adds the pull on an embedding to its gradient; returns the penalty. */
  double pull(
      int row,
      float[] values,
      int from,
      float[] gradients,
      int at,
      int dimension,
      double examples) {
    double sum = 0;
    for (int c = 0; c < dimension; c++) {
      float away = values[from + c] - taught[row * width + c];
      float force = (float) (weight * examples * importance[row * width + c]);
      gradients[at + c] += force * away;
      sum += 0.5 * force * away * away;
    }
    return sum;
  }

  /** The same for the bias of a row, which stands after its embedding. */
  double pullBias(
      int row,
      float[] values,
      int from,
      float[] gradients,
      int slot,
      int dimension,
      double examples) {
    float away = values[from + dimension] - taught[row * width + dimension];
    float force = (float) (weight * examples * importance[row * width + dimension]);
    gradients[slot] += force * away;
    return 0.5 * force * away * away;
  }
}
