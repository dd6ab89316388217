package io.perennial.model.scoring;

import io.perennial.TestSession;
import io.perennial.model.FactorRows;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.ml.recommendation.ALSModel;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Prints how many users a second get their best twenty items: from the kernel on one thread, from
 * the kernel in the tasks of Spark, and from Spark MLlib's recommendForAllUsers on the same random
 * factors. Arguments: users (default 20,000), items (default 4,000), then ranks (default 64).
 */
public final class TopItemsTimings {
  private static final int N = 20;
  private static final int RUNS = 3;

  private TopItemsTimings() {}

  /** Prints one line a figure. */
  public static void main(String[] args) {
    int users = args.length > 0 ? Integer.parseInt(args[0]) : 20_000;
    int items = args.length > 1 ? Integer.parseInt(args[1]) : 4_000;
    int[] ranks =
        args.length > 2
            ? Arrays.stream(args).skip(2).mapToInt(Integer::parseInt).toArray()
            : new int[] {64};
    for (int rank : ranks) {
      measure(users, items, rank);
    }
    TestSession.get().stop();
  }

  private static void measure(int users, int items, int rank) {
    FactorRows userRows = rows(users, rank, 1);
    FactorRows itemRows = rows(items, rank, 2);
    TopItems top = new TopItems(itemRows, itemRows.indices());
    String title = users + " users, " + items + " items, rank " + rank;
    print(title + ", kernel", users, () -> kernel(top, userRows));
    List<float[]> blocks = new ArrayList<>();
    for (int from = 0; from < users; from += TopItems.USERS) {
      int to = Math.min(users, from + TopItems.USERS);
      blocks.add(Arrays.copyOfRange(userRows.values(), from * rank, to * rank));
    }
    SparkSession spark = TestSession.get();
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    Broadcast<TopItems> sent = context.broadcast(top);
    var distributed = context.parallelize(blocks, 2).cache();
    distributed.count();
    print(
        title + ", tasks",
        users,
        () -> distributed.map(block -> ranked(sent.value(), block)).reduce(Long::sum));
    ALSModel stock =
        new ALSModel("als", rank, dataset(spark, userRows), dataset(spark, itemRows))
            .setUserCol("user")
            .setItemCol("item");
    print(
        title + ", MLlib",
        users,
        () -> stock.recommendForAllUsers(N).write().format("noop").mode("overwrite").save());
  }

  private static long ranked(TopItems top, float[] block) {
    int count = block.length / top.rank();
    return top.best(block, count, N, new int[count][]).items()[0];
  }

  private static void kernel(TopItems top, FactorRows users) {
    int rank = users.rank();
    int[][] none = new int[TopItems.USERS][];
    for (int from = 0; from < users.size(); from += TopItems.USERS) {
      int to = Math.min(users.size(), from + TopItems.USERS);
      top.best(Arrays.copyOfRange(users.values(), from * rank, to * rank), to - from, N, none);
    }
  }

  private static void print(String title, int users, Runnable work) {
    work.run();
    double[] seconds = new double[RUNS];
    for (int run = 0; run < RUNS; run++) {
      long begin = System.nanoTime();
      work.run();
      seconds[run] = (System.nanoTime() - begin) / 1e9;
    }
    Arrays.sort(seconds);
    System.out.printf(
        Locale.ROOT,
        "%s: %.3f s at best, %.3f s median, %.0f users a second%n",
        title,
        seconds[0],
        seconds[RUNS / 2],
        users / seconds[RUNS / 2]);
  }

  private static FactorRows rows(int count, int rank, long seed) {
    Random random = new Random(seed);
    float[] values = new float[count * rank];
    for (int n = 0; n < values.length; n++) {
      values[n] = (float) random.nextGaussian();
    }
    return new FactorRows(rank, IntStream.range(0, count).toArray(), values, new float[count]);
  }

  private static Dataset<Row> dataset(SparkSession spark, FactorRows rows) {
    int rank = rows.rank();
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    Dataset<Row> all =
        spark
            .createDataFrame(
                context
                    .parallelize(IntStream.range(0, rows.size()).boxed().toList(), 2)
                    .map(n -> org.apache.spark.sql.RowFactory.create(n, vector(rows, n, rank))),
                new StructType()
                    .add("id", DataTypes.IntegerType)
                    .add("features", DataTypes.createArrayType(DataTypes.FloatType, false)))
            .cache();
    all.count();
    return all;
  }

  private static Float[] vector(FactorRows rows, int n, int rank) {
    Float[] vector = new Float[rank];
    for (int c = 0; c < rank; c++) {
      vector[c] = rows.values()[n * rank + c];
    }
    return vector;
  }
}
