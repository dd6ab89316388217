package io.perennial.registry;

import io.perennial.model.FactorRows;
import io.perennial.model.FactorTable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;

/** Factor rows of a test, in memory. */
record MemoryFactors(SparkSession spark, FactorRows all) implements FactorTable {
  /** Rows of rank 2: the value says which version wrote the row, and its index. */
  static MemoryFactors of(SparkSession spark, float mark, int... indices) {
    int[] sorted = indices.clone();
    Arrays.sort(sorted);
    float[] values = new float[2 * sorted.length];
    float[] counts = new float[sorted.length];
    for (int i = 0; i < sorted.length; i++) {
      values[2 * i] = mark;
      values[2 * i + 1] = sorted[i];
      counts[i] = mark * 10;
    }
    return new MemoryFactors(spark, new FactorRows(2, sorted, values, counts));
  }

  MemoryFactors overlaidBy(MemoryFactors newer) {
    return new MemoryFactors(spark, all.overlaidBy(newer.all));
  }

  @Override
  public int rank() {
    return all.rank();
  }

  @Override
  public long size() {
    return all.size();
  }

  @Override
  public int capacity() {
    return all.capacity();
  }

  @Override
  public FactorRows rows(int[] sortedIndices) {
    throw new UnsupportedOperationException("not needed by these tests");
  }

  @Override
  public Dataset<Row> dataset() {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      Float[] factor = new Float[all.rank()];
      for (int f = 0; f < factor.length; f++) {
        factor[f] = all.values()[i * factor.length + f];
      }
      rows.add(RowFactory.create(all.indices()[i], factor, all.eventCounts()[i]));
    }
    return spark.createDataFrame(rows, FactorTable.SCHEMA);
  }
}
