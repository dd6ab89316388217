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
 * @param past what the equations of each have summed up before tonight, or nothing
 */
record TouchedRows(
    int rank, int[] indices, float[] teacher, float[] teacherCounts, float[] events, PastSums past)
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
    return new TouchedRows(rank, indices, rows, counts, events, PastSums.NONE);
  }

  /** The same with what their equations have summed up. */
  TouchedRows with(PastSums sums) {
    return new TouchedRows(rank, indices, teacher, teacherCounts, events, sums);
  }

  /** Those of these entities; each must be here. */
  TouchedRows some(int[] wanted) {
    float[] rows = new float[wanted.length * rank];
    float[] counts = new float[wanted.length];
    float[] tonight = new float[wanted.length];
    int[] positions = new int[wanted.length];
    for (int n = 0; n < wanted.length; n++) {
      int at = Arrays.binarySearch(indices, wanted[n]);
      System.arraycopy(teacher, at * rank, rows, n * rank, rank);
      counts[n] = teacherCounts[at];
      tonight[n] = events[at];
      positions[n] = at;
    }
    return new TouchedRows(rank, wanted, rows, counts, tonight, past.at(positions));
  }

  int size() {
    return indices.length;
  }

  boolean hasTeacher(int n) {
    return teacherCounts[n] >= 0;
  }

  /** Events that the teacher's rows have learnt from, and tonight's. */
  double eventsSoFar() {
    double sum = 0;
    for (int n = 0; n < size(); n++) {
      sum += Math.max(0, teacherCounts[n]) + events[n];
    }
    return sum;
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
