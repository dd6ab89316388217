package io.perennial.distillation;

import java.io.Serializable;

/**
 * How yesterday's model teaches tonight's.
 *
 * @param beta weight of the teacher's score on every (touched entity, known item); 0: no teacher,
 *     plain fine-tuning; default 0.3
 * @param betaGrowth exponent g of what the teacher knows: β of an entity with n learnt events is
 *     β·min(1, n/betaSaturation)^g; 0: the same β for everybody
 * @param betaSaturation events at which an entity's β is full
 * @param users how touched users are updated
 * @param items how touched items are updated
 * @param shrink share of the model's regularisation that still acts on entities that have a teacher
 *     row; it compounds every night; 0 or more, default 0
 */
public record DistillationOptions(
    double beta,
    double betaGrowth,
    double betaSaturation,
    Update users,
    Update items,
    double shrink)
    implements Serializable {
  /** How the touched entities of one side are updated. */
  public enum Update {
    /** From tonight's events and the teacher's scores. */
    DISTILLED,
    /** From their whole (decayed) history: exact, no teacher needed. Users only. */
    EXACT
  }

  /** Users exact on their history, items distilled: the strongest variant of method.md §3. */
  public static final DistillationOptions DEFAULT =
      new DistillationOptions(0.3, 0.0, 20.0, Update.EXACT, Update.DISTILLED);

  /** No teacher at all. */
  public static final DistillationOptions NONE =
      new DistillationOptions(0.0, 0.0, 20.0, Update.DISTILLED, Update.DISTILLED);

  public DistillationOptions {
    if (!(beta >= 0) || Double.isInfinite(beta)) {
      throw new IllegalArgumentException("distillation.beta must be 0 or more, got " + beta);
    }
    if (!(betaGrowth >= 0) || !(betaSaturation > 0)) {
      throw new IllegalArgumentException(
          "distillation.betaGrowth must be 0 or more and betaSaturation positive, got "
              + betaGrowth
              + " and "
              + betaSaturation);
    }
    if (!(shrink >= 0) || Double.isInfinite(shrink)) {
      throw new IllegalArgumentException("distillation.shrink must be 0 or more, got " + shrink);
    }
    if (items == Update.EXACT) {
      throw new IllegalArgumentException(
          "distillation.items cannot be exact: no history is kept by item");
    }
  }

  /** Without shrinking. */
  public DistillationOptions(
      double beta, double betaGrowth, double betaSaturation, Update users, Update items) {
    this(beta, betaGrowth, betaSaturation, users, items, 0.0);
  }

  /**
   * β of an entity: {@code β·min(1, n/saturation)^g}.
   *
   * @param eventCount events that the teacher's row of the entity has learnt from
   */
  public double strength(double eventCount) {
    if (beta == 0 || betaGrowth == 0) {
      return beta;
    }
    return beta * Math.pow(Math.min(1.0, Math.max(0.0, eventCount) / betaSaturation), betaGrowth);
  }
}
