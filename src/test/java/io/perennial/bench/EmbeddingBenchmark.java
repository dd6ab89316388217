package io.perennial.bench;

import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.pmod;
import static org.apache.spark.sql.functions.xxhash64;

import io.perennial.Progress;
import io.perennial.TestSession;
import io.perennial.model.TrainingLoss;
import io.perennial.model.TrainingTask;
import io.perennial.model.embedding.EmbeddingDistillation;
import io.perennial.model.embedding.EmbeddingFamily;
import io.perennial.model.embedding.EmbeddingModel;
import io.perennial.model.embedding.EmbeddingOptions;
import io.perennial.model.embedding.rounds.EarlyStopping;
import io.perennial.model.embedding.rounds.Schedule;
import io.perennial.model.embedding.step.Adam;
import io.perennial.model.embedding.step.Recipe;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;

/**
 * Examples a second of the rating model (cosine, one dense unit) and of the same model in PyTorch,
 * on the same ratings, in one run: lazy Adam on the rows of a batch, and dense Adam on all. Both
 * have two threads; ours uses them through two workers, which share the users and combine what they
 * made of the items once an epoch. One worker, which takes the steps that PyTorch takes, stands
 * beside it.
 */
public final class EmbeddingBenchmark {
  private static final long SEED = 1;
  private static final int GRADES = 10;

  private final Options options;
  private final Dataset<Row> ratings;
  private final long count;
  private final int users;
  private final int items;

  private EmbeddingBenchmark(Options options) {
    this.options = options;
    long wanted = options.number("examples");
    this.users = BenchmarkPairs.users(wanted);
    this.items = BenchmarkPairs.items(wanted);
    // A grade that embeddings can learn: by the kind of the user and the kind of the item.
    this.ratings =
        BenchmarkPairs.random(TestSession.compiled(), wanted, users, items, SEED)
            .withColumn(
                "value",
                pmod(
                        xxhash64(
                            pmod(functions.col("user_index"), lit(7)),
                            pmod(functions.col("item_index"), lit(5))),
                        lit(GRADES))
                    .cast("double"))
            .cache();
    this.count = ratings.count();
  }

  /** Runs the benchmark; see {@code bin/bench --help}. */
  public static void main(String[] arguments) throws IOException {
    Options options =
        Options.read(
            arguments,
            "python",
            "python3",
            "script",
            "src/test/python/torch_bench.py",
            "examples",
            "2m",
            "batch",
            "4096",
            "dimensions",
            "16,64",
            "epochs",
            "4",
            "folder",
            "");
    try (ScratchFolder folder = ScratchFolder.of(options.optional("folder"))) {
      new EmbeddingBenchmark(options).run(folder.path().resolve("ratings"));
    }
    System.exit(0);
  }

  private void run(Path file) throws IOException {
    PairFile.write(ratings, file);
    System.out.printf(
        Locale.ROOT,
        "%,d ratings of %,d users and %,d items, batch %s, on %s. Thousands of examples a second:"
            + " least / median of %d epochs after the first.%n%n",
        count,
        users,
        items,
        options.text("batch"),
        Machine.line(),
        options.small("epochs") - 1);
    System.out.println(
        "| dimension | Adam | PyTorch | ours, one worker | ours, two workers | one ÷ PyTorch"
            + " | two ÷ PyTorch | RMSE of the last epoch: PyTorch, one, two |");
    System.out.println("|---|---|---|---|---|---|---|---|");
    for (int dimension : options.numbers("dimensions")) {
      for (Adam.Rows rows : Adam.Rows.values()) {
        Figures theirs = torch(file, dimension, rows);
        Figures one = ours(dimension, rows, 1);
        Figures two = ours(dimension, rows, 2);
        System.out.printf(
            Locale.ROOT,
            "| %d | %s | %s | %s | %s | %.2f | %.2f | %.3f, %.3f, %.3f |%n",
            dimension,
            rows == Adam.Rows.TOUCHED ? "lazy" : "dense",
            theirs.speed(),
            one.speed(),
            two.speed(),
            one.speed().median() / theirs.speed().median(),
            two.speed().median() / theirs.speed().median(),
            theirs.error(),
            one.error(),
            two.error());
      }
    }
  }

  /** Thousands of examples a second, and the training error of the last epoch. */
  private record Figures(Samples speed, double error) {
    static Figures of(long examples, double[] seconds, double error) {
      return new Figures(
          new Samples(Arrays.stream(seconds).map(s -> examples / s / 1000).toArray()), error);
    }
  }

  private Figures ours(int dimension, Adam.Rows rows, int workers) {
    EmbeddingOptions tutorial = EmbeddingOptions.tutorial();
    Recipe small = tutorial.recipe();
    Recipe recipe =
        new Recipe(
            small.objective(),
            small.similarity(),
            dimension,
            small.biases(),
            small.temperature(),
            0,
            small.popularityPower(),
            Adam.DEFAULT.with(rows),
            small.common(),
            small.l2(),
            small.biasL2(),
            small.dropout(),
            small.clip());
    EmbeddingOptions asked =
        tutorial
            .with(recipe)
            .with(
                new EmbeddingOptions.Training(
                    options.small("batch"),
                    options.small("epochs"),
                    1,
                    Schedule.CONSTANT,
                    EarlyStopping.NEVER))
            .with(new EmbeddingOptions.Sharing(workers, 1, Long.MAX_VALUE));
    EpochClock clock = new EpochClock();
    EmbeddingModel model =
        new EmbeddingFamily(asked, EmbeddingDistillation.NONE)
            .trainer()
            .train(
                new TrainingTask<>(
                    ratings, Optional.empty(), Optional.empty(), Instant.EPOCH, SEED, clock));
    double loss =
        model.losses().stream()
            .filter(l -> l.part().equals(TrainingLoss.TRAINING))
            .reduce((first, last) -> last)
            .orElseThrow()
            .value();
    return Figures.of(count, clock.seconds(), Math.sqrt(loss));
  }

  /** Seconds of each epoch but the first, which reading and warming up belong to. */
  private static final class EpochClock implements Progress {
    private final List<Long> marks = new ArrayList<>();

    @Override
    public void begin(String phase, long total) {
      marks.clear();
    }

    @Override
    public void advance(long steps) {
      marks.add(System.nanoTime());
    }

    @Override
    public void end() {}

    double[] seconds() {
      double[] seconds = new double[marks.size() - 1];
      for (int n = 0; n < seconds.length; n++) {
        seconds[n] = (marks.get(n + 1) - marks.get(n)) / 1e9;
      }
      return seconds;
    }
  }

  private Figures torch(Path file, int dimension, Adam.Rows rows) throws IOException {
    List<String[]> lines =
        new Script(options.text("python"), options.text("script"))
                .lines(
                    file,
                    users,
                    items,
                    dimension,
                    options.text("batch"),
                    options.text("epochs"),
                    rows == Adam.Rows.TOUCHED ? "lazy" : "dense")
                .stream()
                .map(line -> line.split("\t"))
                .toList();
    double[] seconds =
        lines.stream().skip(1).mapToDouble(line -> Double.parseDouble(line[0])).toArray();
    return Figures.of(count, seconds, Double.parseDouble(lines.get(lines.size() - 1)[1]));
  }
}
