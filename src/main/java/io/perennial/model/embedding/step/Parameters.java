package io.perennial.model.embedding.step;

import java.io.Serializable;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Everything that a step moves.
 *
 * @param users rows of {@link Recipe#width}
 * @param items rows of {@link Recipe#width}
 * @param dense a row a head: scale and b, of one head; of several each row also has what {@link
 *     #denseUnits} says
 * @param discriminator one row of {@link #discriminatorWidth}, used where a teacher has an
 *     adversary
 * @param towers of both sides
 */
public record Parameters(
    ParameterRows users,
    ParameterRows items,
    ParameterRows dense,
    ParameterRows discriminator,
    Towers towers)
    implements Serializable {
  /** Without towers. */
  public Parameters(
      ParameterRows users, ParameterRows items, ParameterRows dense, ParameterRows discriminator) {
    this(users, items, dense, discriminator, Towers.NONE);
  }

  public Parameters copy() {
    return new Parameters(
        users.copy(), items.copy(), dense.copy(), discriminator.copy(), towers.copy());
  }

  /** A dense unit that has not taken a step. */
  public static ParameterRows denseUnit(double scale, double bias) {
    return ParameterRows.fresh(Dense.WIDTH, new float[] {(float) scale, (float) bias});
  }

  /**
   * Dense units of some heads that have not taken a step, all alike: scale, b, what the bias of an
   * item counts (1), and what each coordinate of a user counts (1). Of the main head, which comes
   * first, only scale and b are looked at.
   *
   * @param heads 1: {@link #denseUnit}
   */
  public static ParameterRows denseUnits(double scale, double bias, int heads, int dimension) {
    if (heads == 1) {
      return denseUnit(scale, bias);
    }
    int width = Diagonal.width(dimension);
    float[] values = new float[heads * width];
    Arrays.fill(values, 1f);
    for (int head = 0; head < heads; head++) {
      values[head * width] = (float) scale;
      values[head * width + 1] = (float) bias;
    }
    return ParameterRows.fresh(width, values);
  }

  /**
   * Makes a head that is not the main one begin as ratings do: at the mean, without the bias of an
   * item, which is how popular it is.
   *
   * @param units as {@link #denseUnits} makes them
   */
  public static void beginRated(ParameterRows units, int head, double scale, double bias) {
    int at = head * units.width();
    units.values()[at] = (float) scale;
    units.values()[at + 1] = (float) bias;
    units.values()[at + Diagonal.SLOPE] = 0f;
  }

  /**
   * A discriminator that has not taken a step: small random weights.
   *
   * @param probes items that it looks at
   * @param hidden its units
   */
  public static ParameterRows discriminator(int probes, int hidden, long seed) {
    float[] values = new float[Adversary.width(probes, hidden)];
    SplittableRandom random = new SplittableRandom(seed);
    for (int n = 0; n < values.length; n++) {
      boolean input = n < probes * hidden;
      values[n] = (float) (random.nextGaussian() / Math.sqrt(input ? probes : hidden));
    }
    return ParameterRows.fresh(values.length, values);
  }

  /** No value and no moment is NaN or infinite. */
  public boolean isFinite() {
    return users.isFinite()
        && items.isFinite()
        && dense.isFinite()
        && discriminator.isFinite()
        && towers.isFinite();
  }
}
