package io.perennial.model.embedding.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class MatrixProductsTest {
  private static final int STRIDE = 16;

  @Test
  void loopsAndLibraryGiveThePlainSums() {
    try (LibraryProducts library = new LibraryProducts(STRIDE)) {
      for (MatrixProducts products : new MatrixProducts[] {new KernelProducts(STRIDE), library}) {
        // Smaller after larger: the library's memory is used again.
        for (int[] shape : new int[][] {{5, 9}, {3, 4}, {70, 33}, {1, 1}}) {
          check(products, shape[0], shape[1]);
        }
      }
    }
  }

  private static void check(MatrixProducts products, int count, int columns) {
    SplittableRandom random = new SplittableRandom(count);
    int from = 2;
    float[] rows = gaussian(random, (from + count) * STRIDE);
    float[] vectors = gaussian(random, columns * STRIDE);
    float[] scores = new float[count * columns + 3];
    products.scores(rows, from, count, vectors, columns, scores);
    float[] weights = gaussian(random, count * columns);
    float[] sums = new float[count * STRIDE];
    products.weighted(weights, count, vectors, columns, sums);
    float[] added = gaussian(random, columns * STRIDE);
    float[] before = added.clone();
    products.addWeighted(weights, rows, from, count, columns, 0.5f, added);
    for (int r = 0; r < count; r++) {
      for (int c = 0; c < columns; c++) {
        double dot = 0;
        for (int d = 0; d < STRIDE; d++) {
          dot += (double) rows[(from + r) * STRIDE + d] * vectors[c * STRIDE + d];
        }
        assertThat((double) scores[r * columns + c]).isCloseTo(dot, within(1e-4));
      }
    }
    for (int d = 0; d < STRIDE; d++) {
      for (int r = 0; r < count; r++) {
        double sum = 0;
        for (int c = 0; c < columns; c++) {
          sum += (double) weights[r * columns + c] * vectors[c * STRIDE + d];
        }
        assertThat((double) sums[r * STRIDE + d]).isCloseTo(sum, within(1e-3));
      }
      for (int c = 0; c < columns; c++) {
        double sum = before[c * STRIDE + d];
        for (int r = 0; r < count; r++) {
          sum += 0.5 * weights[r * columns + c] * rows[(from + r) * STRIDE + d];
        }
        assertThat((double) added[c * STRIDE + d]).isCloseTo(sum, within(1e-3));
      }
    }
  }

  private static float[] gaussian(SplittableRandom random, int size) {
    float[] values = new float[size];
    for (int n = 0; n < size; n++) {
      values[n] = (float) random.nextGaussian();
    }
    return values;
  }
}
