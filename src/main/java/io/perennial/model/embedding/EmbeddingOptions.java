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
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Everything that decides what embeddings are learnt.
 *
 * @param recipe what a step computes
 * @param start where a training from scratch begins
 * @param training how often events are seen
 * @param sharing how they are shared out among workers
 * @param decay how events become examples and counts of a history: an event weighs what is left of
 *     it
 * @param tower what is made of features, where the section {@code features} names some
 * @param serving by which vectors users are ranked for
 * @param rated behaviours whose heads learn the values of their events, beside a main one that does
 *     not
 */
public record EmbeddingOptions(
    Recipe recipe,
    Start start,
    Training training,
    Sharing sharing,
    DecayPolicy decay,
    Tower tower,
    Serving serving,
    List<String> rated)
    implements Serializable {
  /**
   * Where a training from scratch begins.
   *
   * @param spread standard deviation of a new embedding around the common vector, times √dimension;
   *     above 0
   * @param scale of the dense unit, for ratings; above 0
   * @param denseBias where b of the dense unit begins, for ratings
   */
  public record Start(double spread, double scale, DenseBias denseBias) implements Serializable {
    public Start {
      Objects.requireNonNull(denseBias, "denseBias");
      if (!(spread > 0) || Double.isInfinite(spread) || !(scale > 0) || Double.isInfinite(scale)) {
        throw new IllegalArgumentException(
            "model.start.spread and model.start.scale must be above 0, got "
                + spread
                + " and "
                + scale);
      }
    }
  }

  /** Where b of the dense unit begins. */
  public enum DenseBias {
    /** Where the mean score is the mean rating. */
    MEAN,
    /** At 0, as tutorials have it: it takes thousands of steps to the mean. */
    ZERO
  }

  /**
   * How often events are seen.
   *
   * @param batch examples of a step, 1 to 1,048,576
   * @param epochs times that a training from scratch sees every event
   * @param nightlyEpochs times that a night sees its events
   * @param schedule of the learning rate
   * @param stopping when a training from scratch ends early
   */
  public record Training(
      int batch, int epochs, int nightlyEpochs, Schedule schedule, EarlyStopping stopping)
      implements Serializable {
    /** Ten epochs, three a night, at one rate. */
    static Training inBatches(int batch) {
      return new Training(batch, 10, 3, Schedule.CONSTANT, EarlyStopping.NEVER);
    }

    public Training {
      Objects.requireNonNull(schedule, "schedule");
      Objects.requireNonNull(stopping, "stopping");
      within("training.batch", batch, 1 << 20);
      within("training.epochs", epochs, 100_000);
      within("training.nightlyEpochs", nightlyEpochs, 100_000);
    }
  }

  /**
   * How events are shared out.
   *
   * @param workers that share the users, 1 to 4096; one is plain mini-batch training. Another
   *     number is another model
   * @param roundsPerEpoch times that what workers made of the items is combined in an epoch
   * @param localEvents events up to which the workers are threads of the driver; the model is the
   *     same on Spark
   */
  public record Sharing(int workers, int roundsPerEpoch, long localEvents) implements Serializable {
    /** Nobody shares: plain mini-batches. */
    public static final Sharing ALONE = new Sharing(1, 1, 5_000_000);

    public Sharing {
      within("sharing.workers", workers, 4096);
      within("sharing.roundsPerEpoch", roundsPerEpoch, 100_000);
      if (localEvents < 0) {
        throw new IllegalArgumentException(
            "model.sharing.localEvents must be 0 or more, got " + localEvents);
      }
    }
  }

  /**
   * What is made of features: a row is what a tower makes of them, plus what the user or item has
   * of its own.
   *
   * @param hidden units of a hidden layer, at most 1024; 0: there is none, and a row is a sum of
   *     rows of categories, tags and numbers; default 0
   * @param alone chance that a batch sees a row as the tower makes it, without anything of its own,
   *     [0, 1); default 0: own parts begin at nothing, which was enough where it was measured
   * @param vocabulary categories, or tags, of a column that are told apart, 1 to 100,000; default
   *     1000
   * @param rare categories, or tags, of fewer entities are not told apart; default 2
   */
  public record Tower(int hidden, double alone, int vocabulary, int rare) implements Serializable {
    /** A sum of rows, never alone. */
    public static final Tower DEFAULT = new Tower(0, 0, 1000, 2);

    public Tower {
      if (hidden < 0 || hidden > 1024) {
        throw new IllegalArgumentException(
            "model.tower.hidden must lie between 0 and 1024, got " + hidden);
      }
      if (!(alone >= 0 && alone < 1)) {
        throw new IllegalArgumentException("model.tower.alone must lie in [0, 1), got " + alone);
      }
      within("tower.vocabulary", vocabulary, 100_000);
      within("tower.rare", rare, 1_000_000);
    }
  }

  /**
   * How a user's vector comes about when items are ranked for him.
   *
   * @param users stored or fresh
   * @param epochs times that a fresh one sees his history, and that of a user who came since the
   *     last night, 1 to 10,000; default 10
   */
  public record Serving(Users users, int epochs) implements Serializable {
    /** Which vectors rank. */
    public enum Users {
      /** Those that the version keeps: each as his last night left it. */
      STORED,
      /** Learnt anew from his history, faded to now, with items as they are. */
      FRESH
    }

    /** As the version keeps them. */
    public static final Serving STORED = new Serving(Users.STORED, 10);

    public Serving {
      Objects.requireNonNull(users, "users");
      within("serving.epochs", epochs, 10_000);
    }
  }

  private static void within(String name, int value, int most) {
    if (value < 1 || value > most) {
      throw new IllegalArgumentException(
          "model." + name + " must lie between 1 and " + most + ", got " + value);
    }
  }

  /**
   * For ratings: cosine, scale and bias, with a bias of every user and item. Values found on
   * MovieTweetings, on the ratings before the last tenth; a night sees its ratings five times.
   */
  public static EmbeddingOptions ratings() {
    return new EmbeddingOptions(
            new Recipe(
                Objective.RATING,
                Similarity.COSINE,
                16,
                true,
                1,
                64,
                1,
                Adam.DEFAULT,
                1,
                5,
                2.5,
                0,
                0),
            new Start(0.1, 1, DenseBias.MEAN),
            Training.inBatches(64),
            Sharing.ALONE,
            new DecayPolicy(Optional.empty(), DecayPolicy.Aggregate.NONE),
            Tower.DEFAULT,
            Serving.STORED,
            List.of())
        .withEpochs(10, 5);
  }

  /** The small recommender of tutorials: cosine, then one dense unit that begins anywhere. */
  public static EmbeddingOptions tutorial() {
    return new EmbeddingOptions(
        new Recipe(
            Objective.RATING, Similarity.COSINE, 16, false, 1, 64, 1, Adam.DEFAULT, 0, 0, 0, 0, 0),
        new Start(1, 1, DenseBias.ZERO),
        Training.inBatches(64),
        Sharing.ALONE,
        new DecayPolicy(Optional.empty(), DecayPolicy.Aggregate.NONE),
        Tower.DEFAULT,
        Serving.STORED,
        List.of());
  }

  /**
   * For purchases, plays and clicks: cosine with temperature, sampled softmax, item biases. Values
   * found on nights of Online Retail before those that are reported; a night sees its events twice.
   */
  public static EmbeddingOptions retrieval() {
    return new EmbeddingOptions(
            new Recipe(
                Objective.SOFTMAX,
                Similarity.COSINE,
                32,
                true,
                0.2,
                512,
                0.5,
                Adam.DEFAULT.withLearningRate(0.02),
                0,
                0,
                0,
                0,
                0),
            new Start(1, 1, DenseBias.MEAN),
            Training.inBatches(256),
            Sharing.ALONE,
            new DecayPolicy(Optional.of(Duration.ofDays(60)), DecayPolicy.Aggregate.DAY),
            Tower.DEFAULT,
            Serving.STORED,
            List.of())
        .withEpochs(10, 2);
  }

  public EmbeddingOptions {
    Objects.requireNonNull(recipe, "recipe");
    Objects.requireNonNull(start, "start");
    Objects.requireNonNull(training, "training");
    Objects.requireNonNull(sharing, "sharing");
    Objects.requireNonNull(decay, "decay");
    Objects.requireNonNull(tower, "tower");
    Objects.requireNonNull(serving, "serving");
    rated = List.copyOf(rated);
    if (!rated.isEmpty() && recipe.learnsRatings()) {
      throw new IllegalArgumentException(
          "model.rated names behaviours that learn values beside others that do not; with"
              + " objective rating all do. Leave it out.");
    }
  }

  /** Scale of the similarity when a training from scratch begins. */
  double firstScale() {
    return recipe.learnsRatings() ? start.scale() : 1 / recipe.temperature();
  }

  /** The same with another recipe. */
  public EmbeddingOptions with(Recipe other) {
    return new EmbeddingOptions(other, start, training, sharing, decay, tower, serving, rated);
  }

  /** The same with another training. */
  public EmbeddingOptions with(Training other) {
    return new EmbeddingOptions(recipe, start, other, sharing, decay, tower, serving, rated);
  }

  /** The same, shared out in another way. */
  public EmbeddingOptions with(Sharing other) {
    return new EmbeddingOptions(recipe, start, training, other, decay, tower, serving, rated);
  }

  /** The same with another fading of events. */
  public EmbeddingOptions with(DecayPolicy other) {
    return new EmbeddingOptions(recipe, start, training, sharing, other, tower, serving, rated);
  }

  /** The same with other towers. */
  public EmbeddingOptions with(Tower other) {
    return new EmbeddingOptions(recipe, start, training, sharing, decay, other, serving, rated);
  }

  /** The same, served in another way. */
  public EmbeddingOptions with(Serving other) {
    return new EmbeddingOptions(recipe, start, training, sharing, decay, tower, other, rated);
  }

  /** The same with heads of these behaviours that learn values. */
  public EmbeddingOptions withRated(List<String> others) {
    return new EmbeddingOptions(recipe, start, training, sharing, decay, tower, serving, others);
  }

  /** The same with other lengths of training. */
  public EmbeddingOptions withEpochs(int fromScratch, int nightly) {
    return with(
        new Training(
            training.batch(), fromScratch, nightly, training.schedule(), training.stopping()));
  }
}
