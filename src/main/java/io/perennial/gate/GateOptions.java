package io.perennial.gate;

import java.util.Map;
import java.util.Optional;

/**
 * The rules of a gate.
 *
 * @param minimum absolute floor by metric label at the primary k ({@code ndcg: 0.01}); a ceiling
 *     for errors ({@code rmse: 2})
 * @param maximalRegression largest relative loss against the parent that is still tolerated;
 *     default 0.05
 * @param baseline subject that a candidate must beat; default popularity ({@code bias} suits
 *     explicit feedback); empty: none
 * @param minimalGain relative gain over it; default 0
 * @param maximalForgetting largest relative loss against the parent over the frozen windows
 *     together, on top of twice the share of tonight's events among all that the line has learnt: a
 *     night that doubles what is known may change more than one that adds a hundredth; default 0.15
 * @param minimalUsers users below which tonight's window is pooled with earlier nights'; default
 *     200
 * @param pooledNights at most so many of them; default 14
 * @param onLittleEvidence what happens when there still are too few
 * @param drift rules of input drift; empty: none
 */
public record GateOptions(
    Map<String, Double> minimum,
    double maximalRegression,
    Optional<String> baseline,
    double minimalGain,
    double maximalForgetting,
    int minimalUsers,
    int pooledNights,
    LittleEvidence onLittleEvidence,
    Optional<DriftOptions> drift) {

  /** What a gate does when even the pooled nights hold too few users. */
  public enum LittleEvidence {
    PROMOTE,
    REJECT
  }

  public static final GateOptions DEFAULT =
      new GateOptions(
          Map.of(),
          0.05,
          Optional.of("popularity"),
          0.0,
          0.15,
          200,
          14,
          LittleEvidence.PROMOTE,
          Optional.of(DriftOptions.DEFAULT));

  public GateOptions {
    minimum = Map.copyOf(minimum);
    for (Map.Entry<String, Double> entry : minimum.entrySet()) {
      if (!Double.isFinite(entry.getValue())) {
        throw new IllegalArgumentException(
            "gate.minimum." + entry.getKey() + " must be a number, got " + entry.getValue());
      }
    }
    if (!Double.isFinite(minimalGain)) {
      throw new IllegalArgumentException("gate.minimalGain must be a number, got " + minimalGain);
    }
    if (!(maximalRegression >= 0)
        || !(maximalForgetting >= 0)
        || minimalUsers < 0
        || pooledNights < 0) {
      throw new IllegalArgumentException(
          "gate: maximalRegression, maximalForgetting, minimalUsers and pooledNights must be 0 or"
              + " more");
    }
  }
}
