package io.perennial.pipeline;

import io.perennial.gate.Finding;
import io.perennial.model.Scorer;
import io.perennial.model.scoring.DistributedFactors;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * Checks the model that learnt the whole slice against the candidate that was measured: it is
 * registered with the candidate's figures, so it must be finite and close to it.
 */
final class Absorption {
  /**
   * Mean cosine between the two models' scores of the whole catalogue, below which they are not the
   * same model any more.
   */
  static final double MINIMAL_SIMILARITY = 0.5;

  private static final int USERS = 200;

  /** Whether every parameter of the absorbed model is a number. */
  enum Finiteness {
    FINITE,
    NOT_FINITE
  }

  private Absorption() {}

  /** A finding that passes when the absorbed model is finite and close to the candidate. */
  static Finding check(Scorer candidate, Scorer absorbed, Finiteness finiteness, int[] users) {
    int[] known =
        IntStream.of(users)
            .filter(u -> candidate.knowsUser(u) && absorbed.knowsUser(u))
            .limit(USERS)
            .toArray();
    double similarity = similarity(candidate, absorbed, known);
    boolean close = known.length == 0 || similarity >= MINIMAL_SIMILARITY;
    boolean passed = finiteness == Finiteness.FINITE && close;
    String detail =
        finiteness == Finiteness.NOT_FINITE
            ? "The model that learnt the whole slice holds values that are not finite."
            : close
                ? "The model that learnt the whole slice scores the catalogue as the measured"
                    + " candidate does."
                : "The model that learnt the whole slice is so unlike the measured candidate that"
                    + " its figures do not speak for it.";
    return new Finding(
        "absorption",
        "similarity ≥ " + MINIMAL_SIMILARITY,
        known.length == 0
            ? "no known users"
            : String.format(Locale.ROOT, "similarity %.3f over %d users", similarity, known.length),
        passed ? Finding.Outcome.PASSED : Finding.Outcome.FAILED,
        detail);
  }

  private static double similarity(Scorer candidate, Scorer absorbed, int[] users) {
    if (users.length > 0
        && candidate instanceof DistributedFactors one
        && absorbed instanceof DistributedFactors other) {
      return Arrays.stream(one.cosines(other, users)).average().getAsDouble();
    }
    int items = Math.min(candidate.itemCount(), absorbed.itemCount());
    float[] a = new float[candidate.itemCount()];
    float[] b = new float[absorbed.itemCount()];
    double sum = 0;
    for (int user : users) {
      int[] one = {user};
      candidate.score(one, a);
      absorbed.score(one, b);
      double dot = 0;
      double aa = 0;
      double bb = 0;
      for (int item = 0; item < items; item++) {
        if (Float.isFinite(a[item]) && Float.isFinite(b[item])) {
          dot += (double) a[item] * b[item];
          aa += (double) a[item] * a[item];
          bb += (double) b[item] * b[item];
        }
      }
      sum += aa == 0 || bb == 0 ? 0 : dot / Math.sqrt(aa * bb);
    }
    return users.length == 0 ? Double.NaN : sum / users.length;
  }
}
