package io.perennial.registry;

import io.perennial.model.FactorRows;
import io.perennial.model.FactorTable;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** One side of a registered version; its rows are read when asked for. */
final class StoredFactorTable implements FactorTable {
  private final NewestRows rows;
  private int rank;
  private long size = -1;
  private int capacity = -1;
  private FactorRows all;

  /**
   * @param rank length of a vector, or 0 where it has to be read from a row
   */
  StoredFactorTable(NewestRows rows, int rank) {
    this.rows = rows;
    this.rank = rank;
  }

  @Override
  public synchronized int rank() {
    if (rank == 0) {
      Row first = rows.all().selectExpr("size(factor)").head();
      rank = first.getInt(0);
    }
    return rank;
  }

  @Override
  public synchronized long size() {
    if (size < 0) {
      size = all == null ? rows.all().count() : all.size();
    }
    return size;
  }

  @Override
  public synchronized int capacity() {
    if (all != null) {
      return all.capacity();
    }
    if (capacity < 0) {
      capacity = FactorTable.super.capacity();
    }
    return capacity;
  }

  @Override
  public FactorRows rows(int[] sortedIndices) {
    if (sortedIndices.length == 0) {
      return FactorRows.empty(rank());
    }
    return StoredRows.factors(rows.of(sortedIndices), rank());
  }

  @Override
  public synchronized FactorRows all() {
    if (all == null) {
      all = StoredRows.factors(rows.all(), rank());
    }
    return all;
  }

  @Override
  public Dataset<Row> dataset() {
    return rows.all();
  }
}
