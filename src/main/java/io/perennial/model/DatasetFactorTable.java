package io.perennial.model;

import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.col;

import java.util.Objects;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Rows of one side that lie in a dataset, read when they are asked for. */
public final class DatasetFactorTable implements FactorTable {
  private final Dataset<Row> rows;
  private final int rank;
  private final long size;
  private int capacity = -1;

  /**
   * @param rows with {@link FactorTable#SCHEMA}, each index once
   * @param rank length of each vector
   * @param size number of rows
   */
  public DatasetFactorTable(Dataset<Row> rows, int rank, long size) {
    this.rows = Objects.requireNonNull(rows, "rows");
    this.rank = rank;
    this.size = size;
  }

  /**
   * The rows of distributed pieces, in the active Spark session.
   *
   * @param size number of rows of all pieces together
   */
  public static DatasetFactorTable of(JavaRDD<FactorRows> pieces, int rank, long size) {
    return new DatasetFactorTable(
        SparkSession.active().createDataFrame(pieces.flatMap(FactorPacking::unpack), SCHEMA),
        rank,
        size);
  }

  /** Every row of a table with {@link FactorTable#SCHEMA}, as distributed pieces, each sorted. */
  public static JavaRDD<FactorRows> pieces(Dataset<Row> rows, int rank) {
    return FactorPacking.pieces(rows, rank);
  }

  @Override
  public int rank() {
    return rank;
  }

  @Override
  public long size() {
    return size;
  }

  /** One Spark job, the first time. */
  @Override
  public synchronized int capacity() {
    if (capacity < 0) {
      capacity = FactorTable.super.capacity();
    }
    return capacity;
  }

  /** One Spark job: a semi join with the broadcast indices, on the range that they span. */
  @Override
  public FactorRows rows(int[] sortedIndices) {
    if (sortedIndices.length == 0) {
      return FactorRows.empty(rank);
    }
    Dataset<Row> range =
        rows.where(col("index").between(sortedIndices[0], sortedIndices[sortedIndices.length - 1]));
    return FactorPacking.collect(
        range.join(broadcast(indices(rows, sortedIndices)), "index"), rank);
  }

  @Override
  public FactorRows all() {
    return FactorPacking.collect(rows, rank);
  }

  @Override
  public Dataset<Row> dataset() {
    return rows;
  }

  /** A dataset with the one column {@code index}. */
  static Dataset<Row> indices(Dataset<Row> sibling, int[] indices) {
    return sibling
        .sparkSession()
        .createDataset(IntStream.of(indices).boxed().toList(), Encoders.INT())
        .toDF("index");
  }
}
