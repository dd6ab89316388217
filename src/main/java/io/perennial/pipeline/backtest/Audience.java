package io.perennial.pipeline.backtest;

import io.perennial.evaluation.EvaluationWindow;
import io.perennial.evaluation.UserCase;
import io.perennial.model.Model;
import io.perennial.model.ModelFamily;
import io.perennial.model.ModelFamily.HistoryUse;
import io.perennial.model.Scorer;
import io.perennial.model.history.DecayPolicy;
import io.perennial.model.history.HistoryTable;
import io.perennial.model.history.InteractionHistory;
import io.perennial.model.history.ItemStatistics;
import io.perennial.model.history.Past;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * Who is to be served, with what was known of them and of all items before: never what they are
 * about to do.
 *
 * @param users dense indices, increasing
 * @param window their cases without the events that a scorer is tested on
 * @param statistics items as of before
 * @param now instant to which counts are faded
 * @param histories what users did before, by how counts fade
 */
record Audience(
    int[] users,
    EvaluationWindow window,
    ItemStatistics statistics,
    Instant now,
    Map<DecayPolicy, HistoryTable> histories) {
  /** The audience of a window. */
  static Audience of(
      EvaluationWindow window,
      ItemStatistics statistics,
      Instant now,
      Map<DecayPolicy, HistoryTable> histories) {
    EvaluationWindow blind =
        new EvaluationWindow(
            window.name(),
            window.cases().stream()
                .map(c -> new UserCase(c.user(), new int[0], new float[0], c.past()))
                .toList(),
            window.totalUsers(),
            window.oldItems());
    return new Audience(
        blind.cases().stream().mapToInt(UserCase::user).toArray(),
        blind,
        statistics,
        now,
        histories);
  }

  /**
   * The window with counts of another history than the pipeline's.
   *
   * @param decay of a history that an arm {@linkplain Arm#reads() reads}
   */
  EvaluationWindow counted(DecayPolicy decay) {
    InteractionHistory history = histories.get(decay).rows(users);
    return new EvaluationWindow(
        window.name(),
        window.cases().stream().map(c -> counted(c.user(), history, decay)).toList(),
        window.totalUsers(),
        window.oldItems());
  }

  /**
   * The same users as somebody knows them who has seen less than what has been.
   *
   * @param history what users did that he has seen
   * @param decay of it
   * @param seen items as he has seen them
   */
  Audience knownBy(HistoryTable history, DecayPolicy decay, ItemStatistics seen) {
    Audience known = new Audience(users, window, seen, now, Map.of(decay, history));
    return new Audience(users, known.counted(decay), seen, now, known.histories);
  }

  /** Scores of a model for these users, as its family says that they are served. */
  <M extends Model> Scorer served(M model, ModelFamily<M> family) {
    M served = family.asOf(model, statistics, now);
    if (reads(family).isEmpty()) {
      return served.scorer(users);
    }
    return family.served(
        served, users, counted(family.decay()).cases().stream().map(UserCase::past).toList(), now);
  }

  /** Scores of a model for these users, with the vectors that it keeps of them. */
  <M extends Model> Scorer remembered(M model, ModelFamily<M> family) {
    return family.asOf(model, statistics, now).scorer(users);
  }

  /** The history that users are served from; empty where they are served as they were stored. */
  static Optional<DecayPolicy> reads(ModelFamily<?> family) {
    return family.historyUses().contains(HistoryUse.SERVING)
        ? Optional.of(family.decay())
        : Optional.empty();
  }

  private UserCase counted(int user, InteractionHistory history, DecayPolicy decay) {
    return new UserCase(
        user, new int[0], new float[0], Past.of(history, user, decay, now.toEpochMilli()));
  }
}
