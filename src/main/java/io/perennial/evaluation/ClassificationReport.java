package io.perennial.evaluation;

import java.util.ArrayList;
import java.util.List;

/**
 * How well predicted classes meet the true ones: precision, recall and F1 of each class, with three
 * kinds of averages. Where a figure divides by nothing (a class that is never predicted, or never
 * true) it is 0, as scikit-learn's {@code zero_division=0} has it.
 *
 * @param classes figures of each class, by its number
 * @param micro over all cases together
 * @param macro mean over classes, each alike
 * @param weighted mean over classes, each by its support
 */
public record ClassificationReport(
    List<Figures> classes, Figures micro, Figures macro, Figures weighted) {
  /**
   * Figures of a class, or an average.
   *
   * @param precision share of what was predicted to be of the class that is
   * @param recall share of the class that was predicted to be
   * @param f1 harmonic mean of both
   * @param support true cases of the class; of an average all cases
   */
  public record Figures(double precision, double recall, double f1, long support) {}

  public ClassificationReport {
    classes = List.copyOf(classes);
  }

  /**
   * Of ratings that are liked (class 1) from a threshold on, and of others (class 0).
   *
   * @param ratings true ones
   * @param predictions of the same pairs
   * @param liked a rating at or above it is liked
   */
  public static ClassificationReport ofRatings(
      double[] ratings, double[] predictions, double liked) {
    return of(classes(ratings, liked), classes(predictions, liked), 2);
  }

  private static int[] classes(double[] ratings, double liked) {
    int[] classes = new int[ratings.length];
    for (int n = 0; n < classes.length; n++) {
      if (Double.isNaN(ratings[n])) {
        throw new IllegalArgumentException("Case " + n + " has no rating");
      }
      classes[n] = ratings[n] >= liked ? 1 : 0;
    }
    return classes;
  }

  /**
   * Of cases with true and predicted classes.
   *
   * @param truth class of each case, in [0, classes)
   * @param predicted likewise
   * @param classes how many there are, 1 or more
   */
  public static ClassificationReport of(int[] truth, int[] predicted, int classes) {
    if (truth.length != predicted.length) {
      throw new IllegalArgumentException(
          truth.length + " cases have " + predicted.length + " predictions");
    }
    long[] counts = new long[classes * classes];
    for (int n = 0; n < truth.length; n++) {
      counts[truth[n] * classes + predicted[n]]++;
    }
    return ofCounts(counts, classes);
  }

  /**
   * Of counted cases.
   *
   * @param counts row-major true class × predicted class
   * @param classes how many there are, 1 or more
   */
  static ClassificationReport ofCounts(long[] counts, int classes) {
    long[] support = new long[classes];
    long[] said = new long[classes];
    long all = 0;
    long allHits = 0;
    for (int truth = 0; truth < classes; truth++) {
      for (int predicted = 0; predicted < classes; predicted++) {
        long count = counts[truth * classes + predicted];
        support[truth] += count;
        said[predicted] += count;
        all += count;
        allHits += truth == predicted ? count : 0;
      }
    }
    List<Figures> each = new ArrayList<>();
    double[] macro = new double[3];
    double[] weighted = new double[3];
    for (int c = 0; c < classes; c++) {
      Figures figures = figures(counts[c * classes + c], said[c], support[c], support[c]);
      each.add(figures);
      add(macro, figures, 1.0 / classes);
      add(weighted, figures, ratio(support[c], all));
    }
    return new ClassificationReport(
        each,
        figures(allHits, all, all, all),
        new Figures(macro[0], macro[1], macro[2], all),
        new Figures(weighted[0], weighted[1], weighted[2], all));
  }

  private static Figures figures(long hits, long said, long truth, long support) {
    // 2·P·R / (P + R), without the detour over both.
    return new Figures(
        ratio(hits, said), ratio(hits, truth), ratio(2 * hits, said + truth), support);
  }

  private static void add(double[] sums, Figures figures, double weight) {
    sums[0] += weight * figures.precision();
    sums[1] += weight * figures.recall();
    sums[2] += weight * figures.f1();
  }

  private static double ratio(long part, long whole) {
    return whole == 0 ? 0 : (double) part / whole;
  }
}
