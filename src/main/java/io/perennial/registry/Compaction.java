package io.perennial.registry;

import io.delta.exceptions.DeltaConcurrentModificationException;
import io.delta.tables.DeltaTable;
import io.perennial.SessionSettings;
import io.perennial.Warehouse;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import scala.Console;

/**
 * Care for the files of the small tables: within each partition of a pipeline, files below {@link
 * #SMALL} become one (Delta's OPTIMIZE, a commit that changes no data), and files that no version
 * of a table newer than its retention lists are deleted (Delta's VACUUM). Files of factors and
 * histories are never merged: a night writes them sorted. They are deleted like others, once {@link
 * Pruning} or {@link Forgetting} has taken their rows out.
 *
 * <p>A partition is never merged with another one. So the tables of which each night has its own
 * partition keep a file a night; what they gain is that the files of replaced rows go.
 */
public final class Compaction {
  /** Bytes below which a file is merged with others. */
  static final long SMALL = 16L << 20;

  private static final long MERGED = 128L << 20;

  /** As delta.deletedFileRetentionDuration of every table. */
  private static final Duration RETENTION = Duration.ofDays(7);

  private static final String VACUUM_LOG = "spark.databricks.delta.vacuum.logging.enabled";

  /** In how many parts the listing of a table's files is spread; Spark's default is 10,000. */
  private static final String LISTING = "spark.sql.sources.parallelPartitionDiscovery.parallelism";

  private static final String LEAST = "spark.databricks.delta.optimize.minFileSize";
  private static final String MOST = "spark.databricks.delta.optimize.maxFileSize";

  private static final Set<Tables> SORTED =
      Set.of(
          Tables.USER_FACTORS,
          Tables.ITEM_FACTORS,
          Tables.COMPANIONS,
          Tables.EXEMPLARS,
          Tables.USER_HISTORY,
          Tables.ITEM_STATISTICS);

  private final SparkSession spark;
  private final Warehouse warehouse;

  public Compaction(SparkSession spark, Warehouse warehouse) {
    this.spark = spark;
    this.warehouse = warehouse;
  }

  /**
   * What was done to a table.
   *
   * @param merged small files that are in a larger one now
   * @param into the larger ones
   * @param deleted files that nobody needed any more
   */
  public record Compacted(String table, long merged, long into, long deleted) {}

  /** Names of the tables that are looked after, where they exist. */
  public List<String> tables() {
    return existing().stream().map(Tables::tableName).toList();
  }

  /**
   * Merges and deletes; the caller holds the pipeline's lease. Doing it again finds nothing to do.
   *
   * @param at now: tables without a file older than seven days hold nothing that could be deleted
   * @throws RegistryConflictException where another process, such as a recommendation, wrote the
   *     same rows meanwhile; what was done stays done
   */
  public List<Compacted> run(String pipeline, Instant at) {
    Names.pipeline(pipeline);
    Map<String, String> settings =
        Map.of(
            CommitNote.SETTING,
            CommitNote.of(pipeline, "compact").json(),
            // A commit for each look would be one more small file.
            VACUUM_LOG,
            "false",
            LISTING,
            "8",
            LEAST,
            Long.toString(SMALL),
            MOST,
            Long.toString(MERGED));
    return SessionSettings.during(
        spark,
        settings,
        () -> existing().stream().map(table -> care(table, pipeline, at)).toList());
  }

  private List<Tables> existing() {
    DeltaTables tables = new DeltaTables(spark, warehouse, WriteListener.NONE);
    List<Tables> found = new ArrayList<>();
    for (Tables table : Tables.values()) {
      if (tables.exists(table)) {
        found.add(table);
      }
    }
    return found;
  }

  private Compacted care(Tables table, String pipeline, Instant at) {
    String folder = warehouse.table(table.tableName());
    Optional<DeltaTable> delta = Optional.empty();
    DataFiles files = dataFiles(folder, pipeline);
    long merged = 0;
    long into = 0;
    // The lease that allows this beats in a file of its own.
    if (files.severalTogether() && table != Tables.LEASES && !SORTED.contains(table)) {
      delta = Optional.of(DeltaTable.forPath(spark, folder));
      Row metrics = merge(table, delta.get(), pipeline);
      merged = metrics.<Long>getAs("numFilesRemoved");
      into = metrics.<Long>getAs("numFilesAdded");
    }
    long deleted = 0;
    if (files.oldest().isBefore(at.minus(RETENTION))) {
      DeltaTable old = delta.orElseGet(() -> DeltaTable.forPath(spark, folder));
      // Delta says on standard output what it deleted, where the result has to stand alone.
      Console.withOut(OutputStream.nullOutputStream(), () -> old.vacuum());
      deleted = files.count() + into - dataFiles(folder, pipeline).count();
    }
    return new Compacted(table.tableName(), merged, into, deleted);
  }

  private static Row merge(Tables table, DeltaTable delta, String pipeline) {
    try {
      // A name that passed Names.pipeline holds no quote.
      return delta
          .optimize()
          .where("pipeline = '" + pipeline + "'")
          .executeCompaction()
          .select("metrics.numFilesRemoved", "metrics.numFilesAdded")
          .head();
    } catch (DeltaConcurrentModificationException raced) {
      throw new RegistryConflictException(
          "Cannot merge the files of "
              + table.tableName()
              + ": another process wrote the same rows of "
              + pipeline
              + " meanwhile. Nothing is lost; run 'compact' again when it has ended.",
          raced);
    }
  }

  /**
   * Parquet files under a table's folder, referenced or not.
   *
   * @param severalTogether whether a partition of the pipeline has more than one
   * @param oldest when the oldest was written; {@link Instant#MAX} without any
   */
  private record DataFiles(long count, boolean severalTogether, Instant oldest) {}

  private DataFiles dataFiles(String folder, String pipeline) {
    try {
      Path root = new Path(folder);
      FileSystem files = root.getFileSystem(spark.sessionState().newHadoopConf());
      RemoteIterator<LocatedFileStatus> all = files.listFiles(root, true);
      long count = 0;
      boolean several = false;
      Instant oldest = Instant.MAX;
      Set<Path> partitions = new HashSet<>();
      while (all.hasNext()) {
        LocatedFileStatus file = all.next();
        String path = file.getPath().toString();
        if (!path.endsWith(".parquet") || path.contains("/_delta_log/")) {
          continue;
        }
        count++;
        Instant written = Instant.ofEpochMilli(file.getModificationTime());
        oldest = written.isBefore(oldest) ? written : oldest;
        several |=
            path.contains("/pipeline=" + pipeline + "/")
                && !partitions.add(file.getPath().getParent());
      }
      return new DataFiles(count, several, oldest);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
