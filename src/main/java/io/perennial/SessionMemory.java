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

  /**
   * With Spark's own values whatever is persisted is planned in a copy of the session, and the copy
   * is never let go of, as the action that would clean up after it holds it (SPARK-54753). With
   * these tables in buckets are always read in buckets, and adaptive execution may choose the
   * partitions of what is persisted, as it does elsewhere.
   */
  public static final Map<String, String> NO_COPIES =
      Map.of(
          "spark.sql.sources.bucketing.autoBucketedScan.enabled", "false",
          "spark.sql.optimizer.canChangeCachedPlanOutputPartitioning", "true");

  /** How much is remembered for a user interface; a driver without one needs next to nothing. */
  public static final Map<String, String> WITHOUT_INTERFACE =
      Map.of(
          "spark.sql.ui.retainedExecutions", "10",
          "spark.ui.retainedJobs", "50",
          "spark.ui.retainedStages", "50",
          "spark.ui.retainedTasks", "1000");

  private SessionMemory() {}
}
