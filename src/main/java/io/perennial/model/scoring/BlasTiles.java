package io.perennial.model.scoring;

import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Items in tiles outside the heap, each multiplied with blocks of users by one BLAS call into
 * memory that a thread uses again and again. Everything is freed with this object.
 */
final class BlasTiles implements ItemTiles {
  private final int rank;
  private final INDArray[] tiles;
  private final ThreadLocal<Room> rooms = new ThreadLocal<>();

  /**
   * @param items row-major {@code count × rank}, copied
   * @param width items of a tile
   */
  BlasTiles(float[] items, int count, int rank, int width) {
    this.rank = rank;
    this.tiles = new INDArray[(count + width - 1) / width];
    for (int t = 0; t < tiles.length; t++) {
      int from = t * width;
      int n = Math.min(width, count - from);
      tiles[t] = columns(rank, n);
      pointer(tiles[t]).put(items, from * rank, n * rank);
    }
  }

  @Override
  public void multiply(int tile, float[] users, int from, int count, float[] out) {
    INDArray items = tiles[tile];
    int width = items.columns();
    Room room = room(count);
    if (tile == 0) {
      pointer(room.users).put(users, from * rank, count * rank);
    }
    INDArray scores = room.scores(tile, width);
    // Column-major items × users has the memory layout of row-major users × items.
    Nd4j.gemm(items, room.users, scores, true, false, 1.0, 0.0);
    pointer(scores).get(out, 0, count * width);
  }

  private Room room(int count) {
    Room room = rooms.get();
    if (room == null || room.count != count) {
      if (room != null) {
        room.close();
      }
      room = new Room(count, columns(rank, count));
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

  /** A thread's own users and scores; full tiles share theirs, the last tile has its own. */
  private final class Room {
    private final int count;
    private final INDArray users;
    private INDArray full;
    private INDArray last;

    Room(int count, INDArray users) {
      this.count = count;
      this.users = users;
    }

    INDArray scores(int tile, int width) {
      if (tile == tiles.length - 1) {
        if (last == null) {
          last = columns(width, count);
        }
        return last;
      }
      if (full == null) {
        full = columns(width, count);
      }
      return full;
    }

    void close() {
      users.close();
      if (full != null) {
        full.close();
      }
      if (last != null) {
        last.close();
      }
    }
  }
}
