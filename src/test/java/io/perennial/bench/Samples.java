package io.perennial.bench;

import java.util.Arrays;
import java.util.Locale;

/** Several measurements of one thing, increasing. */
record Samples(double[] values) {
  Samples {
    if (values.length == 0) {
      throw new IllegalArgumentException("Nothing was measured");
    }
    values = values.clone();
    Arrays.sort(values);
  }

  double least() {
    return values[0];
  }

  double most() {
    return values[values.length - 1];
  }

  double median() {
    int middle = values.length / 2;
    return values.length % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
  }

  /** Least and median with three significant digits. */
  @Override
  public String toString() {
    return digits(least()) + " / " + digits(median());
  }

  /** A figure with about three significant digits. */
  static String digits(double figure) {
    double size = Math.abs(figure);
    int decimals = size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
    return String.format(Locale.ROOT, "%,." + decimals + "f", figure);
  }
}
