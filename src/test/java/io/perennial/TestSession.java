package io.perennial;

import java.util.Map;
import org.apache.spark.sql.SparkSession;

/** The one Spark session of a test JVM: two local threads, Delta, no user interface. */
public final class TestSession {
  private static SparkSession session;
  private static QueryExecutionMode compiling;

  private TestSession() {}

  /**
   * The shared session, started on first use and stopped with the JVM. It interprets queries: tests
   * ask much about few rows.
   */
  public static synchronized SparkSession get() {
    if (session == null) {
      session =
          SparkSession.builder()
              .master("local[2]")
              .appName("perennial-tests")
              .config("spark.ui.enabled", "false")
              .config("spark.driver.bindAddress", "127.0.0.1")
              .config("spark.driver.host", "127.0.0.1")
              .config("spark.sql.session.timeZone", "UTC")
              .config("spark.sql.shuffle.partitions", "2")
              .config("spark.default.parallelism", "2")
              .config("spark.sql.extensions", "io.delta.sql.DeltaSparkSessionExtension")
              .config(
                  "spark.sql.catalog.spark_catalog",
                  "org.apache.spark.sql.delta.catalog.DeltaCatalog")
              .config("spark.databricks.delta.snapshotPartitions", "1")
              .config(
                  "spark.sql.warehouse.dir",
                  System.getProperty("java.io.tmpdir") + "/perennial-spark-warehouse")
              .config(settings(SessionMemory.PAGES))
              .config(settings(SessionMemory.NO_COPIES))
              .config(settings(SessionMemory.WITHOUT_INTERFACE))
              .getOrCreate();
      session.sparkContext().setLogLevel("ERROR");
      compiling = QueryExecutionMode.interpreted(session);
    }
    return session;
  }

  private static Map<String, Object> settings(Map<String, String> of) {
    return Map.copyOf(of);
  }

  /** The shared session, compiling queries as Spark does by itself: for many rows. */
  public static synchronized SparkSession compiled() {
    SparkSession shared = get();
    compiling.restore();
    return shared;
  }
}
