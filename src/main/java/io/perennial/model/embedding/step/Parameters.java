package io.perennial.model.embedding.step;

import java.io.Serializable;

/**
 * Everything that a step moves.
 *
 * @param users rows of {@link Recipe#width}
 * @param items rows of {@link Recipe#width}
 * @param dense one row: scale and b
 * @param discriminator one row of {@link #discriminatorWidth}, used where a teacher has an
 *     adversary
 */
public record Parameters(
    ParameterRows users, ParameterRows items, ParameterRows dense, ParameterRows discriminator)
    implements Serializable {

  public Parameters copy() {
    return new Parameters(users.copy(), items.copy(), dense.copy(), discriminator.copy());
  }

  /** A dense unit that has not taken a step. */
  public static ParameterRows denseUnit(double scale, double bias) {
    return ParameterRows.fresh(Dense.WIDTH, new float[] {(float) scale, (float) bias});
  }

  /** Length of the row of a discriminator that looks at so many items. */
  public static int discriminatorWidth(int probes, int hidden) {
    return Adversary.width(probes, hidden);
  }

  /** No value and no moment is NaN or infinite. */
  public boolean isFinite() {
    return users.isFinite() && items.isFinite() && dense.isFinite() && discriminator.isFinite();
  }
}
