package io.perennial.model.embedding.rounds;

import io.perennial.model.FactorRows;
import io.perennial.model.embedding.step.ParameterRows;
import java.util.Arrays;

/** What a worker leaves behind of the users that it moved. */
public final class UserRows {
  private UserRows() {}

  /** Their rows, with the events that they have learnt from. */
  public static FactorRows values(WorkerState state, int width) {
    int[] moved = moved(state);
    float[] counts = new float[moved.length];
    for (int n = 0; n < moved.length; n++) {
      counts[n] = state.learnt()[moved[n]] + state.counts()[moved[n]];
    }
    return new FactorRows(width, indices(state, moved), state.users().some(moved).values(), counts);
  }

  /** Their moments: mean gradient, then mean squared gradient, with the number of steps. */
  public static FactorRows moments(WorkerState state, int width) {
    int[] moved = moved(state);
    return new FactorRows(
        width, indices(state, moved), moments(state.users(), moved), steps(state.users(), moved));
  }

  /** What they were in the parent, those that it had. */
  public static FactorRows before(WorkerState state, int width) {
    int[] moved = Arrays.stream(moved(state)).filter(n -> state.known()[n]).toArray();
    float[] counts = new float[moved.length];
    for (int n = 0; n < moved.length; n++) {
      counts[n] = state.learnt()[moved[n]];
    }
    return new FactorRows(
        width, indices(state, moved), state.teacher().some(moved).values(), counts);
  }

  /** Moments of some rows, {@code rows × 2 width}. */
  public static float[] moments(ParameterRows rows, int[] some) {
    int width = rows.width();
    float[] moments = new float[Math.multiplyExact(some.length, 2 * width)];
    for (int n = 0; n < some.length; n++) {
      System.arraycopy(rows.first(), some[n] * width, moments, 2 * n * width, width);
      System.arraycopy(rows.second(), some[n] * width, moments, (2 * n + 1) * width, width);
    }
    return moments;
  }

  /** Steps of some rows. */
  public static float[] steps(ParameterRows rows, int[] some) {
    float[] steps = new float[some.length];
    for (int n = 0; n < some.length; n++) {
      steps[n] = rows.steps()[some[n]];
    }
    return steps;
  }

  private static int[] moved(WorkerState state) {
    int[] moved = new int[state.indices().length];
    int n = 0;
    for (int user = 0; user < moved.length; user++) {
      if (state.counts()[user] > 0) {
        moved[n++] = user;
      }
    }
    return Arrays.copyOf(moved, n);
  }

  private static int[] indices(WorkerState state, int[] moved) {
    int[] indices = new int[moved.length];
    for (int n = 0; n < moved.length; n++) {
      indices[n] = state.indices()[moved[n]];
    }
    return indices;
  }
}
