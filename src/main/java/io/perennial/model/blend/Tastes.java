package io.perennial.model.blend;

import io.perennial.model.FactorRows;
import java.io.Serializable;
import java.util.Arrays;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/**
 * Tastes of some users, summed up where the vectors of what they had lie: each task adds the parts
 * of its own items, users × rank × 8 bytes, and such sums are added up among tasks.
 *
 * @param items of each pair of a user and an item that he had, increasing
 * @param users number of each pair's user
 * @param parts of each pair's item in the user's taste
 */
record Tastes(int[] items, int[] users, float[] parts) implements Serializable {

  /** Row-major {@code pasts × rank}, in one job. */
  static float[] of(JavaRDD<FactorRows> pieces, int rank, PastTraits[] pasts) {
    Tastes wanted = of(pasts);
    Broadcast<Tastes> sent = JavaSparkContext.fromSparkContext(pieces.context()).broadcast(wanted);
    try {
      double[] sums =
          pieces.treeAggregate(
              new double[Math.multiplyExact(pasts.length, rank)],
              (sum, piece) -> sent.value().added(piece, sum),
              Tastes::plus);
      float[] tastes = new float[sums.length];
      for (int n = 0; n < tastes.length; n++) {
        tastes[n] = (float) sums[n];
      }
      return tastes;
    } finally {
      sent.destroy();
    }
  }

  private static Tastes of(PastTraits[] pasts) {
    int pairs = Arrays.stream(pasts).mapToInt(past -> past.past().size()).sum();
    long[] order = new long[pairs];
    int[] userOf = new int[pairs];
    float[] partOf = new float[pairs];
    int at = 0;
    for (int user = 0; user < pasts.length; user++) {
      for (int n = 0; n < pasts[user].past().size(); n++) {
        order[at] = ((long) pasts[user].past().items()[n] << 32) | at;
        userOf[at] = user;
        partOf[at++] = pasts[user].part(n);
      }
    }
    Arrays.sort(order);
    Tastes sorted = new Tastes(new int[pairs], new int[pairs], new float[pairs]);
    for (int n = 0; n < pairs; n++) {
      sorted.items[n] = (int) (order[n] >>> 32);
      sorted.users[n] = userOf[(int) order[n]];
      sorted.parts[n] = partOf[(int) order[n]];
    }
    return sorted;
  }

  private double[] added(FactorRows piece, double[] sums) {
    FactorRows directions = ItemTraits.directions(piece);
    int rank = directions.rank();
    int row = 0;
    for (int n = 0; n < items.length; n++) {
      while (row < directions.size() && directions.indices()[row] < items[n]) {
        row++;
      }
      if (row < directions.size() && directions.indices()[row] == items[n]) {
        for (int c = 0; c < rank; c++) {
          sums[users[n] * rank + c] += parts[n] * directions.values()[row * rank + c];
        }
      }
    }
    return sums;
  }

  private static double[] plus(double[] some, double[] others) {
    for (int n = 0; n < some.length; n++) {
      some[n] += others[n];
    }
    return some;
  }
}
