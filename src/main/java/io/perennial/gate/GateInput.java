package io.perennial.gate;

import io.perennial.evaluation.Comparison;
import io.perennial.evaluation.Evidence;
import io.perennial.evaluation.InputProfile;
import java.util.List;
import java.util.Optional;

/**
 * Everything a gate looks at.
 *
 * @param validation candidate (first), parent (absent on the first run) and baselines on the
 *     validation window
 * @param frozen candidate (first) and parent on each frozen window of earlier nights, oldest first
 * @param earlier newer-against-older evidence of the last nights' prequential windows, newest
 *     first, to pool with where tonight's validation holds too few users
 * @param tonight shape of the new events; empty where the slice holds none but late ones
 * @param recent shapes of the nights that the champion's line learnt, newest first
 * @param novelty share of tonight's events among all that the line has learnt with them, 0 to 1
 */
public record GateInput(
    Comparison validation,
    List<Comparison> frozen,
    List<Evidence> earlier,
    Optional<InputProfile> tonight,
    List<InputProfile> recent,
    double novelty) {
  public GateInput {
    frozen = List.copyOf(frozen);
    earlier = List.copyOf(earlier);
    recent = List.copyOf(recent);
    if (!(novelty >= 0 && novelty <= 1)) {
      throw new IllegalArgumentException("novelty must lie between 0 and 1, got " + novelty);
    }
  }
}
