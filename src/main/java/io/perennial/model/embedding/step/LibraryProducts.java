package io.perennial.model.embedding.step;

import io.perennial.model.kernel.Kernel;
import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Products by ND4J: three calls a block, into memory outside the heap that is made once and used
 * again as long as it fits. It grows to the largest block, and is freed by {@link #close}.
 *
 * <p>A row-major matrix {@code rows × columns} has the layout of a column-major one {@code columns
 * × rows}, so every matrix here is the transpose of what is meant.
 */
final class LibraryProducts implements MatrixProducts, AutoCloseable {
  private final Kernel kernel = Kernel.active();
  private final int stride;
  private INDArray rowRoom;
  private INDArray columnRoom;
  private INDArray scoreRoom;
  private float[] products = new float[0];

  LibraryProducts(int stride) {
    this.stride = stride;
  }

  @Override
  public void scores(float[] rows, int from, int count, float[] vectors, int columns, float[] out) {
    reserve(count, columns);
    INDArray left = filled(columnRoom, vectors, 0, stride, columns);
    INDArray right = filled(rowRoom, rows, from * stride, stride, count);
    INDArray product = part(scoreRoom, columns, count);
    Nd4j.gemm(left, right, product, true, false, 1.0, 0.0);
    pointer(scoreRoom).get(out, 0, count * columns);
  }

  @Override
  public void weighted(float[] weights, int count, float[] vectors, int columns, float[] out) {
    reserve(count, columns);
    INDArray left = filled(columnRoom, vectors, 0, stride, columns);
    INDArray right = filled(scoreRoom, weights, 0, columns, count);
    INDArray product = part(rowRoom, stride, count);
    Nd4j.gemm(left, right, product, false, false, 1.0, 0.0);
    pointer(rowRoom).get(out, 0, count * stride);
  }

  @Override
  public void addWeighted(
      float[] weights, float[] rows, int from, int count, int columns, float factor, float[] out) {
    reserve(count, columns);
    INDArray left = filled(rowRoom, rows, from * stride, stride, count);
    INDArray right = filled(scoreRoom, weights, 0, columns, count);
    INDArray product = part(columnRoom, stride, columns);
    Nd4j.gemm(left, right, product, false, true, 1.0, 0.0);
    if (products.length < columns * stride) {
      products = new float[columns * stride];
    }
    pointer(columnRoom).get(products, 0, columns * stride);
    kernel.add(out, 0, products, 0, factor, columns * stride);
  }

  private void reserve(int count, int columns) {
    rowRoom = room(rowRoom, (long) stride * count);
    columnRoom = room(columnRoom, (long) stride * columns);
    scoreRoom = room(scoreRoom, (long) columns * count);
  }

  private static INDArray room(INDArray present, long values) {
    if (present != null && present.length() >= values) {
      return present;
    }
    if (present != null) {
      present.close();
    }
    return Nd4j.createUninitialized(DataType.FLOAT, new long[] {values}, 'f');
  }

  private static INDArray filled(INDArray room, float[] from, int at, int height, int width) {
    pointer(room).put(from, at, height * width);
    return part(room, height, width);
  }

  private static INDArray part(INDArray room, int height, int width) {
    return room.get(NDArrayIndex.interval(0, (long) height * width)).reshape('f', height, width);
  }

  private static FloatPointer pointer(INDArray array) {
    return new FloatPointer(array.data().addressPointer());
  }

  /** Frees the memory outside the heap. */
  @Override
  public void close() {
    for (INDArray room : new INDArray[] {rowRoom, columnRoom, scoreRoom}) {
      if (room != null) {
        room.close();
      }
    }
    rowRoom = null;
    columnRoom = null;
    scoreRoom = null;
  }
}
