package io.perennial.evaluation;

import io.perennial.model.Scorer;
import java.util.List;

/**
 * One subject's rankings for a block of users, one after the other: by its own scores, by what
 * executors found, or by the fallback's scores for users whom the subject does not know.
 */
final class BlockRanks {
  private final List<UserCase> cases;
  private final Measured subject;
  private final ScoreBlock scores;
  private final RankedRow ranked;
  private final long seed;

  /**
   * @param ranked room for a ranking; overwritten by each
   * @param seed of ties
   */
  BlockRanks(List<UserCase> cases, Measured subject, Scorer fallback, RankedRow ranked, long seed) {
    this.cases = cases;
    this.subject = subject;
    this.scores = subject.scores(cases, fallback);
    this.ranked = ranked;
    this.seed = seed;
  }

  /** The nth user's ranking of the whole catalogue; good until the next one is asked for. */
  RankedRow all(int n) {
    UserCase user = cases.get(n);
    return isFound(user)
        ? ((Measured.Ranked) subject).ranks().all(user.user())
        : ranked(n, user.items());
  }

  /**
   * The same without the items that he had; after {@link #all}, of which it is the end.
   *
   * @param relevant what he took of the others, at least one
   */
  RankedRow firstTime(int n, int[] relevant) {
    UserCase user = cases.get(n);
    if (isFound(user)) {
      return ((Measured.Ranked) subject).ranks().firstTime(user.user());
    }
    float[] row = scores.values(n);
    for (int seen : user.seenItems()) {
      if (seen < scores.length(n)) {
        row[scores.offset(n) + seen] = Float.NaN;
      }
    }
    return ranked(n, relevant);
  }

  private boolean isFound(UserCase user) {
    return subject instanceof Measured.Ranked other && other.ranks().knowsUser(user.user());
  }

  private RankedRow ranked(int n, int[] relevant) {
    long tieKey = UserHash.mix(seed, cases.get(n).user());
    ranked.rank(scores.values(n), scores.offset(n), scores.length(n), relevant, tieKey);
    return ranked;
  }
}
