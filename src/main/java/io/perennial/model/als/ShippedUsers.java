package io.perennial.model.als;

import java.io.Serializable;
import java.util.Arrays;

/**
 * A block of users that is sent the item rows it needs, block by block of items: they lie one
 * shipment after the other, by number of the item block.
 *
 * @param block its {@code equations().others()} point into the shipments laid end to end
 * @param wanted for each item block the items that are needed of it, increasing
 * @param starts where the shipment of each item block begins, in rows; one more for the end
 */
record ShippedUsers(UserBlock block, int[][] wanted, int[] starts) implements Serializable {

  /** Some rows that an item block sends. */
  record Shipment(int source, float[] rows) implements Serializable {}

  /**
   * @param block whose equations point at items by dense index
   * @param blocks number of item blocks
   */
  static ShippedUsers of(UserBlock block, int blocks) {
    EntityBlock equations = block.equations();
    int[] items = equations.others().clone();
    Arrays.sort(items);
    items = Pairs.distinct(items);
    int[] starts = new int[blocks + 1];
    for (int item : items) {
      starts[UserBlock.blockOf(item, blocks) + 1]++;
    }
    int[][] wanted = new int[blocks][];
    for (int q = 0; q < blocks; q++) {
      wanted[q] = new int[starts[q + 1]];
      starts[q + 1] += starts[q];
    }
    int[] filled = new int[blocks];
    for (int item : items) {
      int q = UserBlock.blockOf(item, blocks);
      wanted[q][filled[q]++] = item;
    }
    int[] others = new int[equations.others().length];
    for (int p = 0; p < others.length; p++) {
      int item = equations.others()[p];
      int q = UserBlock.blockOf(item, blocks);
      others[p] = starts[q] + Arrays.binarySearch(wanted[q], item);
    }
    EntityBlock shipped =
        new EntityBlock(
            equations.entities(),
            equations.offsets(),
            others,
            equations.weights(),
            equations.rights(),
            equations.positives());
    return new ShippedUsers(
        new UserBlock(block.id(), block.night(), shipped, block.routes()), wanted, starts);
  }

  /**
   * Solves every user of the block; rows laid out as {@code block.equations().entities()}.
   *
   * @param shipments in the coordinates of the basis
   */
  float[] solve(SweepBasis basis, Iterable<Shipment> shipments) {
    int rank = basis.sweep().rank();
    float[] items = new float[Math.multiplyExact(starts[starts.length - 1], rank)];
    for (Shipment shipment : shipments) {
      System.arraycopy(
          shipment.rows, 0, items, starts[shipment.source] * rank, shipment.rows.length);
    }
    int size = block.equations().entities().size();
    float[] out = new float[Math.multiplyExact(size, rank)];
    new EntitySolver(basis).solve(block.equations(), 0, size, items, out, PastSums.NONE);
    return out;
  }
}
