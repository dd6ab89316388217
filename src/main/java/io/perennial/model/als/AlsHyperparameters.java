package io.perennial.model.als;

import io.perennial.Place;
import io.perennial.model.history.DecayPolicy;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * Parameters of ALS, with the names of Spark MLlib where it has one.
 *
 * @param rank length of a factor, 1 to 512
 * @param maxIter sweeps (users, then items) from scratch
 * @param nightlySweeps sweeps of a warm-started night
 * @param regParam λ, L2 regularisation
 * @param regScaling what λ is multiplied with for an entity of n positive interactions
 * @param implicitPrefs implicit feedback; otherwise values are ratings
 * @param alpha confidence slope
 * @param confidence how a count becomes a weight (implicit only)
 * @param unobservedWeight α₀, weight of every unobserved pair, target 0 (implicit only); MLlib: 1
 * @param decay half-life and aggregation of events into counts
 * @param numBlocks blocks of the distributed solver
 * @param solver where sweeps run
 * @param initialScale standard deviation of a new factor times √rank
 * @param serving how users get their vectors when they are served
 * @param itemHalfLife in which the vector of an item that nobody takes fades to half; empty: never
 * @param biases of users and items; ratings only
 */
public record AlsHyperparameters(
    int rank,
    int maxIter,
    int nightlySweeps,
    double regParam,
    RegScaling regScaling,
    boolean implicitPrefs,
    double alpha,
    Confidence confidence,
    double unobservedWeight,
    DecayPolicy decay,
    int numBlocks,
    Solver solver,
    double initialScale,
    Serving serving,
    Optional<Duration> itemHalfLife,
    RatingBiases biases) {

  /** What λ is multiplied with. */
  public enum RegScaling {
    /** n, as MLlib does. */
    COUNT,
    /** n + α₀·|opposite side|, as iALS (Rendle et al. 2021). */
    COUNT_AND_CATALOGUE
  }

  /** How a count r becomes a weight. */
  public enum Confidence {
    /** Matrix α|r|, right-hand side 1 + α|r|, target 1 where r > 0: Spark MLlib. */
    MLLIB,
    /** Weight 1 + α·log1p(r) on both sides. */
    LOG,
    /** Weight α·r on both sides: what fades away leaves nothing behind. */
    LINEAR,
    /** Weight α·log1p(r) on both sides: what fades away leaves nothing behind. */
    FADING
  }

  /** Where sweeps run; the same block-solving code everywhere. */
  public enum Solver {
    /**
     * In the driver where the touched pairs fit ({@code localPairs}), else on Spark, items
     * broadcast where their rows fit, else in blocks.
     */
    AUTO,
    LOCAL,
    /** Users in blocks, items broadcast each sweep. */
    SPARK,
    /** Both sides in blocks, sent through shuffles; item rows stay on executors after that. */
    BLOCKS
  }

  /**
   * The tuned default, for purchases, plays and clicks: iALS (Rendle et al. 2021) with decay;
   * values found on UCI Online Retail, days 200 to 229.
   */
  public static AlsHyperparameters ials() {
    return new AlsHyperparameters(
        32,
        10,
        1,
        0.001,
        RegScaling.COUNT_AND_CATALOGUE,
        true,
        2.0,
        Confidence.LOG,
        4.0,
        new DecayPolicy(Optional.of(Duration.ofDays(60)), DecayPolicy.Aggregate.DAY),
        8,
        Solver.AUTO,
        0.1);
  }

  /** The defaults and the semantics of Spark MLlib's ALS: explicit unless said otherwise. */
  public static AlsHyperparameters mllib() {
    return new AlsHyperparameters(
        10,
        10,
        1,
        0.1,
        RegScaling.COUNT,
        false,
        1.0,
        Confidence.MLLIB,
        1.0,
        new DecayPolicy(Optional.empty(), DecayPolicy.Aggregate.NONE),
        10,
        Solver.AUTO,
        1.0);
  }

  /**
   * The default for ratings: biases of users and items, and a factorisation of what is left. Where
   * an item has few ratings more regularisation pays: 0.8 on MovieTweetings.
   */
  public static AlsHyperparameters ratings() {
    return new AlsHyperparameters(
        32,
        10,
        1,
        0.2,
        RegScaling.COUNT,
        false,
        1.0,
        Confidence.MLLIB,
        1.0,
        new DecayPolicy(Optional.empty(), DecayPolicy.Aggregate.NONE),
        8,
        Solver.AUTO,
        0.5,
        Serving.STORED,
        Optional.empty(),
        RatingBiases.LEARNT);
  }

  /**
   * Where item rows are kept from night to night: with blocks on executors, else in the driver,
   * which every other solver needs them in.
   */
  Place placeOfItems() {
    return solver == Solver.BLOCKS ? Place.EXECUTORS : Place.DRIVER;
  }

  /** The same with another regularisation. */
  public AlsHyperparameters withRegParam(double other) {
    return new AlsHyperparameters(
        rank,
        maxIter,
        nightlySweeps,
        other,
        regScaling,
        implicitPrefs,
        alpha,
        confidence,
        unobservedWeight,
        decay,
        numBlocks,
        solver,
        initialScale,
        serving,
        itemHalfLife,
        biases);
  }

  /** The same with another decay of events. */
  public AlsHyperparameters with(DecayPolicy other) {
    return new AlsHyperparameters(
        rank,
        maxIter,
        nightlySweeps,
        regParam,
        regScaling,
        implicitPrefs,
        alpha,
        confidence,
        unobservedWeight,
        other,
        numBlocks,
        solver,
        initialScale,
        serving,
        itemHalfLife,
        biases);
  }

  /** With users as the version keeps them. */
  public AlsHyperparameters(
      int rank,
      int maxIter,
      int nightlySweeps,
      double regParam,
      RegScaling regScaling,
      boolean implicitPrefs,
      double alpha,
      Confidence confidence,
      double unobservedWeight,
      DecayPolicy decay,
      int numBlocks,
      Solver solver,
      double initialScale) {
    this(
        rank,
        maxIter,
        nightlySweeps,
        regParam,
        regScaling,
        implicitPrefs,
        alpha,
        confidence,
        unobservedWeight,
        decay,
        numBlocks,
        solver,
        initialScale,
        Serving.STORED,
        Optional.empty(),
        RatingBiases.NONE);
  }

  /** The same with another way of serving users. */
  public AlsHyperparameters with(Serving other) {
    return new AlsHyperparameters(
        rank,
        maxIter,
        nightlySweeps,
        regParam,
        regScaling,
        implicitPrefs,
        alpha,
        confidence,
        unobservedWeight,
        decay,
        numBlocks,
        solver,
        initialScale,
        other,
        itemHalfLife,
        biases);
  }

  /** The same with another half-life of items that nobody takes. */
  public AlsHyperparameters withItemHalfLife(Optional<Duration> other) {
    return new AlsHyperparameters(
        rank,
        maxIter,
        nightlySweeps,
        regParam,
        regScaling,
        implicitPrefs,
        alpha,
        confidence,
        unobservedWeight,
        decay,
        numBlocks,
        solver,
        initialScale,
        serving,
        other,
        biases);
  }

  /** The parameters that make a difference to a model learnt from scratch. */
  AlsHyperparameters first() {
    return new AlsHyperparameters(
        rank,
        maxIter,
        1,
        regParam,
        regScaling,
        implicitPrefs,
        alpha,
        confidence,
        unobservedWeight,
        decay,
        numBlocks,
        solver,
        initialScale,
        Serving.STORED,
        Optional.empty(),
        biases);
  }

  /** The parameters with which users are solved when they are served. */
  public AlsHyperparameters served() {
    return new AlsHyperparameters(
        rank,
        maxIter,
        nightlySweeps,
        serving.regParam().orElse(regParam),
        regScaling,
        implicitPrefs,
        serving.alpha().orElse(alpha),
        serving.confidence().orElse(confidence),
        serving.unobservedWeight().orElse(unobservedWeight),
        decay,
        numBlocks,
        solver,
        initialScale,
        Serving.STORED,
        Optional.empty(),
        biases);
  }

  public AlsHyperparameters {
    Objects.requireNonNull(serving, "serving");
    Objects.requireNonNull(biases, "biases");
    if (biases.learnt() && (implicitPrefs || rank <= RatingBiases.COORDINATES)) {
      throw new IllegalArgumentException(
          "model.biases.learnt is for ratings of a rank above "
              + RatingBiases.COORDINATES
              + ", got implicitPrefs: "
              + implicitPrefs
              + " and rank: "
              + rank
              + ". Leave it out, or set it to false.");
    }
    if (itemHalfLife.isPresent()
        && (itemHalfLife.get().isNegative() || itemHalfLife.get().isZero())) {
      throw new IllegalArgumentException(
          "model.itemHalfLife must be longer than nothing, got " + itemHalfLife.get());
    }
    if (itemHalfLife.isPresent() && !implicitPrefs) {
      throw new IllegalArgumentException(
          "model.itemHalfLife is for signs of interest: a rating does not fade. Leave it out.");
    }
    if (serving.users() == Serving.Users.FRESH
        && (!implicitPrefs || serving.confidence().orElse(confidence) == Confidence.MLLIB)) {
      throw new IllegalArgumentException(
          "model.serving.users cannot be fresh with "
              + (implicitPrefs ? "confidence mllib" : "implicitPrefs: false")
              + ": histories keep how often, not what value. Leave it stored"
              + (implicitPrefs ? ", or set model.serving.confidence to log." : "."));
    }
    if (rank < 1 || rank > 512) {
      throw new IllegalArgumentException("model.rank must lie between 1 and 512, got " + rank);
    }
    if (maxIter < 1 || nightlySweeps < 1) {
      throw new IllegalArgumentException(
          "model.maxIter and model.nightlySweeps must be at least 1, got "
              + maxIter
              + " and "
              + nightlySweeps);
    }
    if (!(regParam >= 0) || !(alpha >= 0) || !(unobservedWeight >= 0) || !(initialScale > 0)) {
      throw new IllegalArgumentException(
          "model.regParam, alpha and unobservedWeight must be 0 or more and initialScale positive,"
              + " got "
              + regParam
              + ", "
              + alpha
              + ", "
              + unobservedWeight
              + ", "
              + initialScale);
    }
    if (numBlocks < 1) {
      throw new IllegalArgumentException("model.numBlocks must be at least 1, got " + numBlocks);
    }
  }
}
