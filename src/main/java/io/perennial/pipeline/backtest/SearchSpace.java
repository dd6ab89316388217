package io.perennial.pipeline.backtest;

import io.perennial.config.BacktestArm;
import io.perennial.config.BacktestDefinition;
import io.perennial.evaluation.baseline.NeighbourOptions;
import io.perennial.evaluation.baseline.NeighbourOptions.Weighting;
import io.perennial.model.FamilyOptions;
import io.perennial.model.OptionsSearch;
import io.perennial.model.Tunable;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/**
 * What tuning may change of an arm, and how far, around what the pipeline file says. Of the arms
 * that learn the pipeline's family, the family {@linkplain OptionsSearch says it}. Of item-knn:
 * {@code neighbours} 50, 100, 200, 400; {@code weighting}; {@code k1} 0.3 to 100; {@code b} 0 to 1.
 */
final class SearchSpace {
  private static final int[] NEIGHBOURS = {50, 100, 200, 400};

  private SearchSpace() {}

  /**
   * Candidates of an arm: what it has now, then others drawn from the space. One alone where there
   * is nothing to tune. All arms that learn the family draw the same options of the model where
   * they begin with the same.
   */
  static List<BacktestDefinition.Arm> candidates(
      BacktestArm arm, BacktestDefinition.Arm now, int count, long seed) {
    return arm == BacktestArm.ITEM_KNN
        ? neighbours(now, count, seed)
        : learners(now, now.learner(), parts(arm), count, seed);
  }

  private static List<BacktestDefinition.Arm> neighbours(
      BacktestDefinition.Arm now, int count, long seed) {
    List<BacktestDefinition.Arm> candidates = new ArrayList<>();
    candidates.add(now);
    Random random = new Random(seed);
    while (candidates.size() < count) {
      candidates.add(now.with(neighbours(random)));
    }
    return candidates;
  }

  private static <O extends Record, D extends Record> List<BacktestDefinition.Arm> learners(
      BacktestDefinition.Arm now,
      FamilyOptions<O, D> learner,
      Set<Tunable> parts,
      int count,
      long seed) {
    List<BacktestDefinition.Arm> candidates = new ArrayList<>();
    candidates.add(now);
    Optional<OptionsSearch<O, D>> search = learner.description().search();
    Random random = new Random(seed);
    Random teaching = new Random(seed + 1);
    while (candidates.size() < count && !parts.isEmpty() && search.isPresent()) {
      candidates.add(now.with(search.get().near(learner, parts, random, teaching)));
    }
    return candidates;
  }

  /** What makes a difference to an arm; nothing where it does not learn the family. */
  private static Set<Tunable> parts(BacktestArm arm) {
    return switch (arm) {
      case OURS, OURS_MODEL ->
          EnumSet.of(Tunable.FADING, Tunable.NIGHTS, Tunable.TEACHER, Tunable.SERVING);
      case FULL_RETRAIN -> EnumSet.of(Tunable.SERVING);
      case FULL_RETRAIN_DECAYED, FROZEN -> EnumSet.of(Tunable.FADING, Tunable.SERVING);
      case MLLIB_FULL_RETRAIN -> EnumSet.of(Tunable.FADING, Tunable.MLLIB);
      case FINE_TUNE -> EnumSet.of(Tunable.FADING, Tunable.NIGHTS);
      case FOLD_IN -> EnumSet.of(Tunable.FADING);
      case ITEM_KNN, POPULARITY, RECENT_POPULARITY, USER_FREQUENCY -> EnumSet.noneOf(Tunable.class);
    };
  }

  private static NeighbourOptions neighbours(Random random) {
    return new NeighbourOptions(
        NEIGHBOURS[random.nextInt(NEIGHBOURS.length)],
        Weighting.values()[random.nextInt(Weighting.values().length)],
        rounded(0.3 * Math.pow(100 / 0.3, random.nextDouble())),
        rounded(random.nextDouble()));
  }

  /** Three significant digits: what a pipeline file can show. */
  private static double rounded(double value) {
    return new java.math.BigDecimal(value).round(new java.math.MathContext(3)).doubleValue();
  }
}
