package io.perennial.evaluation.baseline;

import io.perennial.model.Scorer;
import io.perennial.model.history.ItemStatistics;
import java.time.Instant;
import java.util.Objects;

/** Says the same to everybody: how often each item occurred. Items without events are unknown. */
public final class PopularityScorer implements Scorer {
  private static final long serialVersionUID = 1L;
  private final float[] scores;

  private PopularityScorer(float[] scores) {
    this.scores = scores;
  }

  /** By all events so far. */
  public static PopularityScorer of(ItemStatistics statistics) {
    float[] scores = statistics.eventCounts().clone();
    for (int item = 0; item < scores.length; item++) {
      if (!(scores[item] > 0)) {
        scores[item] = Float.NaN;
      }
    }
    return new PopularityScorer(scores);
  }

  /** By events that fade with {@link ItemStatistics#RECENT_HALF_LIFE}, as of an instant. */
  public static PopularityScorer recent(ItemStatistics statistics, Instant now) {
    Objects.requireNonNull(now, "now");
    float[] scores = new float[statistics.capacity()];
    for (int item = 0; item < scores.length; item++) {
      scores[item] =
          statistics.eventCounts()[item] > 0
              ? (float) statistics.recentAt(item, now.toEpochMilli())
              : Float.NaN;
    }
    return new PopularityScorer(scores);
  }

  @Override
  public int itemCount() {
    return scores.length;
  }

  /** Everybody gets the same answer, so nobody is unknown. */
  @Override
  public boolean knowsUser(int user) {
    return true;
  }

  @Override
  public boolean knowsItem(int item) {
    return item >= 0 && item < scores.length && !Float.isNaN(scores[item]);
  }

  @Override
  public void score(int[] users, float[] out) {
    for (int row = 0; row < users.length; row++) {
      System.arraycopy(scores, 0, out, row * scores.length, scores.length);
    }
  }
}
