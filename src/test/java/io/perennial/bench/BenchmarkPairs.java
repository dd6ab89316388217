package io.perennial.bench;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.datediff;
import static org.apache.spark.sql.functions.dense_rank;
import static org.apache.spark.sql.functions.floor;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.pow;
import static org.apache.spark.sql.functions.rand;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.expressions.Window;

/** The data on which benchmarks run, with the columns from which models learn. */
final class BenchmarkPairs {
  private static final String FIRST_DAY = "2010-12-01";

  private BenchmarkPairs() {}

  /** A fiftieth as many users as pairs. */
  static int users(long pairs) {
    return (int) Math.max(100, pairs / 50);
  }

  /** A two-hundredth as many items as pairs. */
  static int items(long pairs) {
    return (int) Math.max(50, pairs / 200);
  }

  /**
   * Random pairs, each once, of items with a squared popularity.
   *
   * @param wanted how many are drawn; a few of them are the same
   */
  static Dataset<Row> random(SparkSession spark, long wanted, int users, int items, long seed) {
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

  /** The folder of UCI Online Retail, given or found beside the project. */
  static Optional<Path> onlineRetail(Optional<String> given) {
    if (given.isPresent()) {
      return given.map(Path::of);
    }
    Path at = Path.of("").toAbsolutePath();
    while (at != null) {
      Path folder = at.resolve("shared/data/online-retail");
      if (Files.isDirectory(folder)) {
        return Optional.of(folder);
      }
      at = at.getParent();
    }
    return Optional.empty();
  }

  /**
   * The purchases of UCI Online Retail (lines with a customer, a positive quantity and price), one
   * for each customer, item and day, with the column {@code day} counted from 0.
   */
  static Dataset<Row> purchases(SparkSession spark, Path folder) {
    return spark
        .read()
        .option("header", "true")
        .csv(folder.toString())
        .where(
            col("CustomerID")
                .isNotNull()
                .and(col("Quantity").cast("int").gt(0))
                .and(col("UnitPrice").cast("double").gt(0)))
        .select(
            dense_rank().over(Window.orderBy("CustomerID")).minus(1).as("user_index"),
            dense_rank().over(Window.orderBy("StockCode")).minus(1).as("item_index"),
            lit(1.0).as("value"),
            col("InvoiceDate").cast("date").cast("timestamp").as("event_time"),
            col("InvoiceDate").cast("date").as("event_date"),
            datediff(col("InvoiceDate").cast("date"), lit(FIRST_DAY).cast("date")).as("day"))
        .distinct();
  }

  /** The distinct pairs of events; value: how many of each there are. */
  static Dataset<Row> counted(Dataset<Row> events) {
    return events
        .groupBy("user_index", "item_index")
        .agg(count(lit(1)).cast("double").as("value"))
        .withColumn("event_time", lit("2024-01-01").cast("timestamp"))
        .withColumn("event_date", lit("2024-01-01").cast("date"));
  }
}
