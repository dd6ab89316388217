package io.perennial.distillation;

import java.io.Serializable;

/**
 * The teacher's term of a half-sweep, over the whole opposite catalogue at the cost of two small
 * matrices: {@code β Σ_i ω_i (uᵀv_i − ûᵀv̂_i)² = β (uᵀG u − 2 uᵀC û) + const} with {@code G = Σ ω_i
 * v_i v_iᵀ} and {@code C = Σ ω_i v_i v̂_iᵀ}, over the items i that the teacher knows. All ω are 1
 * for implicit feedback. For ratings ω_i is the number of events of the item's row in the teacher,
 * and β is multiplied with the entity's own number of events over Σ ω: the teacher then counts as
 * much as the past ratings of the entity would, spread by popularity.
 *
 * @param options β and how it grows
 * @param known G, dense k × k
 * @param cross C, dense k × k
 * @param weight Σ ω, above 0 where β is
 * @param weighting how the opposite rows are weighted
 */
public record ScoreDistillation(
    DistillationOptions options, double[] known, double[] cross, double weight, Weighting weighting)
    implements Serializable {
  /** Weights ω of the rows that are summed. */
  public enum Weighting {
    /** Every row counts 1. */
    PLAIN,
    /** Every row counts its number of events. */
    POPULARITY;

    /** ω of a row that has learnt from so many events. */
    public double of(double eventCount) {
      return this == PLAIN ? 1.0 : Math.max(0.0, eventCount);
    }
  }

  /** What stands before G and C for an entity whose teacher row learnt from so many events. */
  public double strength(double eventCount) {
    double beta = options.strength(eventCount);
    if (weighting == Weighting.PLAIN || beta == 0) {
      return beta;
    }
    return weight > 0 ? beta * Math.max(0.0, eventCount) / weight : 0.0;
  }
}
