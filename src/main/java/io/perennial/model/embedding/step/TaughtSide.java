package io.perennial.model.embedding.step;

import io.perennial.model.kernel.Kernel;

/** What the teacher had for the rows of one side of a batch, gathered by slot. */
final class TaughtSide implements Rows {
  private final ParameterRows teacher;
  private final boolean[] knows;
  private final Recipe recipe;
  private final int stride;
  private final Kernel kernel = Kernel.active();
  private float[] vectors = new float[0];
  private float[] bias = new float[0];
  private boolean[] known = new boolean[0];
  private int count;

  TaughtSide(ParameterRows teacher, boolean[] knows, Recipe recipe) {
    this.teacher = teacher;
    this.knows = knows;
    this.recipe = recipe;
    this.stride = Kernel.stride(recipe.dimension());
  }

  void gather(BatchRows batch) {
    if (known.length < batch.size()) {
      int room = Math.max(2 * known.length, batch.size());
      vectors = new float[room * stride];
      bias = new float[room];
      known = new boolean[room];
    }
    count = 0;
    int dimension = recipe.dimension();
    for (int slot = 0; slot < batch.size(); slot++) {
      int row = batch.row(slot);
      known[slot] = knows[row];
      if (!known[slot]) {
        continue;
      }
      count++;
      int at = slot * stride;
      int from = row * teacher.width();
      System.arraycopy(teacher.values(), from, vectors, at, dimension);
      bias[slot] = recipe.biases() ? teacher.values()[from + dimension] : 0f;
      if (recipe.similarity() == Similarity.COSINE) {
        float squares = kernel.dot(vectors, at, vectors, at, stride);
        float inverse = (float) (1 / Math.max(Math.sqrt(squares), 1e-12));
        for (int c = at; c < at + dimension; c++) {
          vectors[c] *= inverse;
        }
      }
    }
  }

  @Override
  public float[] vectors() {
    return vectors;
  }

  @Override
  public float[] bias() {
    return bias;
  }

  /** By slot. */
  boolean[] known() {
    return known;
  }

  /** Slots of which the teacher knows the row. */
  int count() {
    return count;
  }
}
