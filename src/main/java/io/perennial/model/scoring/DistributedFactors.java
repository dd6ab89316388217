package io.perennial.model.scoring;

import io.perennial.model.FactorRows;
import io.perennial.model.FactorTable;
import io.perennial.model.Scorer;
import io.perennial.model.kernel.GramianSum;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.functions;

/**
 * Dot products of user vectors in the driver with item vectors on executors. Asked for whole rows
 * of scores it brings the items to the driver, items × rank × 4 bytes.
 */
public final class DistributedFactors implements DistributedScorer {
  private static final long serialVersionUID = 1L;
  private final transient FactorRows users;
  private final transient DistributedItems items;
  private transient Scorer inMemory;

  /**
   * @param users rows of the users that may be scored
   * @param items every item row
   */
  public DistributedFactors(FactorRows users, DistributedItems items) {
    if (users.rank() != items.rank()) {
      throw new IllegalArgumentException(
          "Users have rank " + users.rank() + ", items " + items.rank());
    }
    this.users = users;
    this.items = items;
  }

  @Override
  public JavaRDD<FactorRows> pieces() {
    return items.pieces();
  }

  /** Every item row. */
  public FactorTable table() {
    return items.table();
  }

  /** Which items it knows, by dense index; not to be written to. */
  public BitSet knownItems() {
    return items.known();
  }

  /** Vectors of users that it knows. */
  public FactorRows users(int[] sorted) {
    return new FactorRows(rank(), sorted, vectors(sorted), new float[sorted.length]);
  }

  @Override
  public TileScorer tiles(int[] known) {
    float[] vectors = vectors(known);
    return piece -> {
      TiledItems tiles = new TiledItems(piece);
      return (first, from, count, out) -> tiles.scores(first, vectors, from, count, out);
    };
  }

  /** Length of a vector. */
  public int rank() {
    return users.rank();
  }

  /** Vectors of users that it knows, row-major in their order. */
  public float[] vectors(int[] known) {
    int rank = rank();
    float[] vectors = new float[Math.multiplyExact(known.length, rank)];
    for (int n = 0; n < known.length; n++) {
      int at = users.position(known[n]);
      System.arraycopy(users.values(), at * rank, vectors, n * rank, rank);
    }
    return vectors;
  }

  @Override
  public int itemCount() {
    return items.known().length();
  }

  @Override
  public boolean knowsUser(int user) {
    return users.position(user) >= 0;
  }

  @Override
  public boolean knowsItem(int item) {
    return item >= 0 && items.known().get(item);
  }

  @Override
  public void score(int[] wanted, float[] out) {
    inMemory().score(wanted, out);
  }

  private synchronized Scorer inMemory() {
    if (inMemory == null) {
      inMemory = new FactorScorer(users, items.table().all());
    }
    return inMemory;
  }

  private Object writeReplace() {
    return inMemory();
  }

  // ---- likeness

  /** Σ x xᵀ, Σ x yᵀ and Σ y yᵀ over items, dense rank × rank. */
  private record Products(double[] own, double[] cross, double[] other) implements Serializable {
    static Products nothing(int rank) {
      int n = rank * rank;
      return new Products(new double[n], new double[n], new double[n]);
    }

    Products plus(Products more) {
      return new Products(sum(own, more.own), sum(cross, more.cross), sum(other, more.other));
    }

    private static double[] sum(double[] a, double[] b) {
      double[] sum = a.clone();
      for (int n = 0; n < sum.length; n++) {
        sum[n] += b[n];
      }
      return sum;
    }
  }

  /**
   * Cosines between the scores that two models give the items that both know, user by user: 0 where
   * one of them scores everything 0. One join of the two catalogues by index; the driver sees 3 ×
   * rank² sums.
   *
   * @param other of the same rank
   * @param known users that both know
   */
  public double[] cosines(DistributedFactors other, int[] known) {
    int rank = rank();
    Dataset<Row> both =
        items
            .table()
            .dataset()
            .select(functions.col("index"), functions.col("factor").as("own"))
            .join(
                other
                    .items
                    .table()
                    .dataset()
                    .select(functions.col("index"), functions.col("factor").as("other")),
                "index")
            .select("own", "other");
    Products products =
        both.queryExecution()
            .toRdd()
            .toJavaRDD()
            .mapPartitions(rows -> products(rows, rank))
            .treeAggregate(Products.nothing(rank), Products::plus, Products::plus);
    float[] x = vectors(known);
    float[] y = other.vectors(known);
    double[] cosines = new double[known.length];
    for (int n = 0; n < known.length; n++) {
      double own = form(x, n, products.own, x, rank);
      double others = form(y, n, products.other, y, rank);
      double cross = form(x, n, products.cross, y, rank);
      cosines[n] = own > 0 && others > 0 ? cross / Math.sqrt(own * others) : 0;
    }
    return cosines;
  }

  private static Iterator<Products> products(Iterator<InternalRow> rows, int rank) {
    GramianSum own = new GramianSum(rank);
    GramianSum cross = new GramianSum(rank);
    GramianSum other = new GramianSum(rank);
    while (rows.hasNext()) {
      InternalRow row = rows.next();
      float[] x = row.getArray(0).toFloatArray();
      float[] y = row.getArray(1).toFloatArray();
      own.add(x, 0, x, 0, 1);
      cross.add(x, 0, y, 0, 1);
      other.add(y, 0, y, 0, 1);
    }
    List<Products> one = new ArrayList<>();
    one.add(new Products(own.matrix(), cross.matrix(), other.matrix()));
    return one.iterator();
  }

  /** xᵀMy of the nth rows. */
  private static double form(float[] x, int n, double[] matrix, float[] y, int rank) {
    double sum = 0;
    for (int r = 0; r < rank; r++) {
      double row = 0;
      for (int c = 0; c < rank; c++) {
        row += matrix[r * rank + c] * y[n * rank + c];
      }
      sum += row * x[n * rank + r];
    }
    return sum;
  }
}
