package io.perennial.model.embedding.step;

import java.io.Serializable;

/**
 * How the parent teaches a batch. Weights may be combined; 0 leaves a kind out.
 *
 * @param likelihood weight of {@link Likelihood}: the teacher's softened order of the batch's items
 *     for each of its users
 * @param temperature T, with which scores are softened, above 0
 * @param softTargets weight of {@link SoftTargets}: the teacher's scores themselves
 * @param adversarial weight of {@link Adversary}: a small discriminator must not tell the student's
 *     scores from the teacher's
 * @param probes items on which the discriminator looks, 2 or more
 * @param hidden units of the discriminator, 1 or more
 * @param anchor weight of {@link ImportanceAnchor}: parameters stay where they were, each as firmly
 *     as it mattered
 */
public record Teaching(
    double likelihood,
    double temperature,
    double softTargets,
    double adversarial,
    int probes,
    int hidden,
    double anchor)
    implements Serializable {
  /** Nobody teaches. */
  public static final Teaching NONE = new Teaching(0, 1, 0, 0, 32, 16, 0);

  public Teaching {
    notNegative("likelihood", likelihood);
    notNegative("softTargets", softTargets);
    notNegative("adversarial", adversarial);
    notNegative("anchor", anchor);
    if (!(temperature > 0) || Double.isInfinite(temperature)) {
      throw new IllegalArgumentException(
          "distillation.teaching.temperature must be above 0, got " + temperature);
    }
    if (probes < 2 || probes > 1024 || hidden < 1 || hidden > 1024) {
      throw new IllegalArgumentException(
          "distillation.teaching.probes must lie between 2 and 1024 and hidden between 1 and 1024, got "
              + probes
              + " and "
              + hidden);
    }
  }

  private static void notNegative(String name, double value) {
    if (!(value >= 0) || Double.isInfinite(value)) {
      throw new IllegalArgumentException(
          "distillation.teaching." + name + " must be 0 or more, got " + value);
    }
  }

  /** Whether the teacher's scores are asked for. */
  boolean scores() {
    return likelihood > 0 || softTargets > 0 || adversarial > 0;
  }

  /** All weights times a factor. */
  public Teaching times(double factor) {
    return new Teaching(
        likelihood * factor,
        temperature,
        softTargets * factor,
        adversarial * factor,
        probes,
        hidden,
        anchor * factor);
  }
}
