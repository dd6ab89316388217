package io.perennial.model.als;

import java.io.Serializable;

/**
 * Entities of one side with all that their half-sweep needs but the opposite rows: compressed rows
 * of pairs, in the order in which they are summed.
 *
 * @param entities who is solved
 * @param offsets {@code entities.size() + 1}
 * @param others row of the opposite side, as it lies in the array given to the solver
 * @param weights before v·vᵀ
 * @param rights before v
 * @param positives for each entity, the number of pairs with which regularisation grows
 */
record EntityBlock(
    TouchedRows entities,
    int[] offsets,
    int[] others,
    float[] weights,
    float[] rights,
    int[] positives)
    implements Serializable {

  /**
   * Builds a block from pairs that are sorted by entity.
   *
   * @param keys entity of each pair, increasing; every entity of {@code entities} has at least one
   * @param others row of the opposite side of each pair
   */
  static EntityBlock of(
      TouchedRows entities,
      int[] keys,
      int[] others,
      float[] counts,
      float[] values,
      PairWeighting weighting) {
    int[] offsets = new int[entities.size() + 1];
    int[] positives = new int[entities.size()];
    float[] weights = new float[keys.length];
    float[] rights = new float[keys.length];
    int n = -1;
    for (int p = 0; p < keys.length; p++) {
      if (p == 0 || keys[p] != keys[p - 1]) {
        offsets[++n] = p;
      }
      weights[p] = weighting.weight(counts[p], values[p]);
      rights[p] = weighting.right(counts[p], values[p]);
      positives[n] += weighting.counts(values[p]) ? 1 : 0;
    }
    if (n + 1 != entities.size()) {
      throw new IllegalArgumentException(
          "Pairs of " + (n + 1) + " entities do not fit " + entities.size());
    }
    offsets[entities.size()] = keys.length;
    return new EntityBlock(entities, offsets, others, weights, rights, positives);
  }

  /** Number of pairs of an entity. */
  int pairs(int n) {
    return offsets[n + 1] - offsets[n];
  }
}
