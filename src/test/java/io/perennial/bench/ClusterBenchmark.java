package io.perennial.bench;

import io.perennial.cluster.SparkDistribution;
import io.perennial.cluster.StandaloneCluster;
import io.perennial.model.als.AlsHyperparameters.Solver;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * How the time of a sweep splits by stage on Spark standalone clusters of one and more workers, one
 * core each, started on loopback from Spark's own distribution: for both ways in which the solver
 * runs on Spark.
 */
public final class ClusterBenchmark {
  private static final long SEED = 7;
  private final Options options;
  private final Path spark;

  private ClusterBenchmark(Options options, Path spark) {
    this.options = options;
    this.spark = spark;
  }

  /** Runs the benchmark; see {@code bin/bench --help}. */
  public static void main(String[] arguments) throws Exception {
    Options options =
        Options.read(
            arguments, "pairs", "2m", "rank", "64", "sweeps", "4", "workers", "1,2", "memory",
            "2g");
    Path spark =
        SparkDistribution.home()
            .orElseThrow(() -> new IllegalStateException("python3 with venv is missing"));
    new ClusterBenchmark(options, spark).run();
    System.exit(0);
  }

  private void run() throws Exception {
    long pairs = options.number("pairs");
    System.out.printf(
        Locale.ROOT,
        "%,d pairs drawn of %,d users and %,d items, rank %d, executors of one core and %s on %s."
            + " Mean of the sweeps after the first of %d.%n%n",
        pairs,
        BenchmarkPairs.users(pairs),
        BenchmarkPairs.items(pairs),
        options.small("rank"),
        options.text("memory"),
        Machine.line(),
        options.small("sweeps"));
    System.out.println(
        "| workers | solver | stage | stages a sweep | s a stage | task s | shuffled, MB | to the"
            + " driver, MB |");
    System.out.println("|---|---|---|---|---|---|---|---|");
    for (int workers : options.numbers("workers")) {
      try (ScratchFolder folder = ScratchFolder.of(java.util.Optional.empty());
          StandaloneCluster cluster =
              new StandaloneCluster(spark, folder.path(), workers, options.text("memory"))) {
        SparkSession session = session(cluster, workers);
        try {
          for (Solver solver : new Solver[] {Solver.SPARK, Solver.BLOCKS}) {
            measure(session, workers, solver);
          }
        } finally {
          session.stop();
        }
      }
    }
  }

  private SparkSession session(StandaloneCluster cluster, int workers) {
    // Executors run on this machine, with this very class path.
    String classPath =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
            .map(part -> Path.of(part).toAbsolutePath().toString())
            .filter(part -> !part.contains("spark-") && Files.exists(Path.of(part)))
            .collect(Collectors.joining(File.pathSeparator));
    SparkSession session =
        SparkSession.builder()
            .master(cluster.master())
            .appName("perennial-bench")
            .config("spark.ui.enabled", "false")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.executor.extraClassPath", classPath)
            .config("spark.executor.memory", options.text("memory"))
            .config("spark.executor.cores", "1")
            .config("spark.cores.max", Integer.toString(workers))
            .config("spark.scheduler.minRegisteredResourcesRatio", "1.0")
            .config("spark.sql.shuffle.partitions", "8")
            .config("spark.default.parallelism", "8")
            .config("spark.sql.session.timeZone", "UTC")
            .getOrCreate();
    session.sparkContext().setLogLevel("ERROR");
    return session;
  }

  private void measure(SparkSession session, int workers, Solver solver) throws Exception {
    long pairs = options.number("pairs");
    Dataset<Row> events =
        BenchmarkPairs.random(
                session, pairs, BenchmarkPairs.users(pairs), BenchmarkPairs.items(pairs), SEED)
            .persist();
    events.count();
    StageClock clock = new StageClock();
    SweepClock sweeps = new SweepClock();
    int measured = options.small("sweeps") - 1;
    session.sparkContext().addSparkListener(clock);
    try {
      Training.scratch(
          events,
          Training.stock(options.small("rank"), options.small("sweeps"), solver),
          new FromSecondSweep(sweeps, session, clock));
      session.sparkContext().listenerBus().waitUntilEmpty(60_000);
    } finally {
      session.sparkContext().removeSparkListener(clock);
      events.unpersist();
    }
    for (Map.Entry<String, StageClock.Sums> stage : clock.stages().entrySet()) {
      StageClock.Sums sums = stage.getValue();
      print(
          workers,
          solver,
          stage.getKey(),
          (double) sums.count() / measured,
          sums.seconds(),
          sums.executorSeconds(),
          sums.shuffled(),
          sums.results());
    }
    double wall = sweeps.sweeps().stream().skip(1).mapToDouble(Cost::seconds).average().orElse(0);
    System.out.printf(
        Locale.ROOT,
        "| %d | %s | **a sweep** | | **%s** | | | |%n",
        workers,
        solver.name().toLowerCase(Locale.ROOT),
        Samples.digits(wall));
  }

  private static void print(int workers, Solver solver, String stage, double... figures) {
    System.out.printf(
        Locale.ROOT,
        "| %d | %s | %s | %s |%n",
        workers,
        solver.name().toLowerCase(Locale.ROOT),
        stage,
        Arrays.stream(figures).mapToObj(Samples::digits).collect(Collectors.joining(" | ")));
  }

  /** Lets the clock of stages begin after the first sweep, and end with the last. */
  private static final class FromSecondSweep implements io.perennial.Progress {
    private static final int FIRST = 3;
    private final SweepClock sweeps;
    private final SparkSession session;
    private final StageClock stages;
    private int steps;

    FromSecondSweep(SweepClock sweeps, SparkSession session, StageClock stages) {
      this.sweeps = sweeps;
      this.session = session;
      this.stages = stages;
    }

    @Override
    public void begin(String phase, long total) {
      sweeps.begin(phase, total);
    }

    @Override
    public void advance(long count) {
      sweeps.advance(count);
      if (++steps == FIRST) {
        try {
          session.sparkContext().listenerBus().waitUntilEmpty(60_000);
        } catch (java.util.concurrent.TimeoutException e) {
          throw new IllegalStateException("Spark's listeners are behind", e);
        }
        stages.forget();
      }
    }

    @Override
    public void end() {}
  }
}
