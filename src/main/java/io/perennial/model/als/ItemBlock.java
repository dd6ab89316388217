package io.perennial.model.als;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;

/**
 * The touched items of one block. The user rows that it is sent lie one shipment after the other,
 * by number of the user block.
 *
 * @param equations what items are solved from; {@code others} point into the shipments laid end to
 *     end
 * @param starts where the shipment of each user block begins, in rows; one more for the end
 */
record ItemBlock(EntityBlock equations, int[] starts) implements Serializable {

  /** Some pairs that a user block sends. */
  record Load(int source, Pairs pairs) implements Serializable {}

  /** Some rows that a user block sends. */
  record Shipment(int source, float[] rows) implements Serializable {}

  /**
   * Builds a block from the pairs of its items.
   *
   * @param loads at most one of each user block
   * @param touched every touched item
   * @param blocks number of user blocks
   */
  static ItemBlock of(
      Iterable<Load> loads, TouchedRows touched, int blocks, PairWeighting weighting) {
    return of(loads, (items, pairs) -> touched.some(items), blocks, weighting);
  }

  /**
   * Builds a block from the pairs of its items.
   *
   * @param loads at most one of each user block
   * @param entities the block's items from their indices and the block's pairs
   * @param blocks number of user blocks
   */
  static ItemBlock of(
      Iterable<Load> loads,
      BiFunction<int[], Pairs, TouchedRows> entities,
      int blocks,
      PairWeighting weighting) {
    int[][] usersBySource = new int[blocks][0];
    List<Pairs> pieces = new ArrayList<>();
    for (Load load : loads) {
      usersBySource[load.source] = load.pairs.distinctUsers();
      pieces.add(load.pairs);
    }
    int[] starts = new int[blocks + 1];
    for (int b = 0; b < blocks; b++) {
      starts[b + 1] = starts[b] + usersBySource[b].length;
    }
    Pairs pairs = Pairs.concatenated(pieces);
    pairs = pairs.reordered(PairOrder.of(pairs.items(), pairs.users()));
    int[] others = new int[pairs.size()];
    for (int p = 0; p < others.length; p++) {
      int user = pairs.users()[p];
      int source = UserBlock.blockOf(user, blocks);
      others[p] = starts[source] + Arrays.binarySearch(usersBySource[source], user);
    }
    TouchedRows own = entities.apply(Pairs.distinct(pairs.items()), pairs);
    return new ItemBlock(
        EntityBlock.of(own, pairs.items(), others, pairs.counts(), pairs.values(), weighting),
        starts);
  }

  /**
   * Solves every item of the block; the rows are laid out as {@code equations().entities()}.
   *
   * @param shipments in the coordinates of the basis
   * @param sums of every item's own pairs, written; or {@link PastSums#NONE}
   */
  float[] solve(SweepBasis basis, Iterable<Shipment> shipments, PastSums sums) {
    int rank = basis.sweep().rank();
    float[] users = new float[Math.multiplyExact(starts[starts.length - 1], rank)];
    for (Shipment shipment : shipments) {
      System.arraycopy(
          shipment.rows, 0, users, starts[shipment.source] * rank, shipment.rows.length);
    }
    int size = equations.entities().size();
    float[] out = new float[size * rank];
    new EntitySolver(basis).solve(equations, 0, size, users, out, sums);
    return out;
  }
}
