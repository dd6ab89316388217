package io.perennial.distillation;

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
 */
public record DistillationOptions(
    double beta, double betaGrowth, double betaSaturation, Update users, Update items) {
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
    if (items == Update.EXACT) {
      throw new IllegalArgumentException(
          "distillation.items cannot be exact: no history is kept by item");
    }
  }
}
