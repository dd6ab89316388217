package io.perennial.model.embedding.step;

import io.perennial.model.kernel.Kernel;
import java.util.Arrays;

/**
 * Products by the loops of {@link Kernel}: for small blocks, where a call of a matrix library costs
 * more than the product.
 */
final class KernelProducts implements MatrixProducts {
  private final Kernel kernel = Kernel.active();
  private final int stride;

  KernelProducts(int stride) {
    this.stride = stride;
  }

  @Override
  public void scores(float[] rows, int from, int count, float[] vectors, int columns, float[] out) {
    for (int r = 0; r < count; r++) {
      int at = (from + r) * stride;
      for (int c = 0; c < columns; c++) {
        out[r * columns + c] = kernel.dot(rows, at, vectors, c * stride, stride);
      }
    }
  }

  @Override
  public void weighted(float[] weights, int count, float[] vectors, int columns, float[] out) {
    Arrays.fill(out, 0, count * stride, 0f);
    for (int r = 0; r < count; r++) {
      for (int c = 0; c < columns; c++) {
        kernel.add(out, r * stride, vectors, c * stride, weights[r * columns + c], stride);
      }
    }
  }

  @Override
  public void addWeighted(
      float[] weights, float[] rows, int from, int count, int columns, float factor, float[] out) {
    for (int r = 0; r < count; r++) {
      int at = (from + r) * stride;
      for (int c = 0; c < columns; c++) {
        kernel.add(out, c * stride, rows, at, factor * weights[r * columns + c], stride);
      }
    }
  }
}
