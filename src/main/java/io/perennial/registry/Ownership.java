package io.perennial.registry;

import static org.apache.spark.sql.functions.col;

import java.io.Serializable;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.InternalRow;
import org.roaringbitmap.RoaringBitmap;

/**
 * Which of a version's deltas holds the newest row of an index; all other rows belong to the
 * keyframe. A bitmap for each delta: two bytes a row where few of the indices changed, and never
 * more than a bit for each index that there is (13 deltas of 100 million users: at most 163 MB).
 */
final class Ownership implements Serializable {
  private static final long serialVersionUID = 1L;
  private final long[] deltas;

  /** What each delta owns, in their order. */
  private final RoaringBitmap[] owned;

  /** What all of them own. */
  private final RoaringBitmap changed;

  private final long keyframe;

  private Ownership(long[] deltas, RoaringBitmap[] owned, RoaringBitmap changed, long keyframe) {
    this.deltas = deltas;
    this.owned = owned;
    this.changed = changed;
    this.keyframe = keyframe;
  }

  /**
   * Found out in one Spark job, whose tasks add up their bitmaps among themselves.
   *
   * @param table with columns version and index
   * @param versions row versions, newest first, the keyframe last
   */
  static Ownership of(Dataset<Row> table, List<Long> versions) {
    List<Long> later = versions.subList(0, versions.size() - 1);
    long[] deltas = later.stream().mapToLong(Long::longValue).toArray();
    RoaringBitmap[] held =
        StoredRows.internal(
                table.where(col("version").isin(later.toArray())).select("version", "index"))
            .mapPartitions(rows -> Collections.singletonList(held(rows, deltas)).iterator())
            .treeAggregate(empty(deltas.length), Ownership::both, Ownership::both);
    return newest(deltas, held, versions.get(versions.size() - 1));
  }

  /** Takes from each delta what a newer one holds too. */
  static Ownership newest(long[] deltas, RoaringBitmap[] held, long keyframe) {
    RoaringBitmap changed = new RoaringBitmap();
    for (RoaringBitmap own : held) {
      RoaringBitmap all = own.clone();
      own.andNot(changed);
      own.runOptimize();
      changed.or(all);
    }
    changed.runOptimize();
    return new Ownership(deltas, held, changed, keyframe);
  }

  private static RoaringBitmap[] held(Iterator<InternalRow> rows, long[] deltas) {
    RoaringBitmap[] held = empty(deltas.length);
    while (rows.hasNext()) {
      InternalRow row = rows.next();
      held[place(deltas, row.getLong(0))].add(row.getInt(1));
    }
    return held;
  }

  private static int place(long[] deltas, long version) {
    int place = 0;
    while (place < deltas.length && deltas[place] != version) {
      place++;
    }
    return place;
  }

  private static RoaringBitmap[] empty(int count) {
    RoaringBitmap[] empty = new RoaringBitmap[count];
    for (int n = 0; n < count; n++) {
      empty[n] = new RoaringBitmap();
    }
    return empty;
  }

  private static RoaringBitmap[] both(RoaringBitmap[] some, RoaringBitmap[] others) {
    for (int n = 0; n < some.length; n++) {
      some[n].or(others[n]);
    }
    return some;
  }

  boolean owns(long version, int index) {
    if (version == keyframe) {
      return !changed.contains(index);
    }
    int place = place(deltas, version);
    return place < deltas.length && owned[place].contains(index);
  }
}
