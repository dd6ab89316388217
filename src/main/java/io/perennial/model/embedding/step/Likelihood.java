package io.perennial.model.embedding.step;

/**
 * Knowledge distillation (Hinton et al. 2015): {@code w·T²/m Σ_u KL(softmax(t/T) ‖ softmax(s/T))}
 * over the m users of the batch and the items of the batch that the teacher knows.
 */
final class Likelihood implements TileLoss {
  private final TaughtSide users;
  private final TaughtSide items;
  private final double weight;
  private final double temperature;

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
    boolean[] known = items.known();
    float[] scores = tile.scores();
    float[] taught = tile.taught();
    for (int r = 0; r < tile.count(); r++) {
      if (!users.known()[tile.from() + r]) {
        continue;
      }
      int at = r * columns;
      double ours = logSum(scores, at, columns, known);
      double theirs = logSum(taught, at, columns, known);
      double share = weight / users.count();
      for (int c = 0; c < columns; c++) {
        if (known[c]) {
          double logStudent = scores[at + c] / temperature - ours;
          double logTeacher = taught[at + c] / temperature - theirs;
          double chance = Math.exp(logTeacher);
          loss += share * temperature * temperature * chance * (logTeacher - logStudent);
          tile.gradient()[at + c] +=
              (float) (share * temperature * (Math.exp(logStudent) - chance));
        }
      }
    }
    return loss;
  }

  private double logSum(float[] values, int at, int columns, boolean[] known) {
    double most = Double.NEGATIVE_INFINITY;
    for (int c = 0; c < columns; c++) {
      if (known[c]) {
        most = Math.max(most, values[at + c] / temperature);
      }
    }
    double sum = 0;
    for (int c = 0; c < columns; c++) {
      if (known[c]) {
        sum += Math.exp(values[at + c] / temperature - most);
      }
    }
    return most + Math.log(sum);
  }
}
