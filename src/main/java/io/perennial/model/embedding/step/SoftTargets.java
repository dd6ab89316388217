package io.perennial.model.embedding.step;

/**
 * The teacher's scores as targets: {@code w/(m·p) Σ_u Σ_i (s − t)²} over the m users and p items of
 * the batch that the teacher knows.
 */
final class SoftTargets implements TileLoss {
  private final TaughtSide users;
  private final TaughtSide items;
  private final double weight;

  SoftTargets(TaughtSide users, TaughtSide items, double weight) {
    this.users = users;
    this.items = items;
    this.weight = weight;
  }

  @Override
  public double add(ScoreTile tile) {
    double loss = 0;
    double share = weight / ((double) users.count() * Math.max(1, items.count()));
    int columns = tile.columns();
    for (int r = 0; r < tile.count(); r++) {
      if (!users.known()[tile.from() + r]) {
        continue;
      }
      for (int c = 0; c < columns; c++) {
        if (items.known()[c]) {
          int at = r * columns + c;
          double away = (double) tile.scores()[at] - tile.taught()[at];
          loss += share * away * away;
          tile.gradient()[at] += (float) (2 * share * away);
        }
      }
    }
    return loss;
  }
}
