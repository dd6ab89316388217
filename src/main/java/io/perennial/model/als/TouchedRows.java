package io.perennial.model.als;

import io.perennial.model.FactorRows;
import java.io.Serializable;
import java.util.Arrays;

/**
 * The entities of one side that tonight's events touch, with the teacher's rows.
 *
 * @param rank length of a row
 * @param indices strictly increasing
 * @param teacher row-major {@code indices.length × rank}; zeros where the teacher has no row
 * @param teacherCounts events of the teacher's row, or -1 where it has none
 * @param events tonight's events
 */
record TouchedRows(int rank, int[] indices, float[] teacher, float[] teacherCounts, float[] events)
    implements Serializable {

  /** Some entities, with the rows that a teacher has of them. */
  static TouchedRows of(int[] indices, float[] events, FactorRows teacher) {
    int rank = teacher.rank();
    float[] rows = new float[Math.multiplyExact(indices.length, rank)];
    float[] counts = new float[indices.length];
    for (int n = 0; n < indices.length; n++) {
      int at = teacher.position(indices[n]);
      counts[n] = at < 0 ? -1 : teacher.eventCounts()[at];
      if (at >= 0) {
        System.arraycopy(teacher.values(), at * rank, rows, n * rank, rank);
      }
    }
    return new TouchedRows(rank, indices, rows, counts, events);
  }

  int size() {
    return indices.length;
  }

  boolean hasTeacher(int n) {
    return teacherCounts[n] >= 0;
  }

  /** Number of entities that the teacher does not know. */
  int newcomers() {
    int count = 0;
    for (float known : teacherCounts) {
      count += known < 0 ? 1 : 0;
    }
    return count;
  }

  /** These entities with new vectors, {@code size × rank}, and tonight's events counted in. */
  FactorRows learnt(float[] values) {
    float[] counts = new float[size()];
    for (int n = 0; n < counts.length; n++) {
      counts[n] = Math.max(0, teacherCounts[n]) + events[n];
    }
    return new FactorRows(rank, Arrays.copyOf(indices, size()), values, counts);
  }
}
