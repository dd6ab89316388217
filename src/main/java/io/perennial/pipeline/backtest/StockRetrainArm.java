package io.perennial.pipeline.backtest;

import static org.apache.spark.sql.functions.arrays_zip;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.lit;

import io.perennial.model.DatasetFactorTable;
import io.perennial.model.FactorRows;
import io.perennial.model.FamilyOptions;
import io.perennial.model.Scorer;
import io.perennial.model.als.AlsHyperparameters;
import io.perennial.model.history.HistoryBuilder;
import io.perennial.model.scoring.FactorScorer;
import java.time.ZoneId;
import org.apache.spark.ml.recommendation.ALS;
import org.apache.spark.ml.recommendation.ALSModel;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.storage.StorageLevel;

/**
 * Spark's own ALS from scratch, every night, on one rating a (user, item): the (decayed) count for
 * signs of interest, the last value for ratings. Its input is made and cached before its time
 * begins to count.
 */
final class StockRetrainArm implements Arm {
  private final String name;
  private final AlsHyperparameters parameters;
  private final HistoryBuilder histories;
  private final Stopwatch watch;
  private FactorRows users;
  private FactorRows items;

  /**
   * The arm of a pipeline.
   *
   * @throws ImpossibleBacktestException where the pipeline learns another family than ALS
   */
  static StockRetrainArm of(
      String name, FamilyOptions<?, ?> learner, ZoneId zone, Stopwatch watch) {
    if (learner.model() instanceof AlsHyperparameters parameters) {
      return new StockRetrainArm(name, parameters, zone, watch);
    }
    throw new ImpossibleBacktestException(
        "Cannot replay the arm "
            + name
            + ": it is ALS as Spark MLlib has it, and the model family "
            + learner.name()
            + " has no counterpart there. Leave it out of --arms.");
  }

  private StockRetrainArm(
      String name, AlsHyperparameters parameters, ZoneId zone, Stopwatch watch) {
    this.name = name;
    this.parameters = parameters;
    this.histories = new HistoryBuilder(parameters.decay(), zone);
    this.watch = watch;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Memory memory() {
    return Memory.LAST_NIGHT;
  }

  @Override
  public Retention retention() {
    return Retention.MEASURED;
  }

  @Override
  public void begin(ReplayedNight base) {
    learn(base);
  }

  @Override
  public Scorer scorer(Audience audience) {
    return new FactorScorer(
        new io.perennial.model.MemoryFactorTable(users).rows(audience.users()), items);
  }

  @Override
  public Learnt learn(ReplayedNight night) {
    Dataset<Row> ratings = ratings(night).persist(StorageLevel.MEMORY_AND_DISK());
    long rows = ratings.count();
    try {
      ALSModel model = watch.run(() -> algorithm(night.seed()).fit(ratings));
      users = rows(model.userFactors());
      items = rows(model.itemFactors());
      return new Learnt(watch.seconds(), rows);
    } finally {
      ratings.unpersist(false);
    }
  }

  private ALS algorithm(long seed) {
    return new ALS()
        .setUserCol("user")
        .setItemCol("item")
        .setRatingCol("rating")
        .setRank(parameters.rank())
        .setMaxIter(parameters.maxIter())
        .setRegParam(parameters.regParam())
        .setAlpha(parameters.alpha())
        .setImplicitPrefs(parameters.implicitPrefs())
        .setNumBlocks(parameters.numBlocks())
        .setSeed(seed);
  }

  /** Counts fade until the end of the night. */
  private Dataset<Row> ratings(ReplayedNight night) {
    Dataset<Row> pairs =
        histories
            .fromScratch(night.everything().get())
            .select(
                col("index").as("user"),
                explode(arrays_zip(col("items"), col("counts"), col("values"), col("last_times")))
                    .as("pair"));
    var rating = parameters.implicitPrefs() ? faded(night) : col("pair.values");
    return pairs.select(
        col("user"), col("pair.items").as("item"), rating.cast("float").as("rating"));
  }

  private org.apache.spark.sql.Column faded(ReplayedNight night) {
    var count = col("pair.counts");
    return parameters
        .decay()
        .halfLife()
        .map(
            half ->
                count.multiply(
                    org.apache.spark.sql.functions.pow(
                        lit(0.5),
                        lit(night.end().toEpochMilli())
                            .minus(col("pair.last_times"))
                            .divide(lit((double) half.toMillis())))))
        .orElse(count);
  }

  private FactorRows rows(Dataset<Row> factors) {
    return new DatasetFactorTable(
            factors.select(
                col("id").as("index"), col("features").as("factor"), lit(0f).as("event_count")),
            parameters.rank(),
            0)
        .all();
  }
}
