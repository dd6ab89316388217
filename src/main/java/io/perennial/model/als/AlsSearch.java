package io.perennial.model.als;

import static io.perennial.model.Draws.HALF_LIVES;
import static io.perennial.model.Draws.between;
import static io.perennial.model.Draws.rounded;

import io.perennial.distillation.DistillationOptions;
import io.perennial.distillation.DistillationOptions.Update;
import io.perennial.model.FamilyOptions;
import io.perennial.model.OptionsSearch;
import io.perennial.model.Tunable;
import io.perennial.model.als.AlsHyperparameters.Confidence;
import io.perennial.model.history.DecayPolicy;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/**
 * What tuning may change of ALS, and how far, around what the pipeline file says. Rank and sweeps
 * from scratch stay.
 *
 * <ul>
 *   <li>{@code regParam}: a tenth to ten times, by its logarithm; {@code alpha} and {@code
 *       unobservedWeight}: a quarter to four times. MLlib's {@code alpha}: 1 to 100.
 *   <li>{@code biases.user} and {@code biases.item}, for ratings: a quarter to four times.
 *   <li>{@code decay.halfLife}, where the arm fades events: 15, 30, 60, 120, 240 days; MLlib also
 *       none, and so do all where the file says none.
 *   <li>{@code distillation.beta}: a tenth to ten times; {@code distillation.items}: distilled or
 *       sums; {@code nightlySweeps}: 1 or 2; {@code itemHalfLife} as {@code decay.halfLife}, or as
 *       the file says.
 *   <li>{@code confidence} and {@code serving}, where values are counts.
 * </ul>
 */
final class AlsSearch implements OptionsSearch<AlsHyperparameters, DistillationOptions> {
  private static final Confidence[] COUNTED = {
    Confidence.LOG, Confidence.LINEAR, Confidence.FADING
  };

  @Override
  public FamilyOptions<AlsHyperparameters, DistillationOptions> near(
      FamilyOptions<AlsHyperparameters, DistillationOptions> now,
      Set<Tunable> parts,
      Random random,
      Random teaching) {
    AlsHyperparameters model = model(now.model(), parts, random);
    return parts.contains(Tunable.TEACHER)
        ? now.withModel(fading(model, teaching)).with(distillation(now.distillation(), teaching))
        : now.withModel(model);
  }

  private static AlsHyperparameters model(
      AlsHyperparameters now, Set<Tunable> parts, Random random) {
    boolean stock = parts.contains(Tunable.MLLIB);
    boolean choosesCounts = !stock && now.implicitPrefs() && now.confidence() != Confidence.MLLIB;
    double regParam = now.regParam() * between(0.1, 10, random);
    double alpha = stock ? between(1, 100, random) : now.alpha() * between(0.25, 4, random);
    double unobserved = now.unobservedWeight() * between(0.25, 4, random);
    boolean neverToo = stock || now.decay().halfLife().isEmpty();
    int drawn = random.nextInt(HALF_LIVES.size() + (neverToo ? 1 : 0));
    int nightly = 1 + random.nextInt(2);
    Optional<Duration> halfLife =
        drawn < HALF_LIVES.size() ? Optional.of(HALF_LIVES.get(drawn)) : Optional.empty();
    return new AlsHyperparameters(
        now.rank(),
        now.maxIter(),
        parts.contains(Tunable.NIGHTS) ? nightly : now.nightlySweeps(),
        rounded(regParam),
        now.regScaling(),
        now.implicitPrefs(),
        now.implicitPrefs() ? rounded(alpha) : now.alpha(),
        choosesCounts ? COUNTED[random.nextInt(COUNTED.length)] : now.confidence(),
        now.implicitPrefs() && !stock ? rounded(unobserved) : now.unobservedWeight(),
        parts.contains(Tunable.FADING)
            ? new DecayPolicy(halfLife, now.decay().aggregate())
            : now.decay(),
        now.numBlocks(),
        now.solver(),
        now.initialScale(),
        choosesCounts && parts.contains(Tunable.SERVING) ? serving(now, random) : now.serving(),
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
    int drawn = random.nextInt(HALF_LIVES.size() + 1);
    return !model.implicitPrefs() || drawn == HALF_LIVES.size()
        ? model
        : model.withItemHalfLife(Optional.of(HALF_LIVES.get(drawn)));
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
}
