package io.perennial.model.embedding.step;

/** The correction √(1 − β₂ᵗ) / (1 − β₁ᵗ) of a row that has taken t steps, looked up. */
final class AdamRates {
  private static final int MOST = 1 << 15;
  private final float[] corrections;
  private final float last;
  private final Adam adam;

  AdamRates(Adam adam) {
    corrections = new float[MOST];
    double first = 1;
    double second = 1;
    for (int t = 1; t < MOST; t++) {
      first *= adam.beta1();
      second *= adam.beta2();
      corrections[t] = (float) (Math.sqrt(1 - second) / (1 - first));
    }
    // With a slower average than usual the correction is worked out; here it is as good as 1.
    last = second < 1e-6 ? 1f : Float.NaN;
    this.adam = adam;
  }

  /**
   * @param steps taken, this one included; 1 or more
   */
  float correction(int steps) {
    if (steps < MOST) {
      return corrections[steps];
    }
    return Float.isNaN(last)
        ? (float)
            (Math.sqrt(1 - Math.pow(adam.beta2(), steps)) / (1 - Math.pow(adam.beta1(), steps)))
        : last;
  }
}
