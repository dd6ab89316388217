package io.perennial.model.embedding;

import static io.perennial.model.Draws.HALF_LIVES;
import static io.perennial.model.Draws.between;
import static io.perennial.model.Draws.rounded;

import io.perennial.model.FamilyOptions;
import io.perennial.model.OptionsSearch;
import io.perennial.model.Tunable;
import io.perennial.model.embedding.replay.Replay;
import io.perennial.model.embedding.step.Recipe;
import io.perennial.model.embedding.step.Teaching;
import io.perennial.model.history.DecayPolicy;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/**
 * What tuning may change of embeddings, and how far, around what the pipeline file says. Dimension,
 * batch and epochs from scratch stay.
 *
 * <ul>
 *   <li>{@code recipe.adam.learningRate}: a fifth to five times, by its logarithm; {@code l2} and
 *       {@code biasL2}: a quarter to four times; {@code temperature}, for rankings: half to twice.
 *   <li>{@code training.nightlyEpochs}: 1 to 5; {@code decay.halfLife}, where the file has one: 15,
 *       30, 60, 120 or 240 days.
 *   <li>{@code teaching}: each of {@code likelihood}, {@code softTargets} and {@code anchor} is
 *       left out or from 0.03 to 3; {@code adversarial} as the file says, a third to three times.
 *   <li>{@code replay}: 0, 5 or 20 remembered events of an owner, or 0, 50 or 200 pairs of a user's
 *       history, of none, 1, 3 or 10 times as many others too, with a weight from 0.1 to 1; {@code
 *       strength}: fixed, or adaptive where something is remembered.
 * </ul>
 */
final class EmbeddingSearch implements OptionsSearch<EmbeddingOptions, EmbeddingDistillation> {
  private static final int[] REMEMBERED = {0, 5, 20};
  private static final double[] OTHERS = {0, 1, 3, 10};
  private static final int MOST_EPOCHS = 5;

  @Override
  public FamilyOptions<EmbeddingOptions, EmbeddingDistillation> near(
      FamilyOptions<EmbeddingOptions, EmbeddingDistillation> now,
      Set<Tunable> parts,
      Random random,
      Random teaching) {
    EmbeddingOptions model = now.model();
    // Always drawn, so that arms which do not use one agree on the others.
    int nightly = 1 + random.nextInt(MOST_EPOCHS);
    Duration halfLife = HALF_LIVES.get(random.nextInt(HALF_LIVES.size()));
    EmbeddingOptions drawn = model.with(recipe(model.recipe(), random));
    if (parts.contains(Tunable.NIGHTS)) {
      drawn = drawn.withEpochs(drawn.training().epochs(), nightly);
    }
    if (parts.contains(Tunable.FADING) && model.decay().halfLife().isPresent()) {
      drawn = drawn.with(new DecayPolicy(Optional.of(halfLife), model.decay().aggregate()));
    }
    return parts.contains(Tunable.TEACHER)
        ? now.withModel(drawn).with(distillation(now.distillation(), teaching))
        : now.withModel(drawn);
  }

  private static Recipe recipe(Recipe now, Random random) {
    double rate = rounded(now.adam().learningRate() * between(0.2, 5, random));
    double l2 = rounded(now.l2() * between(0.25, 4, random));
    double biasL2 = rounded(now.biasL2() * between(0.25, 4, random));
    double temperature = rounded(now.temperature() * between(0.5, 2, random));
    return new Recipe(
        now.objective(),
        now.similarity(),
        now.dimension(),
        now.biases(),
        now.learnsRatings() ? now.temperature() : temperature,
        now.negatives(),
        now.popularityPower(),
        now.adam().withLearningRate(rate),
        now.common(),
        l2,
        biasL2,
        now.dropout(),
        now.clip());
  }

  private static EmbeddingDistillation distillation(EmbeddingDistillation now, Random random) {
    Teaching teaching = now.teaching();
    Teaching drawn =
        new Teaching(
            weight(random),
            teaching.temperature(),
            weight(random),
            rounded(teaching.adversarial() * between(1.0 / 3, 3, random)),
            teaching.probes(),
            teaching.hidden(),
            weight(random));
    int most = REMEMBERED[random.nextInt(REMEMBERED.length)];
    double share = rounded(between(0.1, 1, random));
    boolean history = random.nextBoolean();
    Replay replay =
        history
            ? Replay.ofHistory(10 * most, share, OTHERS[random.nextInt(OTHERS.length)])
            : now.replay().remembering(most, share);
    boolean adaptive = random.nextBoolean() && replay.remembered() > 0;
    return new EmbeddingDistillation(
        drawn,
        adaptive ? EmbeddingDistillation.Strength.ADAPTIVE : EmbeddingDistillation.Strength.FIXED,
        replay);
  }

  /** Left out as often as not. */
  private static double weight(Random random) {
    double weight = rounded(between(0.03, 3, random));
    return random.nextBoolean() ? weight : 0;
  }
}
