package io.perennial.model.embedding;

import io.perennial.model.embedding.rounds.EarlyStopping;
import io.perennial.model.embedding.rounds.Schedule;
import io.perennial.model.embedding.step.Adam;
import io.perennial.model.embedding.step.Objective;
import io.perennial.model.embedding.step.Recipe;
import io.perennial.model.embedding.step.Similarity;
import io.perennial.model.history.DecayPolicy;
import java.io.Serializable;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * Everything that decides what embeddings are learnt.
 *
 * @param recipe what a step computes
 * @param spread standard deviation of a new embedding around the common vector, times √dimension;
 *     above 0
 * @param scale of the dense unit when ratings begin; above 0
 * @param denseBias where b of the dense unit begins, for ratings
 * @param batch examples of a step, 1 to 1,048,576
 * @param epochs times that a training from scratch sees every event
 * @param nightlyEpochs times that a night sees its events
 * @param schedule of the learning rate
 * @param stopping when a training from scratch ends early
 * @param workers that share the users, 1 to 4096; one is plain mini-batch training. Another number
 *     is another model
 * @param roundsPerEpoch times that what workers made of the items is combined in an epoch
 * @param localEvents events up to which the workers are threads of the driver; the model is the
 *     same on Spark
 * @param decay how events become examples and counts of a history: an event weighs what is left of
 *     it
 */
public record EmbeddingOptions(
    Recipe recipe,
    double spread,
    double scale,
    DenseBias denseBias,
    int batch,
    int epochs,
    int nightlyEpochs,
    Schedule schedule,
    EarlyStopping stopping,
    int workers,
    int roundsPerEpoch,
    long localEvents,
    DecayPolicy decay)
    implements Serializable {
  /** Where b of the dense unit begins. */
  public enum DenseBias {
    /** Where the mean score is the mean rating. */
    MEAN,
    /** At 0, as tutorials have it: it takes thousands of steps to the mean. */
    ZERO
  }

  private static final long LOCAL_EVENTS = 5_000_000;

  /**
   * For ratings: cosine, scale and bias, with a bias of every user and item. Values found on
   * MovieTweetings, on the ratings before the last tenth.
   */
  public static EmbeddingOptions ratings() {
    return new EmbeddingOptions(
        new Recipe(
            Objective.RATING, Similarity.COSINE, 16, true, 1, 64, 1, Adam.DEFAULT, 1, 5, 2.5, 0, 0),
        0.1,
        1,
        DenseBias.MEAN,
        64,
        10,
        3,
        Schedule.CONSTANT,
        EarlyStopping.NEVER,
        1,
        1,
        LOCAL_EVENTS,
        new DecayPolicy(Optional.empty(), DecayPolicy.Aggregate.NONE));
  }

  /** The small recommender of tutorials: cosine, then one dense unit that begins anywhere. */
  public static EmbeddingOptions tutorial() {
    return new EmbeddingOptions(
        new Recipe(
            Objective.RATING, Similarity.COSINE, 16, false, 1, 64, 1, Adam.DEFAULT, 0, 0, 0, 0, 0),
        1,
        1,
        DenseBias.ZERO,
        64,
        10,
        3,
        Schedule.CONSTANT,
        EarlyStopping.NEVER,
        1,
        1,
        LOCAL_EVENTS,
        new DecayPolicy(Optional.empty(), DecayPolicy.Aggregate.NONE));
  }

  /** For purchases, plays and clicks: cosine with temperature, sampled softmax, item biases. */
  public static EmbeddingOptions retrieval() {
    return new EmbeddingOptions(
        new Recipe(
            Objective.SOFTMAX,
            Similarity.COSINE,
            32,
            true,
            0.1,
            512,
            0.5,
            Adam.DEFAULT.withLearningRate(0.005),
            0,
            0,
            0,
            0,
            0),
        1,
        1,
        DenseBias.MEAN,
        256,
        10,
        3,
        Schedule.CONSTANT,
        EarlyStopping.NEVER,
        1,
        1,
        LOCAL_EVENTS,
        new DecayPolicy(Optional.of(Duration.ofDays(60)), DecayPolicy.Aggregate.DAY));
  }

  public EmbeddingOptions {
    Objects.requireNonNull(recipe, "recipe");
    Objects.requireNonNull(denseBias, "denseBias");
    Objects.requireNonNull(schedule, "schedule");
    Objects.requireNonNull(stopping, "stopping");
    Objects.requireNonNull(decay, "decay");
    if (!(spread > 0) || Double.isInfinite(spread) || !(scale > 0) || Double.isInfinite(scale)) {
      throw new IllegalArgumentException(
          "model.spread and model.scale must be above 0, got " + spread + " and " + scale);
    }
    within("batch", batch, 1, 1 << 20);
    within("epochs", epochs, 1, 100_000);
    within("nightlyEpochs", nightlyEpochs, 1, 100_000);
    within("workers", workers, 1, 4096);
    within("roundsPerEpoch", roundsPerEpoch, 1, 100_000);
    if (localEvents < 0) {
      throw new IllegalArgumentException("model.localEvents must be 0 or more, got " + localEvents);
    }
  }

  private static void within(String name, int value, int least, int most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          "model." + name + " must lie between " + least + " and " + most + ", got " + value);
    }
  }

  /** Scale of the similarity when a training from scratch begins. */
  double firstScale() {
    return recipe.learnsRatings() ? scale : 1 / recipe.temperature();
  }

  /** The same with another recipe. */
  public EmbeddingOptions with(Recipe other) {
    return new EmbeddingOptions(
        other,
        spread,
        scale,
        denseBias,
        batch,
        epochs,
        nightlyEpochs,
        schedule,
        stopping,
        workers,
        roundsPerEpoch,
        localEvents,
        decay);
  }

  /** The same with other workers, and another border between the driver and Spark. */
  public EmbeddingOptions withWorkers(int number, int rounds, long local) {
    return new EmbeddingOptions(
        recipe,
        spread,
        scale,
        denseBias,
        batch,
        epochs,
        nightlyEpochs,
        schedule,
        stopping,
        number,
        rounds,
        local,
        decay);
  }

  /** The same with other lengths of training. */
  public EmbeddingOptions withEpochs(int fromScratch, int nightly) {
    return new EmbeddingOptions(
        recipe,
        spread,
        scale,
        denseBias,
        batch,
        fromScratch,
        nightly,
        schedule,
        stopping,
        workers,
        roundsPerEpoch,
        localEvents,
        decay);
  }

  /** The same with another end of training. */
  public EmbeddingOptions with(EarlyStopping other) {
    return new EmbeddingOptions(
        recipe,
        spread,
        scale,
        denseBias,
        batch,
        epochs,
        nightlyEpochs,
        schedule,
        other,
        workers,
        roundsPerEpoch,
        localEvents,
        decay);
  }

  /** The same with another fading of events. */
  public EmbeddingOptions with(DecayPolicy other) {
    return new EmbeddingOptions(
        recipe,
        spread,
        scale,
        denseBias,
        batch,
        epochs,
        nightlyEpochs,
        schedule,
        stopping,
        workers,
        roundsPerEpoch,
        localEvents,
        other);
  }
}
