package io.perennial.model.scoring;

import io.perennial.model.DatasetFactorTable;
import io.perennial.model.FactorRows;
import io.perennial.model.FactorTable;
import java.util.BitSet;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.storage.StorageLevel;

/**
 * A catalogue whose vectors stay on executors, in sorted pieces of at most 16,384 rows. The driver
 * holds a bit an item.
 */
public final class DistributedItems {
  private final FactorTable table;
  private JavaRDD<FactorRows> pieces;
  private BitSet known;

  /**
   * @param table every item row
   */
  public DistributedItems(FactorTable table) {
    this.table = table;
  }

  /** Every item row. */
  public FactorTable table() {
    return table;
  }

  /** Length of a vector. */
  public int rank() {
    return table.rank();
  }

  /** The rows; cached on executors for as long as somebody holds this object. */
  public synchronized JavaRDD<FactorRows> pieces() {
    if (pieces == null) {
      pieces =
          DatasetFactorTable.pieces(table.dataset(), rank())
              .persist(StorageLevel.MEMORY_AND_DISK());
    }
    return pieces;
  }

  /** Which items there are, by dense index; not to be written to. */
  synchronized BitSet known() {
    if (known == null) {
      known =
          pieces()
              .treeAggregate(
                  new BitSet(),
                  (set, piece) -> {
                    for (int index : piece.indices()) {
                      set.set(index);
                    }
                    return set;
                  },
                  (set, other) -> {
                    set.or(other);
                    return set;
                  });
    }
    return known;
  }
}
