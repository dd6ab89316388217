package io.perennial.model.embedding;

import io.perennial.model.TrainingTask;
import io.perennial.model.embedding.replay.Replay;
import io.perennial.model.history.HistoryTable;
import java.util.BitSet;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Histories that a night sees again: those of its own users, and of others drawn among all that the
 * parent knows. Vectors of others stay; they hold the night's items to what they were for them. No
 * more than {@link #MOST_OTHERS} are drawn, however large the night is.
 *
 * @param table histories before the night
 * @param others how many are drawn for each of the night's users, with replacement
 * @param known users of the parent; those with the highest indices may never be drawn where there
 *     are gaps
 * @param seed of the draws
 */
record PastHistories(HistoryTable table, double others, long known, long seed) {
  /** A night with more users than a tenth of these has histories enough of its own. */
  static final int MOST_OTHERS = 20_000;

  /** Those of a task; empty where none are read. */
  static Optional<PastHistories> of(TrainingTask<EmbeddingModel> task, Replay replay) {
    if (task.parent().isEmpty() || !replay.readsHistory()) {
      return Optional.empty();
    }
    long known = task.parent().get().users().size();
    // The seed of a task is the same every night.
    long seed = task.seed() ^ task.now().toEpochMilli();
    return task.history().map(table -> new PastHistories(table, replay.others(), known, seed));
  }

  /**
   * Whose histories are seen.
   *
   * @param tonight users of the night, a bit each
   */
  BitSet users(BitSet tonight) {
    BitSet users = (BitSet) tonight.clone();
    long wanted = Math.min(MOST_OTHERS, Math.round(others * tonight.cardinality()));
    int draws = (int) Math.min(known, wanted);
    SplittableRandom random = new SplittableRandom(seed);
    for (int n = 0; n < draws; n++) {
      users.set(random.nextInt((int) known));
    }
    return users;
  }
}
