package io.perennial.model.embedding.step;

import java.util.Arrays;

/**
 * Scores of some users of a batch, in rows, with every item of the batch, in columns; beside them
 * what the teacher says, and room for the gradient of the scores.
 */
final class ScoreTile {
  private int from;
  private int count;
  private int columns;
  private float[] scores = new float[0];
  private float[] taught = new float[0];
  private float[] gradient = new float[0];

  void begin(int firstUser, int users, int items) {
    from = firstUser;
    count = users;
    columns = items;
    if (scores.length < users * items) {
      scores = new float[users * items];
      gradient = new float[users * items];
    }
    Arrays.fill(gradient, 0, users * items, 0f);
  }

  /** Makes room for what the teacher says. */
  float[] roomForTeacher() {
    if (taught.length < count * columns) {
      taught = new float[scores.length];
    }
    return taught;
  }

  /** Slot of the user of the first row. */
  int from() {
    return from;
  }

  /** Number of rows. */
  int count() {
    return count;
  }

  int columns() {
    return columns;
  }

  /** Row-major {@code count × columns}. */
  float[] scores() {
    return scores;
  }

  /** The teacher's scores, where it knows both; likewise. */
  float[] taught() {
    return taught;
  }

  /** Gradient of the loss by the scores, to be added to; likewise. */
  float[] gradient() {
    return gradient;
  }
}
