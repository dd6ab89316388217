package io.perennial.model.als;

import io.perennial.Progress;
import io.perennial.TestSession;
import io.perennial.distillation.DistillationOptions;
import io.perennial.model.TrainingTask;
import io.perennial.model.als.AlsHyperparameters.Solver;
import io.perennial.model.kernel.Kernel;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.function.IntConsumer;
import org.apache.spark.ml.recommendation.ALS;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;

/**
 * Prints how fast the kernels and the engines are: GFLOP/s of the Gram product, and seconds a sweep
 * over random pairs for both engines and for Spark's own ALS. Arguments: number of pairs (default
 * 1,000,000), then ranks (default 32 64).
 */
public final class AlsTimings {
  private AlsTimings() {}

  /** Prints one line a figure. */
  public static void main(String[] args) {
    gram(Kernel.active(), "vector");
    gram(Kernel.scalar(), "scalar");
    long pairs = args.length > 0 ? Long.parseLong(args[0]) : 1_000_000;
    Dataset<Row> events =
        TestSession.get()
            .range(0, pairs, 1, 2)
            .select(
                functions.floor(functions.rand(1).multiply(50_000)).cast("int").as("user_index"),
                functions
                    .floor(functions.pow(functions.rand(2), 2.0).multiply(10_000))
                    .cast("int")
                    .as("item_index"),
                functions.lit(1.0).as("value"),
                functions.lit("2024-01-01").cast("timestamp").as("event_time"),
                functions.lit("2024-01-01").cast("date").as("event_date"))
            .dropDuplicates("user_index", "item_index")
            .cache();
    print("%d distinct pairs, 50,000 users, 10,000 items", events.count());
    int[] ranks = {32, 64};
    if (args.length > 1) {
      ranks = new int[args.length - 1];
      for (int n = 0; n < ranks.length; n++) {
        ranks[n] = Integer.parseInt(args[n + 1]);
      }
    }
    for (int rank : ranks) {
      perSweep("local", rank, sweeps -> ours(events, rank, sweeps, Solver.LOCAL));
      perSweep("spark", rank, sweeps -> ours(events, rank, sweeps, Solver.SPARK));
      perSweep("mllib", rank, sweeps -> stock(events, rank, sweeps));
    }
    TestSession.get().stop();
  }

  private static void gram(Kernel kernel, String name) {
    int rank = 32;
    int rows = 200;
    Random random = new Random(1);
    float[] a = new float[rows * rank];
    for (int n = 0; n < a.length; n++) {
      a[n] = random.nextFloat();
    }
    float[] target = new float[rank * rank];
    double best = Double.MAX_VALUE;
    for (int round = 0; round < 40; round++) {
      long begin = System.nanoTime();
      for (int n = 0; n < 1000; n++) {
        kernel.gram(a, rows, rank, rank, target);
      }
      best = Math.min(best, (System.nanoTime() - begin) / 1000.0);
    }
    print(
        "gram 200 x 32, %s: %.1f us, %.1f GFLOP/s counted as a full product, check %.3f",
        name, best / 1000, 2.0 * rows * rank * rank / best, target[33]);
  }

  /** The difference between a short and a longer run, so that reading the events does not count. */
  private static void perSweep(String name, int rank, IntConsumer run) {
    run.accept(1);
    double few = seconds(() -> run.accept(1));
    double many = seconds(() -> run.accept(5));
    print(
        "rank %d, %s: %.3f s a sweep (one sweep in all %.2f s)", rank, name, (many - few) / 4, few);
  }

  private static double seconds(Runnable run) {
    long begin = System.nanoTime();
    run.run();
    return (System.nanoTime() - begin) / 1e9;
  }

  private static void ours(Dataset<Row> events, int rank, int sweeps, Solver solver) {
    AlsHyperparameters parameters = AlsParameters.mllib(rank, sweeps, 0.05, 2.0, true, solver);
    new AlsTrainer(parameters, DistillationOptions.DEFAULT)
        .train(
            new TrainingTask<>(
                events, Optional.empty(), Optional.empty(), Instant.EPOCH, 1, Progress.SILENT));
  }

  private static void stock(Dataset<Row> events, int rank, int sweeps) {
    new ALS()
        .setUserCol("user_index")
        .setItemCol("item_index")
        .setRatingCol("value")
        .setRank(rank)
        .setMaxIter(sweeps)
        .setRegParam(0.05)
        .setAlpha(2.0)
        .setImplicitPrefs(true)
        .setNumBlocks(3)
        .fit(events)
        .userFactors()
        .count();
  }

  private static void print(String format, Object... values) {
    System.out.println(String.format(Locale.ROOT, format, values));
  }
}
