package io.perennial.evaluation;

import io.perennial.model.Scorer;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * The scores of one subject for a block of users, with a fallback's rows for users whom the subject
 * does not know.
 */
final class ScoreBlock {
  private final float[] own;
  private final int ownLength;
  private final float[] other;
  private final int otherLength;

  /** Row number in own, or −1 − row number in other. */
  private final int[] places;

  private ScoreBlock(float[] own, int ownLength, float[] other, int otherLength, int[] places) {
    this.own = own;
    this.ownLength = ownLength;
    this.other = other;
    this.otherLength = otherLength;
    this.places = places;
  }

  /** The subject's own scores; NaN for users whom it does not know. */
  static ScoreBlock of(List<UserCase> cases, Scorer subject) {
    int[] users = cases.stream().mapToInt(UserCase::user).toArray();
    int[] places = new int[users.length];
    Arrays.setAll(places, n -> n);
    return new ScoreBlock(scores(subject, users), subject.itemCount(), new float[0], 0, places);
  }

  /** The subject's scores where it knows the user, otherwise the fallback's. */
  static ScoreBlock withFallback(List<UserCase> cases, Scorer subject, Scorer fallback) {
    int[] places = new int[cases.size()];
    int[] known = new int[cases.size()];
    int[] unknown = new int[cases.size()];
    int knowns = 0;
    int unknowns = 0;
    for (int n = 0; n < places.length; n++) {
      int user = cases.get(n).user();
      if (subject.knowsUser(user)) {
        places[n] = knowns;
        known[knowns++] = user;
      } else {
        places[n] = -1 - unknowns;
        unknown[unknowns++] = user;
      }
    }
    return new ScoreBlock(
        scores(subject, Arrays.copyOf(known, knowns)),
        subject.itemCount(),
        scores(fallback, Arrays.copyOf(unknown, unknowns)),
        fallback.itemCount(),
        places);
  }

  /** The fallback's scores where a user is not known; the others have no row. */
  static ScoreBlock ofOthers(List<UserCase> cases, IntPredicate isKnown, Scorer fallback) {
    int[] places = new int[cases.size()];
    int[] unknown = new int[cases.size()];
    int unknowns = 0;
    for (int n = 0; n < places.length; n++) {
      if (!isKnown.test(cases.get(n).user())) {
        places[n] = -1 - unknowns;
        unknown[unknowns++] = cases.get(n).user();
      }
    }
    return new ScoreBlock(
        new float[0],
        0,
        scores(fallback, Arrays.copyOf(unknown, unknowns)),
        fallback.itemCount(),
        places);
  }

  /** The array that holds the row of the nth user. */
  float[] values(int n) {
    return places[n] >= 0 ? own : other;
  }

  int offset(int n) {
    return places[n] >= 0 ? places[n] * ownLength : (-1 - places[n]) * otherLength;
  }

  int length(int n) {
    return places[n] >= 0 ? ownLength : otherLength;
  }

  private static float[] scores(Scorer scorer, int[] users) {
    float[] out = new float[Math.multiplyExact(users.length, scorer.itemCount())];
    if (users.length > 0) {
      scorer.score(users, out);
    }
    return out;
  }
}
