package io.perennial.model;

import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.col;

import java.util.Objects;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** A table with the changed and new rows of a night laid over it. */
public final class OverlaidFactorTable implements FactorTable {
  private static final long BROADCAST_ROWS = 5_000_000;
  private final FactorTable base;
  private final FactorTable changed;
  private final long newcomers;

  /**
   * @param base rows of the parent
   * @param changed rows of tonight, which win
   * @param newcomers how many of them have no row in the base
   */
  public OverlaidFactorTable(FactorTable base, FactorTable changed, long newcomers) {
    if (base.rank() != changed.rank()) {
      throw new IllegalArgumentException(
          "Cannot lay rank " + changed.rank() + " over rank " + base.rank());
    }
    if (newcomers < 0 || newcomers > changed.size()) {
      throw new IllegalArgumentException(
          "Of " + changed.size() + " changed rows, " + newcomers + " cannot be new");
    }
    this.base = Objects.requireNonNull(base, "base");
    this.changed = Objects.requireNonNull(changed, "changed");
    this.newcomers = newcomers;
  }

  @Override
  public int rank() {
    return base.rank();
  }

  @Override
  public long size() {
    return base.size() + newcomers;
  }

  @Override
  public int capacity() {
    return Math.max(base.capacity(), changed.capacity());
  }

  @Override
  public FactorRows rows(int[] sortedIndices) {
    return base.rows(sortedIndices).overlaidBy(changed.rows(sortedIndices));
  }

  @Override
  public FactorRows all() {
    return base.all().overlaidBy(changed.all());
  }

  @Override
  public Dataset<Row> dataset() {
    Dataset<Row> newer = changed.dataset();
    Dataset<Row> indices = newer.select(col("index").as("changed_index"));
    return base.dataset()
        .select("index", "factor", "event_count")
        .join(
            changed.size() <= BROADCAST_ROWS ? broadcast(indices) : indices,
            col("index").equalTo(col("changed_index")),
            "left_anti")
        .unionByName(newer.select("index", "factor", "event_count"));
  }
}
