package io.perennial.model;

import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** Rows that lie far away, and that nobody may bring home as a whole. */
public record FarTable(FactorTable rows) implements FactorTable {
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
    return rows.rows(sortedIndices);
  }

  @Override
  public FactorRows all() {
    throw new AssertionError("Every row was brought to the driver");
  }

  @Override
  public Dataset<Row> dataset() {
    return rows.dataset();
  }
}
