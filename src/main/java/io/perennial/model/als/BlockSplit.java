package io.perennial.model.als;

import io.perennial.model.FactorRows;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import scala.Tuple2;

/** Sorts rows into the blocks that they belong to. */
final class BlockSplit {
  private BlockSplit() {}

  /** For each block the positions of its indices, in their order. */
  static int[][] positions(int[] indices, int blocks) {
    int[] sizes = new int[blocks];
    for (int index : indices) {
      sizes[UserBlock.blockOf(index, blocks)]++;
    }
    int[][] positions = new int[blocks][];
    for (int b = 0; b < blocks; b++) {
      positions[b] = new int[sizes[b]];
    }
    Arrays.fill(sizes, 0);
    for (int p = 0; p < indices.length; p++) {
      int b = UserBlock.blockOf(indices[p], blocks);
      positions[b][sizes[b]++] = p;
    }
    return positions;
  }

  /** A piece of rows, cut into the parts of each block that has any. */
  static Iterator<Tuple2<Integer, FactorRows>> of(FactorRows piece, int blocks) {
    int rank = piece.rank();
    int[][] positions = positions(piece.indices(), blocks);
    List<Tuple2<Integer, FactorRows>> parts = new ArrayList<>();
    for (int b = 0; b < blocks; b++) {
      int[] own = positions[b];
      if (own.length > 0) {
        int[] indices = new int[own.length];
        float[] counts = new float[own.length];
        float[] values = new float[own.length * rank];
        for (int n = 0; n < own.length; n++) {
          indices[n] = piece.indices()[own[n]];
          counts[n] = piece.eventCounts()[own[n]];
          System.arraycopy(piece.values(), own[n] * rank, values, n * rank, rank);
        }
        parts.add(new Tuple2<>(b, new FactorRows(rank, indices, values, counts)));
      }
    }
    return parts.iterator();
  }
}
