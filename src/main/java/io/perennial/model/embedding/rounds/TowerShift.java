package io.perennial.model.embedding.rounds;

import io.perennial.model.embedding.step.ParameterRows;
import io.perennial.model.embedding.step.TowerRows;
import java.io.Serializable;

/**
 * Goes between whole rows of users and what they have of their own beside what their tower makes: a
 * training from scratch learns the latter, all others see the former.
 */
public final class TowerShift implements Advance<TowerShift.Input, Integer> {
  private static final long serialVersionUID = 1L;

  /** Which way. */
  public enum Direction {
    /** What the tower makes is taken away. */
    TO_OWN,
    /** What the tower makes is added. */
    TO_WHOLE
  }

  /**
   * What is shared.
   *
   * @param tower of users
   */
  public record Input(TowerRows tower, Direction direction) implements Serializable {}

  @Override
  public Advanced<Integer> apply(WorkerState state, Input input) {
    float[] made = input.tower().rows(state.features().inputs(), state.users().width());
    return new Advanced<>(state.with(shifted(state.users(), made, input.direction())), 0);
  }

  /**
   * Shifted rows; moments and steps stay.
   *
   * @param made by the tower, of as many rows
   */
  public static ParameterRows shifted(ParameterRows rows, float[] made, Direction direction) {
    ParameterRows shifted = rows.copy();
    float sign = direction == Direction.TO_WHOLE ? 1f : -1f;
    for (int n = 0; n < made.length; n++) {
      shifted.values()[n] += sign * made[n];
    }
    return shifted;
  }
}
