package io.perennial.model.als;

import io.perennial.model.FactorRows;
import java.io.Serializable;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * One block of items with everything that does not change from sweep to sweep.
 *
 * @param block the touched items
 * @param indices every item of the block that is touched, or that some user block needs, increasing
 * @param start their rows as they begin, row-major
 * @param touched positions of the touched items in {@code indices}
 * @param routes for each user block the positions in {@code indices} of the rows that it needs
 */
record ItemHome(ItemBlock block, int[] indices, float[] start, int[] touched, int[][] routes)
    implements Serializable {

  /** What a user block needs. */
  record Want(int user, int[] items) implements Serializable {}

  /** How rows of items without a teacher's begin. */
  record Begin(int rank, long seed, double scale, boolean isFromScratch) implements Serializable {
    private float[] rows(TouchedRows touched) {
      return isFromScratch
          ? InitialFactors.of(touched.indices(), rank, seed, scale)
          : touched.teacher();
    }
  }

  /**
   * @param teacher rows of this block's items; those that nobody needs are left out
   * @param blocks number of user blocks
   */
  static ItemHome of(
      ItemBlock block, Iterable<Want> wants, FactorRows teacher, int blocks, Begin begin) {
    TouchedRows touched = block.equations().entities();
    int rank = begin.rank();
    IntStream all = IntStream.of(touched.indices());
    int[][] wanted = new int[blocks][0];
    for (Want want : wants) {
      wanted[want.user] = want.items;
      all = IntStream.concat(all, IntStream.of(want.items));
    }
    int[] indices = all.sorted().distinct().toArray();
    float[] start = TouchedRows.of(indices, new float[indices.length], teacher).teacher();
    int[] positions = positions(touched.indices(), indices);
    float[] rows = begin.rows(touched);
    for (int n = 0; n < positions.length; n++) {
      System.arraycopy(rows, n * rank, start, positions[n] * rank, rank);
    }
    int[][] routes = new int[blocks][];
    for (int b = 0; b < blocks; b++) {
      routes[b] = positions(wanted[b], indices);
    }
    return new ItemHome(block, indices, start, positions, routes);
  }

  private static int[] positions(int[] some, int[] all) {
    int[] positions = new int[some.length];
    for (int n = 0; n < some.length; n++) {
      positions[n] = Arrays.binarySearch(all, some[n]);
    }
    return positions;
  }

  /** The rows of the touched items as they begin; those without a teacher's with a bias. */
  float[] begin(int rank, Bias bias) {
    float[] rows = new float[touched.length * rank];
    for (int n = 0; n < touched.length; n++) {
      System.arraycopy(start, touched[n] * rank, rows, n * rank, rank);
      if (!block.equations().entities().hasTeacher(n)) {
        bias.begin(rows, n * rank);
      }
    }
    return rows;
  }

  /**
   * The rows that one user block needs.
   *
   * @param solved rows of the touched items
   */
  float[] shipment(int userBlock, float[] solved, int rank) {
    int[] route = routes[userBlock];
    float[] rows = new float[Math.multiplyExact(route.length, rank)];
    for (int n = 0; n < route.length; n++) {
      int at = Arrays.binarySearch(touched, route[n]);
      if (at >= 0) {
        System.arraycopy(solved, at * rank, rows, n * rank, rank);
      } else {
        System.arraycopy(start, route[n] * rank, rows, n * rank, rank);
      }
    }
    return rows;
  }
}
