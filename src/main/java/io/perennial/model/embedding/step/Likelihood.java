package io.perennial.model.embedding.step;

import io.perennial.model.kernel.Kernel;

/**
 * Knowledge distillation (Hinton et al. 2015): {@code w·T²/m Σ_u KL(softmax(t/T) ‖ softmax(s/T))}
 * over the m users of the batch and the items of the batch that the teacher knows.
 */
final class Likelihood implements TileLoss {
  /** Taken from a score that is not to count. */
  private static final float NEVER = 1e9f;

  private final TaughtSide users;
  private final TaughtSide items;
  private final double weight;
  private final double temperature;
  private final Kernel kernel = Kernel.active();
  private float[] unknown = new float[0];
  private float[] student = new float[0];
  private float[] teacher = new float[0];

  Likelihood(TaughtSide users, TaughtSide items, double weight, double temperature) {
    this.users = users;
    this.items = items;
    this.weight = weight;
    this.temperature = temperature;
  }

  @Override
  public double add(ScoreTile tile) {
    double loss = 0;
    int columns = tile.columns();
    mask(columns);
    float[] scores = tile.scores();
    float[] taught = tile.taught();
    float heat = (float) (1 / temperature);
    double share = weight / users.count();
    for (int r = 0; r < tile.count(); r++) {
      if (!users.known()[tile.from() + r]) {
        continue;
      }
      int at = r * columns;
      double between =
          kernel.softmax(scores, at, heat, unknown, columns, student)
              - kernel.softmax(taught, at, heat, unknown, columns, teacher);
      double divergence = 0;
      for (int c = 0; c < columns; c++) {
        divergence += teacher[c] * ((taught[at + c] - scores[at + c]) * heat + between);
      }
      loss += share * temperature * temperature * divergence;
      kernel.add(tile.gradient(), at, student, 0, (float) (share * temperature), columns);
      kernel.add(tile.gradient(), at, teacher, 0, (float) (-share * temperature), columns);
    }
    return loss;
  }

  /** Items that the teacher does not know have no chance with either. */
  private void mask(int columns) {
    if (unknown.length < columns) {
      unknown = new float[2 * columns];
      student = new float[2 * columns];
      teacher = new float[2 * columns];
    }
    boolean[] known = items.known();
    for (int c = 0; c < columns; c++) {
      unknown[c] = known[c] ? 0f : NEVER;
    }
  }
}
