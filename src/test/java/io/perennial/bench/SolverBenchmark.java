package io.perennial.bench;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.floor;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.pow;
import static org.apache.spark.sql.functions.rand;

import io.perennial.Progress;
import io.perennial.TestSession;
import io.perennial.distillation.DistillationOptions;
import io.perennial.model.TrainingTask;
import io.perennial.model.als.AlsHyperparameters;
import io.perennial.model.als.AlsHyperparameters.Solver;
import io.perennial.model.als.AlsModel;
import io.perennial.model.als.AlsTrainer;
import io.perennial.model.history.DatasetHistoryTable;
import io.perennial.model.history.DecayPolicy;
import io.perennial.model.history.HistoryBuilder;
import io.perennial.model.history.HistoryTable;
import io.perennial.model.kernel.Kernel;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.IntConsumer;
import org.apache.spark.ml.recommendation.ALS;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Seconds of a sweep and of a night, ours beside Spark MLlib's ALS on the same cached pairs, in one
 * run. Pairs are random, a fiftieth as many users and a two-hundredth as many items as pairs, items
 * with a squared popularity.
 *
 * <p>A sweep is the difference between a run of three sweeps and a run of one, by two, so that
 * reading does not count. Beside it stands the time that its floating-point work needs at the rate
 * which the Gram kernel reaches alone on every processor. MLlib runs with the number of blocks that
 * is best for it among those tried.
 */
public final class SolverBenchmark {
  private static final double REG_PARAM = 0.05;
  private static final double ALPHA = 2;
  private static final int NIGHT = 20_000;
  private static final int NIGHTLY_ITERATIONS = 10;
  private static final int[] BLOCKS = {2, 4, 10};

  private final SparkSession spark;
  private final int runs;
  private final Dataset<Row> pairs;
  private final long count;
  private final int users;
  private final int items;

  private SolverBenchmark(SparkSession spark, long wanted, int runs) {
    this.spark = spark;
    this.runs = runs;
    this.users = (int) Math.max(100, wanted / 50);
    this.items = (int) Math.max(50, wanted / 200);
    this.pairs = pairs(wanted, 1).cache();
    this.count = pairs.count();
  }

  /**
   * Runs the benchmark.
   *
   * @param arguments number of pairs, of measured runs, and the ranks
   */
  public static void main(String[] arguments) {
    if (arguments.length < 3) {
      System.err.println("Arguments: PAIRS RUNS RANK…, say 10000000 3 32 64 128");
      System.exit(2);
    }
    SolverBenchmark benchmark =
        new SolverBenchmark(
            TestSession.get(), Long.parseLong(arguments[0]), Integer.parseInt(arguments[1]));
    print(
        "%d pairs, %d users, %d items, %d processors, heap %d MB, seconds: least / median of %d",
        benchmark.count,
        benchmark.users,
        benchmark.items,
        Runtime.getRuntime().availableProcessors(),
        Runtime.getRuntime().maxMemory() >> 20,
        benchmark.runs);
    print("");
    print(
        "| rank | arithmetic alone | a sweep, driver | a sweep, Spark | a sweep, MLlib |"
            + " MLlib ÷ driver | night of %d | full retrain ÷ night | MLlib's ÷ night |",
        NIGHT);
    print("|---|---|---|---|---|---|---|---|---|");
    for (String rank : Arrays.asList(arguments).subList(2, arguments.length)) {
      benchmark.measure(Integer.parseInt(rank));
    }
    System.exit(0);
  }

  private Dataset<Row> pairs(long wanted, long seed) {
    return spark
        .range(0, wanted, 1, 2)
        .select(
            floor(rand(seed).multiply(users)).cast("int").as("user_index"),
            floor(pow(rand(seed + 1), 2.0).multiply(items)).cast("int").as("item_index"),
            lit(1.0).as("value"),
            lit("2024-01-01").cast("timestamp").as("event_time"),
            lit("2024-01-01").cast("date").as("event_date"))
        .dropDuplicates("user_index", "item_index");
  }

  private void measure(int rank) {
    double arithmetic = arithmetic(rank);
    Seconds local = perSweep(sweeps -> scratch(rank, sweeps, Solver.LOCAL));
    Seconds distributed = perSweep(sweeps -> scratch(rank, sweeps, Solver.SPARK));
    Seconds stock = stock(rank);
    Seconds retrain = seconds(() -> scratch(rank, NIGHTLY_ITERATIONS, Solver.LOCAL));
    Seconds night = night(rank);
    print(
        "| %d | %.2f | %s | %s | %s | %.1f | %s | %.0f | %.0f |",
        rank,
        arithmetic,
        local,
        distributed,
        stock,
        stock.median() / local.median(),
        night,
        retrain.median() / night.median(),
        NIGHTLY_ITERATIONS * stock.median() / night.median());
  }

  /** What a sweep's Gram products and solutions need at the kernel's own rate. */
  private double arithmetic(int rank) {
    int rows = 64;
    int stride = Kernel.stride(rank);
    float[] a = new float[rows * stride];
    Arrays.fill(a, 0.5f);
    float[] target = new float[stride * stride];
    Kernel kernel = Kernel.active();
    double best = Double.MAX_VALUE;
    for (int round = 0; round < 30; round++) {
      long begin = System.nanoTime();
      for (int n = 0; n < 500; n++) {
        kernel.gram(a, a, rows, stride, target);
      }
      best = Math.min(best, (System.nanoTime() - begin) / 1e9 / 500);
    }
    // A multiplication and an addition for each cell of the upper triangle.
    double rate = (double) rows * rank * (rank + 1) / best;
    double grams = 2.0 * count * rank * (rank + 1);
    double solutions = ((double) users + items) * rank * rank * rank / 3;
    return (grams + solutions) / rate / Runtime.getRuntime().availableProcessors();
  }

  private AlsModel scratch(int rank, int sweeps, Solver solver) {
    AlsModel model =
        new AlsTrainer(parameters(rank, sweeps, solver), DistillationOptions.DEFAULT)
            .train(
                new TrainingTask<>(
                    pairs, Optional.empty(), Optional.empty(), Instant.EPOCH, 1, Progress.SILENT));
    model.users().size();
    return model;
  }

  private static AlsHyperparameters parameters(int rank, int sweeps, Solver solver) {
    AlsHyperparameters stock = AlsHyperparameters.mllib();
    return new AlsHyperparameters(
        rank,
        sweeps,
        1,
        REG_PARAM,
        stock.regScaling(),
        true,
        ALPHA,
        stock.confidence(),
        stock.unobservedWeight(),
        new DecayPolicy(Optional.empty(), DecayPolicy.Aggregate.NONE),
        stock.numBlocks(),
        solver,
        stock.initialScale());
  }

  private Seconds stock(int rank) {
    int best = BLOCKS[0];
    double least = Double.MAX_VALUE;
    for (int blocks : BLOCKS) {
      double seconds = difference(sweeps -> mllib(rank, sweeps, blocks));
      if (seconds < least) {
        least = seconds;
        best = blocks;
      }
    }
    int chosen = best;
    return perSweep(sweeps -> mllib(rank, sweeps, chosen));
  }

  private void mllib(int rank, int sweeps, int blocks) {
    new ALS()
        .setUserCol("user_index")
        .setItemCol("item_index")
        .setRatingCol("value")
        .setRank(rank)
        .setMaxIter(sweeps)
        .setRegParam(REG_PARAM)
        .setAlpha(ALPHA)
        .setImplicitPrefs(true)
        .setNumBlocks(blocks)
        .fit(pairs)
        .userFactors()
        .count();
  }

  /** A night on top of a model of all pairs, users exact on their history. */
  private Seconds night(int rank) {
    AlsModel parent = scratch(rank, 1, Solver.LOCAL);
    DecayPolicy alike = new DecayPolicy(Optional.empty(), DecayPolicy.Aggregate.NONE);
    Dataset<Row> history =
        new HistoryBuilder(alike, ZoneOffset.UTC)
            .fromScratch(pairs)
            .repartitionByRange(8, col("index"))
            .cache();
    history.count();
    HistoryTable table = new DatasetHistoryTable(history);
    Dataset<Row> fresh = pairs(NIGHT, 77).cache();
    fresh.count();
    AlsTrainer trainer =
        new AlsTrainer(parameters(rank, 1, Solver.AUTO), DistillationOptions.DEFAULT);
    Seconds seconds =
        seconds(
            () ->
                trainer.train(
                    new TrainingTask<>(
                        fresh,
                        Optional.of(parent),
                        Optional.of(table),
                        Instant.EPOCH,
                        1,
                        Progress.SILENT)));
    fresh.unpersist();
    history.unpersist();
    return seconds;
  }

  private Seconds perSweep(IntConsumer run) {
    run.accept(1);
    double[] all = new double[runs];
    for (int n = 0; n < runs; n++) {
      all[n] = difference(run);
    }
    return new Seconds(all);
  }

  private static double difference(IntConsumer run) {
    double few = once(() -> run.accept(1));
    double many = once(() -> run.accept(3));
    return (many - few) / 2;
  }

  private Seconds seconds(Runnable run) {
    List<Double> all = new ArrayList<>();
    run.run();
    for (int n = 0; n < runs; n++) {
      all.add(once(run));
    }
    return new Seconds(all.stream().mapToDouble(Double::doubleValue).toArray());
  }

  private static double once(Runnable run) {
    long begin = System.nanoTime();
    run.run();
    return (System.nanoTime() - begin) / 1e9;
  }

  /** Some measurements of one thing. */
  private record Seconds(double[] values) {
    Seconds {
      values = values.clone();
      Arrays.sort(values);
    }

    double median() {
      int middle = values.length / 2;
      return values.length % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
    }

    @Override
    public String toString() {
      return String.format(Locale.ROOT, "%.2f / %.2f", values[0], median());
    }
  }

  private static void print(String format, Object... values) {
    System.out.println(String.format(Locale.ROOT, format, values));
  }
}
