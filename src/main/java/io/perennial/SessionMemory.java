package io.perennial;

import java.util.Map;

/**
 * Settings of Spark that keep a long session small. Others may be given; these are for where
 * nothing is said.
 */
public final class SessionMemory {
  /**
   * A sort leaves its last page behind in its thread, up to some ten sorts a thread, since Spark
   * keeps a sorter for each plan and thread (SPARK-52609). Of Spark's own choice, up to 64 MB a
   * page, these are hundreds of megabytes that nobody counts; so pages are small.
   */
  public static final Map<String, String> PAGES = Map.of("spark.buffer.pageSize", "2m");

  /** How much is remembered for a user interface; a driver without one needs next to nothing. */
  public static final Map<String, String> WITHOUT_INTERFACE =
      Map.of(
          "spark.sql.ui.retainedExecutions", "10",
          "spark.ui.retainedJobs", "50",
          "spark.ui.retainedStages", "50",
          "spark.ui.retainedTasks", "1000");

  private SessionMemory() {}
}
