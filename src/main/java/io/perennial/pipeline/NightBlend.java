package io.perennial.pipeline;

import io.perennial.evaluation.EvaluationWindow;
import io.perennial.evaluation.UserCase;
import io.perennial.model.FactorRows;
import io.perennial.model.Scorer;
import io.perennial.model.blend.BlendFit;
import io.perennial.model.blend.BlendInputs;
import io.perennial.model.blend.BlendWeights;
import io.perennial.model.blend.BlendedScorer;
import io.perennial.model.blend.Choice;
import io.perennial.model.blend.RankedBy;
import io.perennial.model.history.ItemStatistics;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What stands between a model and its order of items: nothing, or the blend.
 *
 * @param weights of the blend; not looked at where the model ranks alone
 */
public record NightBlend(RankedBy rankedBy, BlendWeights weights, long seed) {

  /** As a version keeps it; untaught where it keeps none. */
  public static NightBlend of(RankedBy rankedBy, Map<String, double[]> arrays, long seed) {
    return new NightBlend(
        rankedBy, BlendWeights.of(arrays).orElseGet(BlendWeights::untaught), seed);
  }

  /** Before anything was learnt. */
  public static NightBlend untaught(RankedBy rankedBy, long seed) {
    return of(rankedBy, Map.of(), seed);
  }

  /** Whether there is anything to learn. */
  public boolean learns() {
    return rankedBy == RankedBy.BLEND;
  }

  /**
   * The order of items for the users of a window.
   *
   * @param model that knows them
   * @param items its item vectors
   * @param statistics items as of the window's begin
   */
  public Scorer over(
      Scorer model,
      FactorRows items,
      EvaluationWindow window,
      ItemStatistics statistics,
      Instant begin) {
    return learns()
        ? new BlendedScorer(weights, inputs(model, items, window.cases(), statistics, begin))
        : model;
  }

  /**
   * What is known after the users of a window have chosen.
   *
   * @param model as of before the window
   * @param statistics items as of before the window
   */
  public NightBlend after(
      Scorer model,
      FactorRows items,
      EvaluationWindow window,
      ItemStatistics statistics,
      Instant begin) {
    if (!learns()) {
      return this;
    }
    List<Choice> choices =
        BlendFit.sample(
            window.cases().stream()
                .filter(c -> !c.isNewUser())
                .map(c -> new Choice(c.user(), c.items()))
                .toList(),
            model,
            seed);
    Set<Integer> users = choices.stream().map(Choice::user).collect(Collectors.toSet());
    List<UserCase> cases = window.cases().stream().filter(c -> users.contains(c.user())).toList();
    BlendWeights learnt =
        BlendFit.fit(weights, inputs(model, items, cases, statistics, begin), choices, seed);
    return new NightBlend(rankedBy, learnt, seed);
  }

  /** Small named arrays, as versions keep them. */
  public Map<String, double[]> arrays() {
    return learns() ? weights.arrays() : Map.of();
  }

  private static BlendInputs inputs(
      Scorer model,
      FactorRows items,
      List<UserCase> cases,
      ItemStatistics statistics,
      Instant begin) {
    return BlendInputs.of(
        model,
        items,
        cases.stream().mapToInt(UserCase::user).toArray(),
        cases.stream().map(UserCase::past).toList(),
        statistics,
        begin);
  }
}
