package io.perennial.evaluation;

import java.util.BitSet;
import java.util.List;
import java.util.Objects;

/**
 * The test on which subjects are compared: the same users, items and masks for all of them.
 *
 * @param name {@code validation}, {@code prequential}, or {@code frozen:N} for the validation
 *     window of version N
 * @param cases sorted by user; a deterministic sample where there were more users than the limit
 * @param totalUsers users in the window before sampling
 * @param oldItems items that had events before the window (that the champion could know): segments
 *     old_items and new_items
 */
public record EvaluationWindow(
    String name, List<UserCase> cases, long totalUsers, BitSet oldItems) {
  public EvaluationWindow {
    Objects.requireNonNull(name, "name");
    cases = List.copyOf(cases);
    oldItems = (BitSet) oldItems.clone();
  }
}
