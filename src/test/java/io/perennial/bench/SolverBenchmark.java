package io.perennial.bench;

import static org.apache.spark.sql.functions.col;

import io.perennial.Progress;
import io.perennial.TestSession;
import io.perennial.distillation.DistillationOptions;
import io.perennial.evaluation.EvaluationOptions;
import io.perennial.evaluation.EvaluationWindow;
import io.perennial.evaluation.UserCase;
import io.perennial.evaluation.WindowBuilder;
import io.perennial.model.TrainingTask;
import io.perennial.model.als.AlsHyperparameters.Solver;
import io.perennial.model.als.AlsModel;
import io.perennial.model.als.AlsTrainer;
import io.perennial.model.blend.RankedBy;
import io.perennial.model.history.DatasetHistoryTable;
import io.perennial.model.history.DecayPolicy;
import io.perennial.model.history.HistoryBuilder;
import io.perennial.model.history.HistoryTable;
import io.perennial.model.history.InteractionHistory;
import io.perennial.model.history.ItemStatistics;
import io.perennial.model.history.ItemStatisticsBuilder;
import io.perennial.model.kernel.Kernel;
import io.perennial.pipeline.NightBlend;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.spark.ml.recommendation.ALS;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Seconds of a sweep and of a night, ours beside Spark MLlib's ALS on the same cached pairs, in one
 * run. Pairs are random, a fiftieth as many users and a two-hundredth as many items as pairs, items
 * with a squared popularity.
 *
 * <p>Our sweeps are timed one by one as the trainer reports them; MLlib reports none, so its sweep
 * is the difference between a run of one and a run of several more, shared out among these, with
 * the number of blocks that is best for it among those tried. Beside them stands the time that the
 * floating-point work of a sweep needs at the rate which the Gram kernel reaches on all processors
 * at once.
 */
public final class SolverBenchmark {
  private static final int NIGHT = 20_000;
  private static final int NIGHTLY_ITERATIONS = 10;
  private static final int EARLIER_NIGHTS = 3;

  private final SparkSession spark;
  private final int runs;
  private final int sweeps;
  private final int[] blocks;
  private final Dataset<Row> pairs;
  private final long count;
  private final int users;
  private final int items;

  private SolverBenchmark(SparkSession spark, Options options) {
    long wanted = options.number("pairs");
    this.spark = spark;
    this.runs = options.small("runs");
    this.sweeps = options.small("sweeps");
    this.blocks = options.numbers("blocks");
    this.users = BenchmarkPairs.users(wanted);
    this.items = BenchmarkPairs.items(wanted);
    this.pairs = BenchmarkPairs.random(spark, wanted, users, items, 1).cache();
    this.count = pairs.count();
  }

  /** Runs the benchmark; see {@code bin/bench --help}. */
  public static void main(String[] arguments) {
    Options options =
        Options.read(
            arguments,
            "pairs",
            "10m",
            "runs",
            "3",
            "ranks",
            "32,64,128",
            "sweeps",
            "5",
            "blocks",
            "2,4,10");
    SolverBenchmark benchmark = new SolverBenchmark(TestSession.compiled(), options);
    print(
        "%,d pairs, %,d users, %,d items on %s. Seconds: least / median of %d runs, of %d sweeps"
            + " each.",
        benchmark.count,
        benchmark.users,
        benchmark.items,
        Machine.line(),
        benchmark.runs,
        benchmark.sweeps);
    print("");
    print(
        "| rank | arithmetic alone | a sweep, driver | driver ÷ arithmetic | a sweep, Spark |"
            + " a sweep, MLlib | MLlib ÷ driver | MLlib ÷ Spark | full retrain | night of %,d: learning |"
            + " its blend | full retrain ÷ night | MLlib's ÷ night |",
        NIGHT);
    print("|---|---|---|---|---|---|---|---|---|---|---|---|---|");
    for (int rank : options.numbers("ranks")) {
      benchmark.measure(rank);
    }
    System.exit(0);
  }

  private void measure(int rank) {
    double arithmetic = arithmetic(rank);
    Samples local = sweeps(rank, Solver.LOCAL);
    Samples distributed = sweeps(rank, Solver.SPARK);
    Samples retrain = seconds(() -> scratch(rank, NIGHTLY_ITERATIONS, Solver.LOCAL));
    NightCosts night = night(rank);
    // Last: afterwards this JVM does the blend's arithmetic several times more slowly.
    Samples stock = stock(rank);
    print(
        "| %d | %s | %s | %.2f / %.2f | %s | %s | %.1f | %.1f | %s | %s | %s | %.0f | %.0f |",
        rank,
        Samples.digits(arithmetic),
        local,
        local.least() / arithmetic,
        local.median() / arithmetic,
        distributed,
        stock,
        stock.median() / local.median(),
        stock.median() / distributed.median(),
        retrain,
        night.learning(),
        night.blending(),
        retrain.median() / night.both().median(),
        NIGHTLY_ITERATIONS * stock.median() / night.both().median());
  }

  /** What a sweep's Gram products and solutions need at the kernel's own rate. */
  private double arithmetic(int rank) {
    double rate =
        IntStream.range(0, Machine.processors()).parallel().mapToDouble(n -> gramRate(rank)).sum();
    // A multiplication and an addition for each cell of the upper triangle, on either side.
    double grams = 2.0 * count * rank * (rank + 1);
    double solutions = ((double) users + items) * rank * rank * rank / 3;
    return (grams + solutions) / rate;
  }

  /** Floating-point operations a second of one thread; those below the diagonal do not count. */
  private static double gramRate(int rank) {
    int rows = 64;
    int stride = Kernel.stride(rank);
    float[] a = new float[rows * stride];
    Arrays.fill(a, 0.5f);
    float[] target = new float[stride * stride];
    Kernel kernel = Kernel.active();
    double best = Double.MAX_VALUE;
    for (int round = 0; round < 60; round++) {
      long begin = System.nanoTime();
      for (int n = 0; n < 500; n++) {
        kernel.gram(a, rows, stride, rank, target);
      }
      best = Math.min(best, (System.nanoTime() - begin) / 1e9 / 500);
    }
    return (double) rows * rank * (rank + 1) / best;
  }

  private AlsModel scratch(int rank, int number, Solver solver) {
    return Training.scratch(pairs, Training.stock(rank, number, solver));
  }

  /** Each sweep of each run, after a run that warms up. */
  private Samples sweeps(int rank, Solver solver) {
    scratch(rank, 2, solver);
    List<Double> seconds = new ArrayList<>();
    for (int n = 0; n < runs; n++) {
      SweepClock clock = new SweepClock();
      Training.scratch(pairs, Training.stock(rank, sweeps, solver), clock);
      clock.sweeps().forEach(sweep -> seconds.add(sweep.seconds()));
    }
    return new Samples(seconds.stream().mapToDouble(Double::doubleValue).toArray());
  }

  private Samples stock(int rank) {
    mllib(rank, 1, blocks[0]);
    int chosen = blocks.length == 1 ? blocks[0] : bestBlocks(rank);
    System.err.printf(Locale.ROOT, "rank %d: MLlib has %d blocks%n", rank, chosen);
    return new Samples(
        IntStream.range(0, runs).mapToDouble(n -> stockSweep(rank, chosen, sweeps)).toArray());
  }

  private int bestBlocks(int rank) {
    int best = blocks[0];
    double least = Double.MAX_VALUE;
    for (int number : blocks) {
      double seconds = stockSweep(rank, number, 2);
      if (seconds < least) {
        least = seconds;
        best = number;
      }
    }
    return best;
  }

  private double stockSweep(int rank, int number, int more) {
    Cost few = Cost.of(() -> mllib(rank, 1, number));
    return Cost.of(() -> mllib(rank, 1 + more, number)).less(few, more).seconds();
  }

  private void mllib(int rank, int number, int inBlocks) {
    new ALS()
        .setUserCol("user_index")
        .setItemCol("item_index")
        .setRatingCol("value")
        .setRank(rank)
        .setMaxIter(number)
        .setRegParam(Training.REG_PARAM)
        .setAlpha(Training.ALPHA)
        .setImplicitPrefs(true)
        .setNumBlocks(inBlocks)
        .fit(pairs)
        .userFactors()
        .count();
  }

  /** What a night takes to learn its pairs, and to learn the blend from them. */
  private record NightCosts(Samples learning, Samples blending, Samples both) {}

  /**
   * A night on top of a model of all pairs, users exact on their history, and the blend, which
   * earlier nights have taught, fitted to the night. The window whose users the blend looks at is
   * there: a night measures on it.
   */
  private NightCosts night(int rank) {
    AlsModel parent = scratch(rank, 1, Solver.LOCAL);
    DecayPolicy alike = new DecayPolicy(Optional.empty(), DecayPolicy.Aggregate.NONE);
    Dataset<Row> history =
        new HistoryBuilder(alike, ZoneOffset.UTC)
            .fromScratch(pairs)
            .repartitionByRange(8, col("index"))
            .cache();
    history.count();
    HistoryTable table = new DatasetHistoryTable(history);
    Dataset<Row> fresh = BenchmarkPairs.random(spark, NIGHT, users, items, 77).cache();
    fresh.count();
    ItemStatistics statistics =
        new ItemStatisticsBuilder(alike.aggregate())
            .after(ItemStatistics.NONE, pairs, InteractionHistory.empty());
    EvaluationWindow window = window(fresh, table, alike, statistics);
    AlsTrainer trainer =
        new AlsTrainer(Training.stock(rank, 1, Solver.AUTO), DistillationOptions.DEFAULT);
    TrainingTask<AlsModel> task =
        new TrainingTask<>(
            fresh, Optional.of(parent), Optional.of(table), Instant.EPOCH, 1, Progress.SILENT);
    NightBlend blend = NightBlend.untaught(RankedBy.BLEND, 1);
    for (int n = 1; n <= EARLIER_NIGHTS; n++) {
      Dataset<Row> earlier = BenchmarkPairs.random(spark, NIGHT, users, items, 77 + n);
      blend = taught(blend, parent, window(earlier, table, alike, statistics), statistics);
    }
    NightBlend before = blend;
    double[] learning = new double[runs];
    double[] blending = new double[runs];
    double[] both = new double[runs];
    for (int n = -2; n < runs; n++) {
      double first = Cost.of(() -> trainer.train(task)).seconds();
      double second = Cost.of(() -> taught(before, parent, window, statistics)).seconds();
      if (n >= 0) {
        learning[n] = first;
        blending[n] = second;
        both[n] = first + second;
      }
    }
    fresh.unpersist();
    history.unpersist();
    return new NightCosts(new Samples(learning), new Samples(blending), new Samples(both));
  }

  private static EvaluationWindow window(
      Dataset<Row> night, HistoryTable history, DecayPolicy decay, ItemStatistics statistics) {
    return new WindowBuilder(EvaluationOptions.DEFAULT.maximalUsers(), decay, 1)
        .build(
            "night",
            night,
            Optional.of(history),
            Optional.empty(),
            Optional.of(statistics),
            Instant.EPOCH);
  }

  private static NightBlend taught(
      NightBlend blend, AlsModel model, EvaluationWindow window, ItemStatistics statistics) {
    int[] shoppers = window.cases().stream().mapToInt(UserCase::user).toArray();
    return blend.after(model.scorer(shoppers), model::items, window, statistics, Instant.EPOCH);
  }

  private Samples seconds(Runnable run) {
    run.run();
    return new Samples(IntStream.range(0, runs).mapToDouble(n -> Cost.of(run).seconds()).toArray());
  }

  private static void print(String format, Object... values) {
    System.out.println(String.format(Locale.ROOT, format, values));
  }
}
