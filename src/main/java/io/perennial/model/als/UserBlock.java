package io.perennial.model.als;

import java.io.Serializable;
import java.util.Arrays;

/**
 * The touched users of one block, with everything that their half-sweep needs, and with the way of
 * their rows to the item blocks.
 *
 * @param id block number
 * @param night tonight's pairs of these users, sorted by user, then item
 * @param equations what users are solved from
 * @param routes for each item block, the positions of the users that have a pair there
 */
record UserBlock(int id, Pairs night, EntityBlock equations, int[][] routes)
    implements Serializable {

  /** Which block of {@code blocks} an entity belongs to. */
  static int blockOf(int index, int blocks) {
    return index % blocks;
  }

  static UserBlock of(int id, Pairs night, EntityBlock equations, int blocks) {
    int[][] routes = new int[blocks][];
    for (int q = 0; q < blocks; q++) {
      routes[q] = route(night, q, blocks);
    }
    return new UserBlock(id, night, equations, routes);
  }

  private static int[] route(Pairs night, int itemBlock, int blocks) {
    int[] positions = new int[night.size()];
    int n = 0;
    int user = -1;
    for (int p = 0; p < night.size(); p++) {
      if (p == 0 || night.users()[p] != night.users()[p - 1]) {
        user++;
      }
      boolean here = blockOf(night.items()[p], blocks) == itemBlock;
      if (here && (n == 0 || positions[n - 1] != user)) {
        positions[n++] = user;
      }
    }
    return Arrays.copyOf(positions, n);
  }

  /** Tonight's pairs with the items of one block. */
  Pairs pairsOf(int itemBlock) {
    int[] order = new int[night.size()];
    int n = 0;
    for (int p = 0; p < order.length; p++) {
      if (blockOf(night.items()[p], routes.length) == itemBlock) {
        order[n++] = p;
      }
    }
    return night.reordered(Arrays.copyOf(order, n));
  }

  /** The rows that one item block needs, in the order of its route. */
  float[] shipment(int itemBlock, float[] rows) {
    int rank = equations.entities().rank();
    int[] route = routes[itemBlock];
    float[] shipped = new float[route.length * rank];
    for (int n = 0; n < route.length; n++) {
      System.arraycopy(rows, route[n] * rank, shipped, n * rank, rank);
    }
    return shipped;
  }
}
