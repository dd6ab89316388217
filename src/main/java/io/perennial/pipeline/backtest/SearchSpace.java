package io.perennial.pipeline.backtest;

import io.perennial.config.BacktestArm;
import io.perennial.config.BacktestDefinition;
import io.perennial.distillation.DistillationOptions;
import io.perennial.distillation.DistillationOptions.Update;
import io.perennial.evaluation.baseline.NeighbourOptions;
import io.perennial.evaluation.baseline.NeighbourOptions.Weighting;
import io.perennial.model.als.AlsHyperparameters;
import io.perennial.model.als.AlsHyperparameters.Confidence;
import io.perennial.model.als.RatingBiases;
import io.perennial.model.als.Serving;
import io.perennial.model.history.DecayPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/**
 * What tuning may change of an arm, and how far, around what the pipeline file says. Rank and
 * sweeps from scratch stay, so that arms are compared at the same size.
 *
 * <ul>
 *   <li>{@code regParam}: a tenth to ten times, by its logarithm; {@code alpha} and {@code
 *       unobservedWeight}: a quarter to four times. MLlib's {@code alpha}: 1 to 100.
 *   <li>{@code biases.user} and {@code biases.item}, for ratings: a quarter to four times.
 *   <li>{@code decay.halfLife}, where the arm fades events: 15, 30, 60, 120, 240 days; MLlib also
 *       none, and so do all where the file says none.
 *   <li>{@code distillation.beta}: a tenth to ten times; {@code distillation.items}: distilled or
 *       sums; {@code nightlySweeps}: 1 or 2.
 *   <li>item-knn: {@code neighbours} 50, 100, 200, 400; {@code weighting}; {@code k1} 0.3 to 100;
 *       {@code b} 0 to 1.
 * </ul>
 */
final class SearchSpace {
  private static final int[] HALF_LIVES = {15, 30, 60, 120, 240};
  private static final int[] NEIGHBOURS = {50, 100, 200, 400};
  private static final Set<BacktestArm> FADING =
      EnumSet.of(
          BacktestArm.OURS,
          BacktestArm.OURS_MODEL,
          BacktestArm.FULL_RETRAIN_DECAYED,
          BacktestArm.MLLIB_FULL_RETRAIN,
          BacktestArm.FINE_TUNE,
          BacktestArm.FROZEN,
          BacktestArm.FOLD_IN);
  private static final Confidence[] COUNTED = {
    Confidence.LOG, Confidence.LINEAR, Confidence.FADING
  };
  private static final Set<BacktestArm> SERVED =
      EnumSet.of(
          BacktestArm.OURS,
          BacktestArm.OURS_MODEL,
          BacktestArm.FULL_RETRAIN,
          BacktestArm.FULL_RETRAIN_DECAYED,
          BacktestArm.FROZEN);
  private static final Set<BacktestArm> OURS = EnumSet.of(BacktestArm.OURS, BacktestArm.OURS_MODEL);
  private static final Set<BacktestArm> NOTHING_TO_TUNE =
      EnumSet.of(BacktestArm.POPULARITY, BacktestArm.RECENT_POPULARITY, BacktestArm.USER_FREQUENCY);

  private SearchSpace() {}

  /**
   * Candidates of an arm: what it has now, then others drawn from the space. One alone where there
   * is nothing to tune. All arms that factorise draw the same parameters of the model where they
   * begin with the same.
   */
  static List<BacktestDefinition.Arm> candidates(
      BacktestArm arm, BacktestDefinition.Arm now, int count, long seed) {
    List<BacktestDefinition.Arm> candidates = new ArrayList<>();
    candidates.add(now);
    Random random = new Random(seed);
    Random teaching = new Random(seed + 1);
    while (candidates.size() < count && !NOTHING_TO_TUNE.contains(arm)) {
      candidates.add(
          arm == BacktestArm.ITEM_KNN
              ? new BacktestDefinition.Arm(now.model(), now.distillation(), neighbours(now, random))
              : new BacktestDefinition.Arm(
                  OURS.contains(arm)
                      ? fading(model(arm, now.model(), random), teaching)
                      : model(arm, now.model(), random),
                  OURS.contains(arm)
                      ? distillation(now.distillation(), teaching)
                      : now.distillation(),
                  now.neighbours()));
    }
    return candidates;
  }

  private static NeighbourOptions neighbours(BacktestDefinition.Arm now, Random random) {
    return new NeighbourOptions(
        NEIGHBOURS[random.nextInt(NEIGHBOURS.length)],
        Weighting.values()[random.nextInt(Weighting.values().length)],
        rounded(between(0.3, 100, random)),
        rounded(random.nextDouble()));
  }

  private static AlsHyperparameters model(BacktestArm arm, AlsHyperparameters now, Random random) {
    boolean stock = arm == BacktestArm.MLLIB_FULL_RETRAIN;
    boolean choosesCounts = !stock && now.implicitPrefs() && now.confidence() != Confidence.MLLIB;
    boolean sweeps = OURS.contains(arm) || arm == BacktestArm.FINE_TUNE;
    double regParam = now.regParam() * between(0.1, 10, random);
    double alpha = stock ? between(1, 100, random) : now.alpha() * between(0.25, 4, random);
    double unobserved = now.unobservedWeight() * between(0.25, 4, random);
    boolean neverToo = stock || now.decay().halfLife().isEmpty();
    int drawn = random.nextInt(HALF_LIVES.length + (neverToo ? 1 : 0));
    int nightly = 1 + random.nextInt(2);
    Optional<Duration> halfLife =
        drawn < HALF_LIVES.length
            ? Optional.of(Duration.ofDays(HALF_LIVES[drawn]))
            : Optional.empty();
    return new AlsHyperparameters(
        now.rank(),
        now.maxIter(),
        sweeps ? nightly : now.nightlySweeps(),
        rounded(regParam),
        now.regScaling(),
        now.implicitPrefs(),
        now.implicitPrefs() ? rounded(alpha) : now.alpha(),
        choosesCounts ? COUNTED[random.nextInt(COUNTED.length)] : now.confidence(),
        now.implicitPrefs() && !stock ? rounded(unobserved) : now.unobservedWeight(),
        FADING.contains(arm) ? new DecayPolicy(halfLife, now.decay().aggregate()) : now.decay(),
        now.numBlocks(),
        now.solver(),
        now.initialScale(),
        choosesCounts && SERVED.contains(arm) ? serving(now, random) : now.serving(),
        now.itemHalfLife(),
        stock ? now.biases() : biases(now.biases(), random));
  }

  private static RatingBiases biases(RatingBiases now, Random random) {
    return now.learnt()
        ? new RatingBiases(
            true,
            rounded(now.user() * between(0.25, 4, random)),
            rounded(now.item() * between(0.25, 4, random)))
        : now;
  }

  private static DistillationOptions distillation(DistillationOptions now, Random random) {
    double beta = now.beta() > 0 ? now.beta() : DistillationOptions.DEFAULT.beta();
    return now.withBeta(rounded(beta * between(0.1, 10, random)))
        .withItems(random.nextBoolean() ? Update.SUMS : Update.DISTILLED);
  }

  /** Items that fade, or do not. */
  private static AlsHyperparameters fading(AlsHyperparameters model, Random random) {
    int drawn = random.nextInt(HALF_LIVES.length + 1);
    return !model.implicitPrefs() || drawn == HALF_LIVES.length
        ? model
        : model.withItemHalfLife(Optional.of(Duration.ofDays(HALF_LIVES[drawn])));
  }

  /** Users as stored, or fresh with weights of their own. */
  private static Serving serving(AlsHyperparameters now, Random random) {
    Confidence confidence = random.nextBoolean() ? Confidence.LOG : Confidence.FADING;
    double alpha = rounded(now.alpha() * between(0.25, 4, random));
    double unobserved = rounded(now.unobservedWeight() * between(0.25, 4, random));
    double regParam = rounded(now.regParam() * between(0.1, 10, random));
    return random.nextInt(3) == 0
        ? Serving.STORED
        : new Serving(
            Serving.Users.FRESH,
            Optional.of(confidence),
            Optional.of(alpha),
            Optional.of(unobserved),
            Optional.of(regParam));
  }

  /** Uniform by logarithm. */
  private static double between(double low, double high, Random random) {
    return low * Math.pow(high / low, random.nextDouble());
  }

  /** Three significant digits: what a pipeline file can show. */
  private static double rounded(double value) {
    return new java.math.BigDecimal(value).round(new java.math.MathContext(3)).doubleValue();
  }
}
