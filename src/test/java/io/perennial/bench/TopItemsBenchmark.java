package io.perennial.bench;

import io.perennial.TestSession;
import io.perennial.model.FactorRows;
import io.perennial.model.als.AlsModel;
import io.perennial.model.scoring.TopItems;
import io.perennial.model.scoring.TopRows;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.ml.recommendation.ALSModel;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * The best twenty items of every user, ours beside Spark MLlib's {@code recommendForAllUsers} on
 * the same factors, in one run: the kernel on one thread, the kernel in the tasks of Spark as
 * {@code recommend} runs it, and MLlib. Factors are those of a model of UCI Online Retail where
 * that is at hand, and random ones.
 */
public final class TopItemsBenchmark {
  private static final int N = 20;
  private static final double TIE = 1e-5;
  private static final int SWEEPS = 3;

  private final SparkSession spark;
  private final int runs;

  private TopItemsBenchmark(SparkSession spark, int runs) {
    this.spark = spark;
    this.runs = runs;
  }

  /** Runs the benchmark; see {@code bin/bench --help}. */
  public static void main(String[] arguments) {
    Options options =
        Options.read(
            arguments,
            "runs",
            "5",
            "ranks",
            "32,64,128",
            "users",
            "20000",
            "items",
            "10000",
            "data",
            "");
    TopItemsBenchmark benchmark =
        new TopItemsBenchmark(TestSession.compiled(), options.small("runs"));
    System.out.printf(
        "Top %d of all users on %s. Least / median of %d runs.%n%n",
        N, Machine.line(), benchmark.runs);
    System.out.println(
        "| factors | rank | kernel: s | in tasks: s | MLlib: s | kernel: users a processor second |"
            + " in tasks | MLlib | tasks ÷ MLlib, by processor | by the clock | same lists |");
    System.out.println("|---|---|---|---|---|---|---|---|---|---|---|");
    Optional<Path> shop = BenchmarkPairs.onlineRetail(options.optional("data"));
    for (int rank : options.numbers("ranks")) {
      if (shop.isPresent()) {
        Dataset<Row> purchases = BenchmarkPairs.purchases(benchmark.spark, shop.get()).cache();
        AlsModel model = Training.scratch(purchases, Training.preset(rank, SWEEPS));
        benchmark.measure("Online Retail", model.users().all(), model.items());
        purchases.unpersist();
      }
      benchmark.measure(
          "random",
          random(options.small("users"), rank, 1),
          random(options.small("items"), rank, 2));
    }
    System.exit(0);
  }

  private void measure(String name, FactorRows users, FactorRows items) {
    int rank = users.rank();
    TopItems top = new TopItems(items, items.indices());
    Cost[] alone = Cost.several(runs, () -> top.best(users.values(), users.size(), N, none(users)));
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    Broadcast<TopItems> sent = context.broadcast(top);
    JavaRDD<float[]> blocks = context.parallelize(blocks(users), Machine.processors()).cache();
    blocks.count();
    Cost[] tasks =
        Cost.several(
            runs, () -> blocks.map(block -> ranked(sent.value(), block)).reduce(Long::sum));
    Dataset<Row> userSet = dataset(users);
    Dataset<Row> itemSet = dataset(items);
    ALSModel stock =
        new ALSModel("stock", rank, userSet, itemSet).setUserCol("user").setItemCol("item");
    Cost[] theirs =
        Cost.several(
            runs,
            () -> stock.recommendForAllUsers(N).write().format("noop").mode("overwrite").save());
    Samples ours = users(users, tasks);
    System.out.printf(
        Locale.ROOT,
        "| %s, %,d users, %,d items | %d | %s | %s | %s | %s | %s | %s | %.1f | %.1f | %.3f %% |%n",
        name,
        users.size(),
        items.size(),
        rank,
        Cost.samples(alone, Cost::seconds),
        Cost.samples(tasks, Cost::seconds),
        Cost.samples(theirs, Cost::seconds),
        rate(users(users, alone)),
        rate(ours),
        rate(users(users, theirs)),
        ours.median() / users(users, theirs).median(),
        Cost.samples(theirs, Cost::seconds).median() / Cost.samples(tasks, Cost::seconds).median(),
        100 * sameLists(top.best(users.values(), users.size(), N, none(users)), users, stock));
    sent.destroy();
    blocks.unpersist();
    userSet.unpersist();
    itemSet.unpersist();
  }

  private static Samples users(FactorRows users, Cost[] costs) {
    return Cost.samples(costs, cost -> users.size() / cost.processorSeconds());
  }

  /** Most and median: of rates the highest is the best. */
  private static String rate(Samples users) {
    return Samples.digits(users.most()) + " / " + Samples.digits(users.median());
  }

  private static int[][] none(FactorRows users) {
    return new int[users.size()][];
  }

  private static List<float[]> blocks(FactorRows users) {
    int rank = users.rank();
    List<float[]> blocks = new ArrayList<>();
    for (int from = 0; from < users.size(); from += TopItems.USERS) {
      int to = Math.min(users.size(), from + TopItems.USERS);
      blocks.add(Arrays.copyOfRange(users.values(), from * rank, to * rank));
    }
    return blocks;
  }

  private static long ranked(TopItems top, float[] block) {
    int count = block.length / top.rank();
    return top.best(block, count, N, new int[count][]).items()[0];
  }

  /**
   * Share of the users whose lists are the same: scores agree rank by rank, and an item that only
   * one list has is as good as the other's last.
   */
  private static double sameLists(TopRows ours, FactorRows users, ALSModel stock) {
    int same = 0;
    for (Row row : stock.recommendForAllUsers(N).collectAsList()) {
      int user = users.position(row.getInt(0));
      List<Row> theirs = row.getList(1);
      same += isSame(ours, user, theirs) ? 1 : 0;
    }
    return (double) same / users.size();
  }

  private static boolean isSame(TopRows ours, int user, List<Row> theirs) {
    int size = ours.sizes()[user];
    if (theirs.size() != size) {
      return false;
    }
    Map<Integer, Float> scores = new HashMap<>();
    for (Row pair : theirs) {
      scores.put(pair.getInt(0), pair.getFloat(1));
    }
    double last = theirs.get(size - 1).getFloat(1);
    for (int n = 0; n < size; n++) {
      double score = ours.score(user, n);
      double room = TIE * Math.max(1, Math.abs(score));
      Float other = scores.get(ours.item(user, n));
      if (Math.abs(score - theirs.get(n).getFloat(1)) > room
          || Math.abs(score - (other == null ? last : other)) > room) {
        return false;
      }
    }
    return true;
  }

  private static FactorRows random(int count, int rank, long seed) {
    Random random = new Random(seed);
    float[] values = new float[count * rank];
    for (int n = 0; n < values.length; n++) {
      values[n] = (float) (random.nextGaussian() / Math.sqrt(rank));
    }
    return new FactorRows(rank, IntStream.range(0, count).toArray(), values, new float[count]);
  }

  private Dataset<Row> dataset(FactorRows rows) {
    int rank = rows.rank();
    List<Row> all = new ArrayList<>();
    for (int n = 0; n < rows.size(); n++) {
      List<Float> vector = new ArrayList<>(rank);
      for (int c = n * rank; c < (n + 1) * rank; c++) {
        vector.add(rows.values()[c]);
      }
      all.add(RowFactory.create(rows.indices()[n], vector));
    }
    StructType schema =
        new StructType()
            .add("id", DataTypes.IntegerType)
            .add("features", DataTypes.createArrayType(DataTypes.FloatType, false));
    Dataset<Row> cached =
        spark.createDataFrame(all, schema).repartition(Machine.processors()).cache();
    cached.count();
    return cached;
  }
}
