package io.perennial.registry;

import io.perennial.Warehouse;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * The registry's tables of few rows, for those that show them: read without a query. A table that
 * does not exist is an empty one. Instants are microseconds since 1970, dates text, maps in the
 * order in which they were written.
 */
public final class Records {
  private final DeltaTables tables;

  public Records(SparkSession spark, Warehouse warehouse) {
    this.tables = new DeltaTables(spark, warehouse, WriteListener.NONE);
  }

  /** A pipeline's rows, with every column. */
  public List<Row> of(Tables table, String pipeline) {
    return tables.records(table, pipeline);
  }

  /** The same of some of its versions; the table must be partitioned by them. */
  public List<Row> of(Tables table, String pipeline, Set<Long> versions) {
    return tables.records(table, DeltaTables.partition(pipeline, "version", List.copyOf(versions)));
  }

  /** The same of the newest of the versions that have rows; the table is partitioned by them. */
  public List<Row> newest(Tables table, String pipeline) {
    return tables.partitions(table, pipeline, "version").stream()
        .map(Long::valueOf)
        .max(Comparator.naturalOrder())
        .map(version -> of(table, pipeline, Set.of(version)))
        .orElse(List.of());
  }

  /** What is told of a pipeline's versions, without their arrays. */
  public List<Row> versions(String pipeline) {
    return tables.records(
        Tables.MODEL_VERSIONS,
        Map.of("pipeline", pipeline),
        RecordsAsked.without(Set.of("arrays")));
  }

  /** A pipeline's figures over all users, not those of segments. */
  public List<Row> overAllUsers(String pipeline) {
    return tables.records(
        Tables.MODEL_METRICS, Map.of("pipeline", pipeline), RecordDigest.OVER_ALL_USERS);
  }

  /** Names of the pipelines that have rows in a table, sorted. */
  public List<String> pipelines(Tables table) {
    return tables.partitions(table, Map.of(), "pipeline").stream().sorted().toList();
  }
}
