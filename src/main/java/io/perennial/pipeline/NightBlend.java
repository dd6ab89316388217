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
import io.perennial.model.blend.DistributedBlend;
import io.perennial.model.blend.RankedBy;
import io.perennial.model.blend.ThinnedCatalogue;
import io.perennial.model.history.ItemStatistics;
import io.perennial.model.history.Past;
import io.perennial.model.scoring.DistributedFactors;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
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
   * @param items its item vectors, which only a blend asks for where it has them in memory
   * @param statistics items as of the window's begin
   */
  public Scorer over(
      Scorer model,
      Supplier<FactorRows> items,
      EvaluationWindow window,
      ItemStatistics statistics,
      Instant begin) {
    if (!learns()) {
      return model;
    }
    return model instanceof DistributedFactors far
        ? new DistributedBlend(
            weights, far, users(window.cases()), pasts(window.cases()), statistics, begin)
        : new BlendedScorer(weights, inputs(model, items.get(), window.cases(), statistics, begin));
  }

  /**
   * What is known after the users of a window have chosen.
   *
   * @param model as of before the window
   * @param items its item vectors, which only a blend asks for where it has them in memory
   * @param statistics items as of before the window
   */
  public NightBlend after(
      Scorer model,
      Supplier<FactorRows> items,
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
        model instanceof DistributedFactors far
            ? ThinnedCatalogue.of(far, users(cases), pasts(cases), choices, statistics, begin, seed)
                .fit(weights, seed)
            : BlendFit.fit(
                weights, inputs(model, items.get(), cases, statistics, begin), choices, seed);
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
    return BlendInputs.of(model, items, users(cases), pasts(cases), statistics, begin);
  }

  private static int[] users(List<UserCase> cases) {
    return cases.stream().mapToInt(UserCase::user).toArray();
  }

  private static List<Past> pasts(List<UserCase> cases) {
    return cases.stream().map(UserCase::past).toList();
  }
}
