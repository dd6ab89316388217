package io.perennial;

import org.apache.spark.sql.SparkSession;

/**
 * Where the users and events of a night are worked on. A small night passes through the driver,
 * which saves it a dozen jobs; of a bigger one the driver sees a sample of users, sums, and what it
 * knows of items, and nothing else grows with it.
 */
public enum Place {
  DRIVER,
  EXECUTORS;

  /** Setting of Spark: most events of a night that pass through the driver, 100 bytes each. */
  public static final String MOST_EVENTS = "spark.perennial.driverEvents";

  /**
   * Setting of Spark: most users of a night whose vectors and histories the driver holds, rank × 4
   * bytes and 24 bytes a pair each.
   */
  public static final String MOST_USERS = "spark.perennial.driverUsers";

  private static final long EVENTS = 2_000_000;
  private static final long USERS = 200_000;

  /** The place for a night of so many events and users. */
  public static Place of(SparkSession spark, long events, long users) {
    return events <= setting(spark, MOST_EVENTS, EVENTS)
            && users <= setting(spark, MOST_USERS, USERS)
        ? DRIVER
        : EXECUTORS;
  }

  private static long setting(SparkSession spark, String name, long otherwise) {
    return Long.parseLong(spark.conf().get(name, Long.toString(otherwise)));
  }
}
