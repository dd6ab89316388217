package io.perennial.evaluation;

import io.perennial.model.Scorer;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;

/** A subject as its cases are measured; sent to executors where there are many. */
sealed interface Measured extends Serializable {
  /** Items that a user is scored for here. */
  int width();

  /** Scores of the users that are ranked here: the subject's, or the fallback's. */
  ScoreBlock scores(List<UserCase> cases, Scorer fallback);

  /**
   * Writes scores of what users took; NaN where there are none.
   *
   * @param starts where each case's begin
   */
  void predict(List<UserCase> cases, int[] starts, float[] predictions);

  /** By its scores of the whole catalogue. */
  record Scored(Scorer scorer) implements Measured {
    @Override
    public int width() {
      return scorer.itemCount();
    }

    @Override
    public ScoreBlock scores(List<UserCase> cases, Scorer fallback) {
      return ScoreBlock.withFallback(cases, scorer, fallback);
    }

    @Override
    public void predict(List<UserCase> cases, int[] starts, float[] predictions) {
      Arrays.fill(predictions, Float.NaN);
      ScoreBlock scores = ScoreBlock.of(cases, scorer);
      for (int n = 0; n < cases.size(); n++) {
        int[] items = cases.get(n).items();
        for (int p = 0; p < items.length; p++) {
          if (items[p] < scores.length(n)) {
            predictions[starts[n] + p] = scores.values(n)[scores.offset(n) + items[p]];
          }
        }
      }
    }
  }

  /** By what executors found, who hold the catalogue. */
  record Ranked(DistributedRanks ranks) implements Measured {
    @Override
    public int width() {
      return 0;
    }

    @Override
    public ScoreBlock scores(List<UserCase> cases, Scorer fallback) {
      return ScoreBlock.ofOthers(cases, ranks::knowsUser, fallback);
    }

    @Override
    public void predict(List<UserCase> cases, int[] starts, float[] predictions) {
      Arrays.fill(predictions, Float.NaN);
      for (int n = 0; n < cases.size(); n++) {
        int user = cases.get(n).user();
        if (ranks.knowsUser(user)) {
          float[] own = ranks.scores(user);
          System.arraycopy(own, 0, predictions, starts[n], own.length);
        }
      }
    }
  }
}
