package io.perennial.pipeline.backtest;

import io.perennial.evaluation.EvaluationWindow;
import io.perennial.evaluation.UserCase;
import io.perennial.model.history.ItemStatistics;
import java.time.Instant;

/**
 * Who is to be served, with what was known of them and of all items before: never what they are
 * about to do.
 *
 * @param users dense indices, increasing
 * @param window their cases without the events that a scorer is tested on
 * @param statistics items as of before
 * @param now instant to which counts are faded
 */
record Audience(int[] users, EvaluationWindow window, ItemStatistics statistics, Instant now) {
  /** The audience of a window. */
  static Audience of(EvaluationWindow window, ItemStatistics statistics, Instant now) {
    EvaluationWindow blind =
        new EvaluationWindow(
            window.name(),
            window.cases().stream()
                .map(
                    c ->
                        new UserCase(
                            c.user(), new int[0], new float[0], c.seenItems(), c.seenCounts()))
                .toList(),
            window.totalUsers(),
            window.oldItems());
    return new Audience(
        blind.cases().stream().mapToInt(UserCase::user).toArray(), blind, statistics, now);
  }
}
