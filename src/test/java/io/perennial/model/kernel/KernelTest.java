package io.perennial.model.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class KernelTest {
  private static float[] floats(int length, Random random) {
    float[] values = new float[length];
    for (int n = 0; n < length; n++) {
      values[n] = (float) random.nextGaussian();
    }
    return values;
  }

  private static double[] doubles(int length, Random random) {
    return random.doubles(length, -1, 1).toArray();
  }

  @Property(tries = 60)
  void gramOfBothKernelsIsTheNaiveSum(
      @ForAll @IntRange(min = 0, max = 150) int count,
      @ForAll @IntRange(min = 1, max = 70) int rank,
      @ForAll long seed) {
    Random random = new Random(seed);
    int stride = Kernel.stride(rank);
    float[] rows = floats(count * stride, random);
    float[] weighted = floats(count * stride, random);
    for (Kernel kernel : new Kernel[] {Kernel.active(), Kernel.scalar()}) {
      float[] target = floats(stride * stride, random);
      kernel.gram(rows, weighted, count, stride, target);
      for (int r = 0; r < rank; r++) {
        for (int c = r; c < rank; c++) {
          double expected = 0;
          for (int p = 0; p < count; p++) {
            expected += (double) weighted[p * stride + r] * rows[p * stride + c];
          }
          assertThat((double) target[r * stride + c]).isCloseTo(expected, within(1e-4));
        }
      }
    }
  }

  @Property(tries = 60)
  void rowsAreTakenAndSumsAddedAlikeByBothKernels(
      @ForAll @IntRange(min = 1, max = 140) int rank, @ForAll long seed) {
    Random random = new Random(seed);
    int stride = Kernel.stride(rank);
    float[] from = floats(3 + rank, random);
    double[] start = doubles(stride * stride, random);
    float[][] rows = new float[2][2 * stride];
    float[][] weighted = new float[2][2 * stride];
    float[][] sums = new float[2][stride];
    double[][] matrices = new double[2][];
    Kernel[] kernels = {Kernel.active(), Kernel.scalar()};
    float[] added = floats(stride * stride, random);
    for (int k = 0; k < 2; k++) {
      kernels[k].pack(from, 3, rank, 0.5f, 2f, rows[k], weighted[k], stride, sums[k]);
      matrices[k] = start.clone();
      kernels[k].addUpper(matrices[k], added, stride);
    }
    assertThat(rows[0]).containsExactly(rows[1]);
    assertThat(weighted[0]).containsExactly(weighted[1]);
    assertThat(sums[0]).containsExactly(sums[1]);
    for (int c = 0; c < rank; c++) {
      assertThat(rows[0][stride + c]).isEqualTo(from[3 + c]);
      assertThat(weighted[0][stride + c]).isEqualTo(0.5f * from[3 + c]);
      assertThat(sums[0][c]).isEqualTo(2f * from[3 + c]);
      for (int d = c; d < rank; d++) {
        int at = c * stride + d;
        assertThat(matrices[0][at]).isEqualTo(start[at] + added[at]);
        assertThat(matrices[1][at]).isEqualTo(start[at] + added[at]);
      }
    }
  }

  @Property(tries = 60)
  void factorTimesItsTransposeIsTheMatrixAndTheSolutionSolvesIt(
      @ForAll @IntRange(min = 1, max = 140) int rank, @ForAll long seed) {
    Random random = new Random(seed);
    int stride = Kernel.stride(rank);
    double[] a = new double[rank * stride];
    double[] right = new double[stride];
    for (int r = 0; r < rank; r++) {
      right[r] = random.nextGaussian();
      for (int c = r; c < rank; c++) {
        a[r * stride + c] = random.nextGaussian() + (r == c ? 20.0 * rank : 0);
      }
    }
    for (Kernel kernel : new Kernel[] {Kernel.active(), Kernel.scalar()}) {
      double[] u = a.clone();
      double[] x = right.clone();
      assertThat(kernel.factorize(u, stride, rank)).isEqualTo(-1);
      kernel.substitute(u, stride, rank, x);
      for (int r = 0; r < rank; r++) {
        double product = 0;
        for (int c = 0; c < rank; c++) {
          int at = Math.min(r, c) * stride + Math.max(r, c);
          product += a[at] * x[c];
          double cell = 0;
          for (int p = 0; p <= Math.min(r, c); p++) {
            cell += u[p * stride + r] * u[p * stride + c];
          }
          assertThat(cell).isCloseTo(a[at], within(1e-9));
        }
        assertThat(product).isCloseTo(right[r], within(1e-9));
      }
    }
  }

  @Property(tries = 60)
  void additionsAndDotProductsOfBothKernelsAgree(
      @ForAll @IntRange(min = 1, max = 70) int rank, @ForAll long seed) {
    Random random = new Random(seed);
    int stride = Kernel.stride(rank);
    int from = random.nextInt(rank);
    double[] x = doubles(4 * stride, random);
    double[] start = doubles(stride, random);
    double[] vector = start.clone();
    double[] scalar = start.clone();
    Kernel.active().add(vector, 0, x, stride, 0.7, from, rank);
    Kernel.scalar().add(scalar, 0, x, stride, 0.7, from, rank);
    assertThat(vector).containsExactly(scalar, within(1e-12));
    Kernel.active()
        .addFour(vector, 0, x, 0, stride, 2 * stride, 3 * stride, 1, -2, 3, 4, from, rank);
    Kernel.scalar()
        .addFour(scalar, 0, x, 0, stride, 2 * stride, 3 * stride, 1, -2, 3, 4, from, rank);
    for (int c = from; c < rank; c++) {
      assertThat(vector[c]).isCloseTo(scalar[c], within(1e-12));
    }
    assertThat(Kernel.active().dot(x, 0, x, stride, from, rank))
        .isCloseTo(Kernel.scalar().dot(x, 0, x, stride, from, rank), within(1e-12));
    float[] y = floats(2 * rank, random);
    assertThat(Kernel.active().dot(y, 0, y, rank, rank))
        .isCloseTo(Kernel.scalar().dot(y, 0, y, rank, rank), within(1e-4f));
  }

  @Property(tries = 80)
  void solutionSatisfiesTheExplicitlySummedEquations(
      @ForAll @IntRange(min = 0, max = 400) int count,
      @ForAll @IntRange(min = 1, max = 70) int rank,
      @ForAll long seed) {
    Random random = new Random(seed);
    float[] rows = floats(Math.max(1, count) * rank, random);
    double[] matrix = spd(rank, random);
    float[] teacher = floats(rank, random);
    for (Kernel kernel : new Kernel[] {Kernel.active(), Kernel.scalar()}) {
      NormalEquations equations = new NormalEquations(rank, kernel);
      equations.clear();
      double[][] a = new double[rank][rank];
      double[] b = new double[rank];
      for (int p = 0; p < count; p++) {
        float weight = 0.5f + p % 3;
        float right = 1f - p % 2;
        equations.addRow(rows, p * rank, weight, right);
        for (int r = 0; r < rank; r++) {
          b[r] += right * rows[p * rank + r];
          for (int c = 0; c < rank; c++) {
            a[r][c] += (double) weight * rows[p * rank + r] * rows[p * rank + c];
          }
        }
      }
      equations.addMatrix(matrix, 0.3);
      equations.addProduct(matrix, teacher, 0, 2.0);
      equations.addRidge(0.1);
      equations.addTether(0.05, teacher, 0);
      float[] x = new float[rank];
      assertThat(equations.solve(x, 0)).isEqualTo(-1);
      for (int r = 0; r < rank; r++) {
        double left = 0;
        double right = b[r] + 0.05 * teacher[r];
        double scale = 1;
        for (int c = 0; c < rank; c++) {
          double value = a[r][c] + 0.3 * matrix[r * rank + c] + (r == c ? 0.15 : 0);
          left += value * x[c];
          scale += Math.abs(value * x[c]);
          right += 2.0 * matrix[r * rank + c] * teacher[c];
        }
        assertThat(left).isCloseTo(right, within(2e-5 * scale + 2e-5 * Math.abs(right)));
      }
    }
  }

  @Property(tries = 40)
  void gramianSumIsTheNaiveSum(
      @ForAll @IntRange(min = 0, max = 30) int count,
      @ForAll @IntRange(min = 1, max = 40) int rank,
      @ForAll long seed) {
    Random random = new Random(seed);
    float[] x = floats(count * rank, random);
    float[] y = floats(count * rank, random);
    GramianSum sum = new GramianSum(rank);
    double[] expected = new double[rank * rank];
    for (int p = 0; p < count; p++) {
      sum.add(x, p * rank, y, p * rank, p + 0.5);
      for (int r = 0; r < rank; r++) {
        for (int c = 0; c < rank; c++) {
          expected[r * rank + c] += (p + 0.5) * x[p * rank + r] * y[p * rank + c];
        }
      }
    }
    assertThat(sum.matrix()).containsExactly(expected, within(1e-10));
  }

  @Test
  void singularSystemIsRefusedAndTheResultUntouched() {
    NormalEquations equations = new NormalEquations(3);
    equations.clear();
    equations.addRow(new float[] {1, 2, 3}, 0, 1, 1);
    float[] out = {7, 7, 7};
    assertThat(equations.solve(out, 0)).isEqualTo(1);
    assertThat(out).containsExactly(7, 7, 7);
  }

  @Test
  void systemWithoutFiniteValuesIsToldFromASingularOne() {
    NormalEquations equations = new NormalEquations(2);
    equations.clear();
    equations.addRow(new float[] {Float.NaN, 1}, 0, 1, 1);
    equations.addRidge(1);
    float[] out = new float[2];
    assertThat(equations.solve(out, 0)).isEqualTo(2);
    assertThat(out).containsExactly(0, 0);
  }

  private static double[] spd(int rank, Random random) {
    double[] root = doubles(rank * rank, random);
    double[] product = new double[rank * rank];
    for (int r = 0; r < rank; r++) {
      for (int c = 0; c < rank; c++) {
        for (int p = 0; p < rank; p++) {
          product[r * rank + c] += root[r * rank + p] * root[c * rank + p];
        }
      }
    }
    return product;
  }
}
