package io.perennial.event;

import io.perennial.Warehouse;
import java.io.IOException;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * One append to a table of the warehouse, which creates the table when it is the first: change feed
 * on, neither deletion vectors nor column mapping, so that other readers of Delta can follow.
 */
record Delivery(Warehouse warehouse, String table, String runId, List<String> partitions) {
  static Delivery append(Warehouse warehouse, String table, String runId, List<String> partitions) {
    return new Delivery(warehouse, table, runId, partitions);
  }

  /**
   * Writes rows, once for each pair of application and version.
   *
   * @throws java.util.ConcurrentModificationException if another writer was first; nothing was
   *     written then
   * @throws UnreadableSourceException if the warehouse cannot be written
   */
  void write(Dataset<Row> rows, String application, long version) {
    try {
      rows.write()
          .format("delta")
          .mode("append")
          .partitionBy(partitions.toArray(String[]::new))
          .option("delta.enableChangeDataFeed", "true")
          .option("delta.enableDeletionVectors", "false")
          .option("userMetadata", "run=" + runId)
          .option("txnAppId", application)
          .option("txnVersion", version)
          .save(warehouse.table(table));
    } catch (Exception e) {
      // Spark throws checked exceptions that its signature does not declare.
      for (Throwable cause = e; cause != null; cause = cause.getCause()) {
        if (cause instanceof IOException) {
          throw new UnreadableSourceException(
              "Cannot write table "
                  + warehouse.table(table)
                  + ": "
                  + cause.getMessage()
                  + ". Check that the warehouse may be written and has room; the same command can"
                  + " then be run again.",
              e);
        }
      }
      throw e;
    }
  }
}
