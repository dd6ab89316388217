package io.perennial.model.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class NormalEquationsTest {
  private static void rows(NormalEquations equations, int rank, int count, long seed) {
    Random random = new Random(seed);
    float[] row = new float[rank];
    for (int n = 0; n < count; n++) {
      for (int c = 0; c < rank; c++) {
        row[c] = (float) random.nextGaussian();
      }
      equations.addRow(row, 0, 1 + random.nextFloat(), (float) random.nextGaussian());
    }
  }

  private static float[] solved(NormalEquations equations, int rank) {
    float[] out = new float[rank];
    assertThat(equations.solve(out, 0)).isEqualTo(-1);
    return out;
  }

  @Property(tries = 40)
  void whatWasPackedCountsAsIfItsRowsWereAddedAgain(
      @ForAll @IntRange(min = 1, max = 40) int rank,
      @ForAll @IntRange(min = 0, max = 150) int before,
      @ForAll long seed) {
    NormalEquations past = new NormalEquations(rank);
    past.clear();
    rows(past, rank, before, seed);
    float[] packed = new float[3 + NormalEquations.packedLength(rank)];
    past.pack(packed, 3);

    NormalEquations equations = new NormalEquations(rank);
    equations.clear();
    rows(equations, rank, 7, seed + 1);
    equations.addPacked(packed, 3);
    equations.addRidge(5);
    NormalEquations together = new NormalEquations(rank);
    together.clear();
    rows(together, rank, before, seed);
    rows(together, rank, 7, seed + 1);
    together.addRidge(5);

    assertThat(solved(equations, rank)).containsExactly(solved(together, rank), within(1e-4f));
  }

  @Property(tries = 40)
  void aPinnedCoordinateIsAsItIsAndTheOthersAnswerToIt(
      @ForAll @IntRange(min = 2, max = 40) int rank,
      @ForAll @IntRange(min = 0, max = 39) int any,
      @ForAll long seed) {
    int pinned = any % rank;
    NormalEquations equations = new NormalEquations(rank);
    equations.clear();
    rows(equations, rank, 60, seed);
    equations.addRidge(2);
    equations.pin(pinned, 1.5);
    NormalEquations pulled = new NormalEquations(rank);
    pulled.clear();
    rows(pulled, rank, 60, seed);
    pulled.addRidge(2);
    pulled.addPull(pinned, 1e9, 1.5);

    float[] solved = solved(equations, rank);
    assertThat(solved[pinned]).isEqualTo(1.5f);
    assertThat(solved).containsExactly(solved(pulled, rank), within(1e-4f));
  }
}
