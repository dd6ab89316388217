package io.perennial.bench;

import static org.apache.spark.sql.functions.col;

import io.perennial.TestSession;
import io.perennial.model.FactorRows;
import io.perennial.model.als.AlsHyperparameters;
import io.perennial.model.als.AlsHyperparameters.Solver;
import io.perennial.model.als.AlsModel;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Processor seconds of a sweep, and NDCG@20 by processor seconds, of our solver in the driver and
 * of the Python library {@code implicit} (conjugate gradients, in C++) on the same pairs, in one
 * run. Both models of UCI Online Retail are scored by the same Python code on days that neither has
 * learnt.
 */
public final class ImplicitBenchmark {
  /** Quality is measured at the end of the base period of the backtests. */
  private static final int BASE_DAYS = 200;

  private static final int SWEEPS = 5;
  private final SparkSession spark;
  private final Options options;
  private final Path folder;
  private final int runs;

  private ImplicitBenchmark(SparkSession spark, Options options, Path folder) {
    this.spark = spark;
    this.options = options;
    this.folder = folder;
    this.runs = options.small("runs");
  }

  /** Pairs of one data set, in Spark and in a file. */
  private record Data(String name, Dataset<Row> pairs, Path file, int users, int items) {}

  /** A model after so many sweeps. */
  private record Quality(double processorSeconds, double ndcg) {}

  /** Runs the benchmark; see {@code bin/bench --help}. */
  public static void main(String[] arguments) throws IOException {
    Options options =
        Options.read(
            arguments,
            "python",
            "python3",
            "script",
            "src/test/python/implicit_bench.py",
            "pairs",
            "10m",
            "runs",
            "3",
            "ranks",
            "32,64,128",
            "sweeps",
            "1,2,3,5,10,15",
            "days",
            "14",
            "data",
            "",
            "folder",
            "");
    try (ScratchFolder folder = ScratchFolder.of(options.optional("folder"))) {
      new ImplicitBenchmark(TestSession.compiled(), options, folder.path()).run();
    }
    System.exit(0);
  }

  private void run() throws IOException {
    System.out.printf("implicit 0.7.2, 2 threads, beside ours on %s.%n%n", Machine.line());
    System.out.printf("Seconds of a sweep, least / median of %d runs of %d.%n%n", runs, SWEEPS);
    System.out.println(
        "| pairs | rank | implicit, processor s | ours, processor s | ours ÷ implicit |"
            + " implicit, clock s | ours, clock s |");
    System.out.println("|---|---|---|---|---|---|---|");
    Optional<Path> shop = BenchmarkPairs.onlineRetail(options.optional("data"));
    if (shop.isPresent()) {
      Dataset<Row> purchases = BenchmarkPairs.purchases(spark, shop.get()).cache();
      sweeps(data("Online Retail", BenchmarkPairs.counted(purchases)));
      sweeps(generated());
      quality(purchases);
    } else {
      sweeps(generated());
    }
  }

  private Data generated() throws IOException {
    long wanted = options.number("pairs");
    return data(
        "generated",
        BenchmarkPairs.random(
            spark, wanted, BenchmarkPairs.users(wanted), BenchmarkPairs.items(wanted), 1));
  }

  private void sweeps(Data data) throws IOException {
    for (int rank : options.numbers("ranks")) {
      Cost[] theirs =
          python("sweeps", data.file(), data.users(), data.items(), rank, runs, SWEEPS).stream()
              .map(line -> new Cost(number(line, 0), number(line, 1)))
              .toArray(Cost[]::new);
      AlsHyperparameters parameters = Training.stock(rank, SWEEPS, Solver.LOCAL);
      Training.scratch(data.pairs(), parameters);
      List<Cost> costs = new ArrayList<>();
      for (int run = 0; run < runs; run++) {
        SweepClock clock = new SweepClock();
        Training.scratch(data.pairs(), parameters, clock);
        costs.addAll(clock.sweeps());
      }
      Cost[] ours = costs.toArray(Cost[]::new);
      ToDoubleFunction<Cost> processor = Cost::processorSeconds;
      System.out.printf(
          Locale.ROOT,
          "| %s, %,d | %d | %s | %s | %.2f | %s | %s |%n",
          data.name(),
          data.pairs().count(),
          rank,
          Cost.samples(theirs, processor),
          Cost.samples(ours, processor),
          Cost.samples(ours, processor).median() / Cost.samples(theirs, processor).median(),
          Cost.samples(theirs, Cost::seconds),
          Cost.samples(ours, Cost::seconds));
    }
    data.pairs().unpersist();
  }

  private void quality(Dataset<Row> purchases) throws IOException {
    int days = options.small("days");
    Data all = data("all", BenchmarkPairs.counted(purchases));
    Data train = data("train", purchases, 0, BASE_DAYS - days);
    Data test = data("test", purchases, BASE_DAYS - days, BASE_DAYS);
    Data earlier = data("earlier", purchases, 0, BASE_DAYS - 2 * days);
    Data later = data("later", purchases, BASE_DAYS - 2 * days, BASE_DAYS - days);
    int[] marked = options.numbers("sweeps");
    System.out.printf(
        "%nNDCG@20 of the returning users of the days %d to %d, after so many sweeps over the days"
            + " before; alpha and regularisation of implicit chosen on the %d days before those,"
            + " ours the preset without decay.%n%n",
        BASE_DAYS - days, BASE_DAYS - 1, days);
    System.out.println(
        "| rank | sweeps | implicit, processor s | implicit, NDCG@20 | ours, processor s | ours,"
            + " NDCG@20 |");
    System.out.println("|---|---|---|---|---|---|");
    for (int rank : options.numbers("ranks")) {
      List<String> lines =
          python(
              "quality",
              train.file(),
              test.file(),
              earlier.file(),
              later.file(),
              all.users(),
              all.items(),
              rank,
              options.text("sweeps"));
      System.err.printf("Rank %d of implicit: %s%n", rank, lines.get(0).replace('\t', ' '));
      TreeMap<Integer, Quality> theirs = new TreeMap<>();
      for (String line : lines.subList(1, lines.size())) {
        theirs.put((int) number(line, 0), new Quality(number(line, 1), number(line, 2)));
      }
      TreeMap<Integer, Quality> ours = ours(purchases, train, test, all, rank, marked);
      for (int n : marked) {
        System.out.printf(
            Locale.ROOT,
            "| %d | %d | %s | %.4f | %s | %.4f |%n",
            rank,
            n,
            Samples.digits(theirs.get(n).processorSeconds()),
            theirs.get(n).ndcg(),
            Samples.digits(ours.get(n).processorSeconds()),
            ours.get(n).ndcg());
      }
      double level = Math.min(best(theirs), best(ours));
      System.out.printf(
          Locale.ROOT,
          "| %d | to %.4f | %s | | %s | |%n",
          rank,
          level,
          reaching(theirs, level),
          reaching(ours, level));
    }
  }

  private TreeMap<Integer, Quality> ours(
      Dataset<Row> purchases, Data train, Data test, Data all, int rank, int[] marked)
      throws IOException {
    Dataset<Row> events = purchases.where(col("day").lt(BASE_DAYS - options.small("days"))).cache();
    Training.scratch(events, Training.preset(rank, SWEEPS));
    List<Object> arguments =
        new ArrayList<>(
            List.of("score", train.file(), test.file(), all.users(), all.items(), rank));
    double[] seconds = new double[marked.length];
    for (int n = 0; n < marked.length; n++) {
      double[] several = new double[runs];
      AlsModel model = null;
      for (int run = 0; run < runs; run++) {
        SweepClock clock = new SweepClock();
        model = Training.scratch(events, Training.preset(rank, marked[n]), clock);
        several[run] = clock.sweeps().stream().mapToDouble(Cost::processorSeconds).sum();
      }
      seconds[n] = new Samples(several).median();
      Path prefix = folder.resolve("ours-" + rank + "-" + marked[n]);
      write(Path.of(prefix + ".users"), model.users().all(), all.users());
      write(Path.of(prefix + ".items"), model.items(), all.items());
      arguments.add(prefix);
    }
    List<String> scores = python(arguments.toArray());
    TreeMap<Integer, Quality> ours = new TreeMap<>();
    for (int n = 0; n < marked.length; n++) {
      ours.put(marked[n], new Quality(seconds[n], number(scores.get(n), 0)));
    }
    events.unpersist();
    return ours;
  }

  private static double best(TreeMap<Integer, Quality> qualities) {
    return qualities.values().stream().mapToDouble(Quality::ndcg).max().orElseThrow();
  }

  /** Least seconds with at least this NDCG@20. */
  private static String reaching(TreeMap<Integer, Quality> qualities, double level) {
    double seconds =
        qualities.values().stream()
            .filter(quality -> quality.ndcg() >= level)
            .mapToDouble(Quality::processorSeconds)
            .min()
            .orElseThrow();
    return Samples.digits(seconds);
  }

  private Data data(String name, Dataset<Row> purchases, int from, int to) throws IOException {
    return data(
        name, BenchmarkPairs.counted(purchases.where(col("day").geq(from).and(col("day").lt(to)))));
  }

  private Data data(String name, Dataset<Row> pairs) throws IOException {
    Dataset<Row> cached = pairs.cache();
    PairFile file = PairFile.write(cached, folder.resolve(name.replace(' ', '-') + ".pairs"));
    return new Data(name, cached, file.path(), file.users(), file.items());
  }

  /** Dense rows; zeros where there is none. */
  private static void write(Path file, FactorRows rows, int count) throws IOException {
    ByteBuffer row = ByteBuffer.allocate(4 * rows.rank()).order(ByteOrder.LITTLE_ENDIAN);
    try (DataOutputStream out = buffered(file)) {
      for (int n = 0; n < count; n++) {
        int at = rows.position(n);
        row.clear();
        for (int c = 0; c < rows.rank(); c++) {
          row.putFloat(at < 0 ? 0f : rows.values()[at * rows.rank() + c]);
        }
        out.write(row.array());
      }
    }
  }

  private static DataOutputStream buffered(Path file) throws IOException {
    return new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file), 1 << 20));
  }

  /** The lines that the script prints. */
  private List<String> python(Object... arguments) throws IOException {
    return new Script(options.text("python"), options.text("script")).lines(arguments);
  }

  private static double number(String line, int field) {
    return Double.parseDouble(line.split("\t")[field]);
  }
}
