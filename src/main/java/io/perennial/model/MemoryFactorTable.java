package io.perennial.model;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Rows of one side that lie in the driver's memory. */
public final class MemoryFactorTable implements FactorTable {
  private final FactorRows rows;

  public MemoryFactorTable(FactorRows rows) {
    this.rows = Objects.requireNonNull(rows, "rows");
  }

  @Override
  public int rank() {
    return rows.rank();
  }

  @Override
  public long size() {
    return rows.size();
  }

  @Override
  public int capacity() {
    return rows.capacity();
  }

  @Override
  public FactorRows rows(int[] sortedIndices) {
    int rank = rank();
    int[] found = new int[sortedIndices.length];
    float[] values = new float[sortedIndices.length * rank];
    float[] counts = new float[sortedIndices.length];
    int n = 0;
    for (int index : sortedIndices) {
      int at = rows.position(index);
      if (at >= 0) {
        found[n] = index;
        counts[n] = rows.eventCounts()[at];
        System.arraycopy(rows.values(), at * rank, values, n * rank, rank);
        n++;
      }
    }
    return new FactorRows(
        rank, Arrays.copyOf(found, n), Arrays.copyOf(values, n * rank), Arrays.copyOf(counts, n));
  }

  @Override
  public FactorRows all() {
    return rows;
  }

  /** Every row, in the active Spark session. */
  @Override
  public Dataset<Row> dataset() {
    SparkSession spark = SparkSession.active();
    List<FactorRows> pieces = FactorPacking.pieces(rows);
    JavaRDD<Row> distributed =
        new JavaSparkContext(spark.sparkContext())
            .parallelize(pieces, Math.max(1, Math.min(pieces.size(), 64)))
            .flatMap(FactorPacking::unpack);
    return spark.createDataFrame(distributed, SCHEMA);
  }
}
