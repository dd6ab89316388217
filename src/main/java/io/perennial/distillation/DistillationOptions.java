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
 *     row, for tonight's events; it compounds every night unless {@code anchor} holds against it; 0
 *     or more, default 0
 * @param anchor share of the regularisation of the teacher's own events that holds an entity to its
 *     teacher's row: the curvature of the ridge that the teacher was learnt with, around where it
 *     ended; 0 or more, default 0
 */
public record DistillationOptions(
    double beta,
    double betaGrowth,
    double betaSaturation,
    Update users,
    Update items,
    double shrink,
    double anchor)
    implements Serializable {
  /** How the touched entities of one side are updated. */
  public enum Update {
    /** From tonight's events and the teacher's scores. */
    DISTILLED,
    /** From their whole (decayed) history: exact, no teacher needed. Users only. */
    EXACT,
    /**
     * From the sums that the version keeps of all their (decayed) events, and tonight's: no teacher
     * needed. Items only.
     */
    SUMS
  }

  /** Users exact on their history, items distilled: the strongest variant of method.md §3. */
  public static final DistillationOptions DEFAULT =
      new DistillationOptions(0.3, 0.0, 20.0, Update.EXACT, Update.DISTILLED);

  /**
   * For ratings: users exact, items on the sums of all that they were rated. Where a side is
   * distilled instead, the teacher counts as the ratings that it was learnt from, their
   * regularisation holds where it ended, and tonight's ratings bring their own.
   */
  public static final DistillationOptions RATINGS =
      new DistillationOptions(1.0, 0.0, 20.0, Update.EXACT, Update.SUMS, 1.0, 1.0);

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
    if (!(anchor >= 0) || Double.isInfinite(anchor)) {
      throw new IllegalArgumentException("distillation.anchor must be 0 or more, got " + anchor);
    }
    if (items == Update.EXACT) {
      throw new IllegalArgumentException(
          "distillation.items cannot be exact: no history is kept by item. Set it to sums.");
    }
    if (users == Update.SUMS) {
      throw new IllegalArgumentException(
          "distillation.users cannot be sums: their history is kept. Set it to exact.");
    }
  }

  /** Without shrinking, and without an anchor. */
  public DistillationOptions(
      double beta, double betaGrowth, double betaSaturation, Update users, Update items) {
    this(beta, betaGrowth, betaSaturation, users, items, 0.0, 0.0);
  }

  /** The same with another weight of the teacher. */
  public DistillationOptions withBeta(double other) {
    return new DistillationOptions(other, betaGrowth, betaSaturation, users, items, shrink, anchor);
  }

  /** The same with items updated in another way. */
  public DistillationOptions withItems(Update other) {
    return new DistillationOptions(beta, betaGrowth, betaSaturation, users, other, shrink, anchor);
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
