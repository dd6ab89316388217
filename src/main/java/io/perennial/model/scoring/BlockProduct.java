package io.perennial.model.scoring;

import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Users × itemsᵀ by one BLAS call on memory outside the heap. The item side is copied there once;
 * every thread keeps a block of users and of scores of its own, used again as long as it fits.
 * Everything is freed with this object.
 */
final class BlockProduct {
  private static final int MAX_BLOCK_VALUES = 1 << 24;
  private final INDArray items;
  private final int count;
  private final int rank;
  private final int blockRows;
  private final ThreadLocal<Room> rooms = new ThreadLocal<>();

  /**
   * @param items row-major {@code count × rank}
   */
  BlockProduct(float[] items, int count, int rank) {
    this.count = count;
    this.rank = rank;
    this.blockRows = Math.max(1, Math.min(1024, MAX_BLOCK_VALUES / count));
    this.items = columns(rank, count);
    pointer(this.items).put(items, 0, items.length);
  }

  /** {@code out = users · itemsᵀ}, row-major {@code rows × count}. */
  void multiply(float[] users, int rows, float[] out) {
    for (int from = 0; from < rows; from += blockRows) {
      int n = Math.min(blockRows, rows - from);
      Room room = room(n);
      pointer(room.users).put(users, from * rank, n * rank);
      // Column-major items × users has the memory layout of row-major users × items.
      Nd4j.gemm(items, room.users, room.scores, true, false, 1.0, 0.0);
      pointer(room.scores).get(out, from * count, n * count);
    }
  }

  private Room room(int rows) {
    Room room = rooms.get();
    if (room == null || room.rows != rows) {
      if (room != null) {
        room.users.close();
        room.scores.close();
      }
      room = new Room(rows, columns(rank, rows), columns(count, rows));
      rooms.set(room);
    }
    return room;
  }

  private static INDArray columns(int length, int number) {
    return Nd4j.createUninitialized(DataType.FLOAT, new long[] {length, number}, 'f');
  }

  private static FloatPointer pointer(INDArray array) {
    return new FloatPointer(array.data().addressPointer());
  }

  private record Room(int rows, INDArray users, INDArray scores) {}
}
