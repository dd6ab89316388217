package io.perennial.model.blend;

import io.perennial.model.FactorRows;
import io.perennial.model.history.Past;
import java.io.Serializable;
import java.time.Duration;

/** What one user's past says of the items that he had, as of an instant. */
final class PastTraits implements Serializable {
  private static final long serialVersionUID = 1L;
  private static final double DAY = Duration.ofDays(1).toMillis();

  /** Half-life, in days, of an item's part in a user's taste, beside the decay of its count. */
  private static final double TASTE_HALF_LIFE = 20;

  private final Past past;
  private final float[] ages;

  /** Parts of the items in the user's taste; they sum to 1, or are all 0. */
  private final float[] parts;

  private final double repeats;
  private final double breadth;

  PastTraits(Past past, long now) {
    this.past = past;
    this.ages = new float[past.size()];
    this.parts = new float[past.size()];
    double events = 0;
    double sum = 0;
    for (int n = 0; n < past.size(); n++) {
      ages[n] = (float) (Math.max(0, now - past.lastTimes()[n]) / DAY);
      parts[n] = (float) (past.counts()[n] * Math.pow(0.5, ages[n] / TASTE_HALF_LIFE));
      sum += parts[n];
      events += past.events()[n];
    }
    for (int n = 0; n < parts.length && sum > 0; n++) {
      parts[n] = (float) (parts[n] / sum);
    }
    this.repeats = Math.log((events + 1) / (past.size() + 1));
    this.breadth = Math.log(Math.max(1, past.size()));
  }

  Past past() {
    return past;
  }

  /**
   * Adds the user's taste to a vector: the mean direction of what he had lately.
   *
   * @param directions item vectors of length 1
   */
  void addTaste(FactorRows directions, float[] target, int offset) {
    int rank = directions.rank();
    for (int n = 0; n < past.size(); n++) {
      int at = directions.position(past.items()[n]);
      if (at >= 0) {
        for (int c = 0; c < rank; c++) {
          target[offset + c] += parts[n] * directions.values()[at * rank + c];
        }
      }
    }
  }

  /** The part of the nth item in the user's taste. */
  float part(int n) {
    return parts[n];
  }

  /** The cosine of the nth item with the user's taste, without the item's own part. */
  double tasteWithout(int n, double taste) {
    return taste - parts[n];
  }

  /**
   * Fills in every feature of the nth item of the past.
   *
   * @param x the shared features are there, the others are written
   */
  void fill(int n, double[] x) {
    double events = Math.log1p(past.events()[n]);
    double score = x[BlendFeature.SCORE.ordinal()];
    x[BlendFeature.HAD.ordinal()] = 1;
    x[BlendFeature.HAD_DECAYED.ordinal()] = Math.log1p(past.counts()[n]);
    x[BlendFeature.HAD_EVENTS.ordinal()] = events;
    x[BlendFeature.HAD_FORTNIGHT.ordinal()] = Math.exp(-ages[n] / 14);
    x[BlendFeature.HAD_SEASON.ordinal()] = Math.exp(-ages[n] / 60);
    x[BlendFeature.HAD_MONTH.ordinal()] = Math.exp(-ages[n] / 30);
    x[BlendFeature.HAD_USER_REPEATS.ordinal()] = repeats;
    x[BlendFeature.HAD_BREADTH.ordinal()] = breadth;
    x[BlendFeature.HAD_SCORE.ordinal()] = score;
    x[BlendFeature.HAD_EVENTS_SCORE.ordinal()] = events * score;
    x[BlendFeature.HAD_TASTE.ordinal()] = x[BlendFeature.TASTE.ordinal()];
    x[BlendFeature.HAD_REPEATED.ordinal()] = x[BlendFeature.REPEATED.ordinal()];
    x[BlendFeature.HAD_SLOW.ordinal()] = x[BlendFeature.SLOW.ordinal()];
    x[BlendFeature.HAD_AUDIENCE.ordinal()] = x[BlendFeature.AUDIENCE.ordinal()];
    x[BlendFeature.HAD_NEWNESS.ordinal()] = x[BlendFeature.NEWNESS.ordinal()];
  }
}
