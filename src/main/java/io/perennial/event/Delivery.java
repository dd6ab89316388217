package io.perennial.event;

import io.perennial.Warehouse;
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

  /** Writes rows, once for each pair of application and version. */
  void write(Dataset<Row> rows, String application, long version) {
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
  }
}
