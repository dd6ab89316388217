package io.perennial.model.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
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

  /** Rows of {@code rank} random values, zero up to the stride. */
  private static float[] packed(int count, int rank, Random random) {
    int stride = Kernel.stride(rank);
    float[] rows = new float[count * stride];
    for (int p = 0; p < count; p++) {
      System.arraycopy(floats(rank, random), 0, rows, p * stride, rank);
    }
    return rows;
  }

  @Property(tries = 60)
  void gramOfBothKernelsIsTheNaiveSum(
      @ForAll @IntRange(min = 0, max = 150) int count,
      @ForAll @IntRange(min = 1, max = 70) int rank,
      @ForAll long seed) {
    Random random = new Random(seed);
    int stride = Kernel.stride(rank);
    float[] rows = packed(count, rank, random);
    for (Kernel kernel : new Kernel[] {Kernel.active(), Kernel.scalar()}) {
      float[] target = floats(stride * stride, random);
      kernel.gram(rows, count, stride, rank, target);
      for (int r = 0; r < rank; r++) {
        for (int c = r; c < rank; c++) {
          double expected = 0;
          double size = 1;
          for (int p = 0; p < count; p++) {
            double product = (double) rows[p * stride + r] * rows[p * stride + c];
            expected += product;
            size += Math.abs(product);
          }
          assertThat((double) target[r * stride + c]).isCloseTo(expected, within(2e-6 * size));
        }
      }
    }
  }

  @Property(tries = 60)
  void rowsAreTakenTurnedAndAddedAlikeByBothKernels(
      @ForAll @IntRange(min = 1, max = 140) int rank, @ForAll long seed) {
    Random random = new Random(seed);
    int stride = Kernel.stride(rank);
    float[] from = floats(3 + rank, random);
    float[] scale = floats(stride, random);
    double[] start = doubles(stride * stride, random);
    float[] added = floats(stride * stride, random);
    float[] many = packed(32, rank, random);
    float[] z = floats(32, random);
    float[] axes = floats(rank * rank, random);
    for (Kernel kernel : new Kernel[] {Kernel.active(), Kernel.scalar()}) {
      float[] rows = new float[2 * stride];
      float[] sum = new float[stride];
      kernel.pack(from, 3, rank, scale, 0.5f, 2f, rows, stride, sum);
      float[] few = new float[2 * stride];
      float[] twice = new float[stride];
      int[] others = {9, 3, 8};
      float[] roots = {0.5f, 0.25f};
      float[] rights = {9f, 2f, 3f};
      kernel.pack(many, others, 1, 2, rank, scale, roots, rights, few, 0, stride, twice);
      double[] matrix = start.clone();
      kernel.addUpper(matrix, added, stride);
      float[] transposed = new float[32 * stride];
      kernel.transpose(many, 32, stride, rank, transposed);
      float[] combined = new float[stride];
      kernel.combine(many, 31, stride, z, combined);
      float[] product = new float[1 + rank];
      kernel.multiply(from, 3, 1, rank, axes, product, 1);
      for (int c = 0; c < rank; c++) {
        assertThat(rows[stride + c]).isCloseTo(0.5f * scale[c] * from[3 + c], within(1e-6f));
        assertThat(sum[c]).isCloseTo(2f * scale[c] * from[3 + c], within(1e-5f));
        float third = scale[c] * many[3 * rank + c];
        float eighth = scale[c] * many[8 * rank + c];
        assertThat(few[c]).isCloseTo(0.5f * third, within(1e-6f));
        assertThat(few[stride + c]).isCloseTo(0.25f * eighth, within(1e-6f));
        assertThat(twice[c]).isCloseTo(2f * third + 3f * eighth, within(1e-5f));
        double expected = 0;
        for (int p = 0; p < 32; p++) {
          assertThat(transposed[c * 32 + p]).isEqualTo(many[p * stride + c]);
          expected += p < 31 ? (double) z[p] * many[p * stride + c] : 0;
        }
        assertThat((double) combined[c]).isCloseTo(expected, within(1e-4));
        expected = 0;
        for (int p = 0; p < rank; p++) {
          expected += (double) from[3 + p] * axes[p * rank + c];
        }
        assertThat((double) product[1 + c]).isCloseTo(expected, within(1e-4));
        for (int d = c; d < rank; d++) {
          int at = c * stride + d;
          assertThat(matrix[at]).isEqualTo(start[at] + added[at]);
        }
      }
    }
  }

  @Property(tries = 60)
  void productsOfBothKernelsAreDotProducts(
      @ForAll @IntRange(min = 1, max = 11) int count,
      @ForAll @IntRange(min = 1, max = 70) int rank,
      @ForAll @IntRange(min = 1, max = 90) int width,
      @ForAll long seed) {
    Random random = new Random(seed);
    float[] rows = floats(2 + count * rank, random);
    int padded = Kernel.stride(width);
    float[] columns = floats(rank * padded, random);
    for (Kernel kernel : new Kernel[] {Kernel.active(), Kernel.scalar()}) {
      float[] out = new float[count * width];
      kernel.products(rows, 2, count, rank, columns, width, out);
      for (int n = 0; n < count; n++) {
        for (int c = 0; c < width; c++) {
          double expected = 0;
          for (int p = 0; p < rank; p++) {
            expected += (double) rows[2 + n * rank + p] * columns[p * padded + c];
          }
          assertThat((double) out[n * width + c]).isCloseTo(expected, within(1e-4));
        }
      }
    }
  }

  /** Fewer rows than values and more, with and without a right-hand side of its own. */
  @Property(tries = 100)
  void whitenedSolutionIsTheDenseOne(
      @ForAll @IntRange(min = 0, max = 300) int count,
      @ForAll @IntRange(min = 1, max = 140) int rank,
      @ForAll boolean started,
      @ForAll boolean anyWeightless,
      @ForAll long seed) {
    Random random = new Random(seed);
    float[] rows = floats(Math.max(1, count) * rank, random);
    double[] base = random.doubles(rank, 2, 30).toArray();
    double[] own = started ? doubles(rank, random) : new double[rank];
    NormalEquations dense = new NormalEquations(rank);
    dense.clear();
    double[] diagonal = new double[rank * rank];
    for (int c = 0; c < rank; c++) {
      diagonal[c * rank + c] = 0.5 * base[c];
    }
    dense.addMatrix(diagonal, 1);
    dense.addRidge(0.7);
    double[] unit = new double[rank * rank];
    for (int c = 0; c < rank; c++) {
      unit[c * rank + c] = own[c];
    }
    float[] ones = new float[rank];
    Arrays.fill(ones, 1f);
    dense.addProduct(unit, ones, 0, 1);
    int[] others = new int[count];
    float[] weights = new float[count];
    float[] rights = new float[count];
    for (int p = 0; p < count; p++) {
      others[p] = (p + count / 2) % count;
      weights[p] = anyWeightless && p % 5 == 0 ? 0f : 0.05f;
      rights[p] = 1f - p % 2;
      dense.addRow(rows, others[p] * rank, weights[p], rights[p]);
    }
    float[] expected = new float[rank];
    assertThat(dense.solve(expected, 0)).isEqualTo(-1);
    double square = 1;
    for (float value : expected) {
      square += value * value;
    }
    double size = Math.sqrt(square);
    for (Kernel kernel : new Kernel[] {Kernel.active(), Kernel.scalar()}) {
      WhitenedEquations whitened = new WhitenedEquations(rank, kernel);
      // What an earlier system leaves behind must not matter.
      assertThat(whitened.begin(base, 1, 0, 1)).isTrue();
      whitened.addRows(rows, new int[] {0}, new float[] {0.3f}, new float[] {1f}, 0, 1);
      assertThat(whitened.solve(new float[rank], 0)).isTrue();
      assertThat(whitened.begin(base, 0.5, 0.7, count)).isTrue();
      if (started) {
        whitened.start(own);
      }
      // In two parts, so that one begins amid others.
      whitened.addRows(rows, others, weights, rights, 0, count / 3);
      whitened.addRows(rows, others, weights, rights, count / 3, count);
      float[] x = new float[rank + 1];
      assertThat(whitened.solve(x, 1)).isTrue();
      for (int c = 0; c < rank; c++) {
        assertThat(x[1 + c]).isCloseTo(expected[c], within((float) (1e-5 * size)));
      }
    }
  }

  @Test
  void whitenedEquationsRefuseWhatFloatsCannotSolve() {
    for (Kernel kernel : new Kernel[] {Kernel.active(), Kernel.scalar()}) {
      WhitenedEquations equations = new WhitenedEquations(3, kernel);
      assertThat(equations.begin(new double[] {1, 1, 0}, 1, 0, 1)).isFalse();
      assertThat(equations.begin(new double[] {1, 1, -1}, 1, 0, 1)).isFalse();
      assertThat(equations.begin(new double[] {1, 1, Double.NaN}, 1, 0, 1)).isFalse();
      float[] out = {7, 7, 7};
      assertThat(equations.begin(new double[] {1, 1, 1}, 1, 0, 1)).isTrue();
      equations.addRows(
          new float[] {1e3f, 0, 0}, new int[] {0}, new float[] {1}, new float[] {1}, 0, 1);
      assertThat(equations.solve(out, 0)).isFalse();
      assertThat(equations.begin(new double[] {1, 1, 1}, 1, 0, 1)).isTrue();
      equations.addRows(
          new float[] {Float.NaN, 0, 0}, new int[] {0}, new float[] {1}, new float[] {1}, 0, 1);
      assertThat(equations.solve(out, 0)).isFalse();
      assertThat(out).containsExactly(7, 7, 7);
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

  @Property(tries = 100)
  void softmaxOfBothKernelsIsThatOfDoubles(
      @ForAll @IntRange(min = 1, max = 2500) int length,
      @ForAll @IntRange(min = 0, max = 4) int magnitude,
      @ForAll long seed) {
    Random random = new Random(seed);
    float scale = (float) Math.pow(4, magnitude);
    float[] x = floats(3 + length, random);
    float[] y = floats(length, random);
    float[] z = new float[length];
    float most = Float.NEGATIVE_INFINITY;
    for (int c = 0; c < length; c++) {
      z[c] = scale * x[3 + c] - y[c];
      most = Math.max(most, z[c]);
    }
    double sum = 0;
    for (float value : z) {
      sum += Math.exp((double) value - most);
    }
    for (Kernel kernel : new Kernel[] {Kernel.active(), Kernel.scalar()}) {
      float[] out = new float[length + 1];
      out[length] = 7;
      double log = kernel.softmax(x, 3, scale, y, length, out);
      assertThat(log).isCloseTo(most + Math.log(sum), within(1e-6));
      assertThat(out[length]).isEqualTo(7);
      for (int c = 0; c < length; c++) {
        double expected = Math.exp((double) z[c] - most) / sum;
        // At most: 2 units of a power, 2 of those in the sum, half of one for each of up to 18
        // additions, 2 of the quotient; a unit is 6e-8. The difference to the largest rounds too.
        assertThat((double) out[c])
            .isCloseTo(expected, within((10 + most - z[c]) * 1e-7 * expected + 1e-37));
      }
    }
  }

  @Test
  void softmaxOfWhatIsNoNumberIsNone() {
    for (Kernel kernel : new Kernel[] {Kernel.active(), Kernel.scalar()}) {
      for (int at : new int[] {2, 18}) {
        float[] x = new float[19];
        x[at] = Float.NaN;
        assertThat(kernel.softmax(x, 0, 1f, new float[19], 19, new float[19])).isNaN();
      }
    }
  }
}
