package io.perennial.model.embedding;

import io.perennial.model.UserProjection;
import java.util.Objects;

/** Makes of users' kept rows those whose dot products with item rows are scores. */
record EmbeddingProjection(ScoreForm form) implements UserProjection {
  EmbeddingProjection {
    Objects.requireNonNull(form, "form");
  }

  @Override
  public int rank() {
    return form.width();
  }

  @Override
  public float[] rows(float[] vectors, int count) {
    return form.userRows(vectors, count);
  }
}
