package io.perennial.evaluation;

import java.io.Serializable;
import java.util.Arrays;
import java.util.BitSet;

/** Sums over some users of a window, plain and by bootstrap replicate; tallies add up. */
final class WindowTally implements Serializable {
  private static final long serialVersionUID = 1L;
  private static final int CLASSES = 2;
  private final int columns;

  /** Users by segment. */
  final long[] users = new long[MetricColumns.SEGMENTS];

  /** Σ over users by column. */
  final double[] sums;

  /** Row-major replicates × columns. */
  final double[] replicateSums;

  /** Items in somebody's top k, by subject × cut-off. */
  final BitSet[] recommended;

  /** Pairs that a subject could predict, and all pairs (errors only). */
  final long[] predicted;

  long pairs;

  /** Pairs that every subject could predict, by subject × (liked or not) × (said to be or not). */
  final long[] likes;

  WindowTally(MetricColumns layout, int replicates) {
    columns = layout.count();
    sums = new double[columns];
    replicateSums = new double[replicates * columns];
    recommended = new BitSet[layout.subjects() * layout.cutOffs().length];
    for (int n = 0; n < recommended.length; n++) {
      recommended[n] = new BitSet();
    }
    predicted = new long[layout.subjects()];
    likes = new long[layout.subjects() * CLASSES * CLASSES];
  }

  /** Adds one user's values with his weight in each replicate. */
  void add(double[] values, int[] weights) {
    for (int c = 0; c < columns; c++) {
      sums[c] += values[c];
    }
    for (int r = 0; r < weights.length; r++) {
      int weight = weights[r];
      if (weight == 0) {
        continue;
      }
      int row = r * columns;
      for (int c = 0; c < columns; c++) {
        replicateSums[row + c] += weight * values[c];
      }
    }
  }

  /** Adds another tally to this one. */
  void add(WindowTally other) {
    for (int s = 0; s < users.length; s++) {
      users[s] += other.users[s];
    }
    for (int c = 0; c < columns; c++) {
      sums[c] += other.sums[c];
    }
    for (int n = 0; n < replicateSums.length; n++) {
      replicateSums[n] += other.replicateSums[n];
    }
    for (int n = 0; n < recommended.length; n++) {
      recommended[n].or(other.recommended[n]);
    }
    for (int n = 0; n < predicted.length; n++) {
      predicted[n] += other.predicted[n];
    }
    pairs += other.pairs;
    for (int n = 0; n < likes.length; n++) {
      likes[n] += other.likes[n];
    }
  }

  /** Counts one prediction of a rating, both as liked (1) or not (0). */
  void count(int subject, int truth, int predicted) {
    likes[(subject * CLASSES + truth) * CLASSES + predicted]++;
  }

  /** How well a subject tells what is liked. */
  ClassificationReport classes(int subject) {
    int from = subject * CLASSES * CLASSES;
    return ClassificationReport.ofCounts(
        Arrays.copyOfRange(likes, from, from + CLASSES * CLASSES), CLASSES);
  }

  /** One column of all replicates. */
  double[] replicateColumn(int column) {
    double[] out = new double[replicateSums.length / columns];
    for (int r = 0; r < out.length; r++) {
      out[r] = replicateSums[r * columns + column];
    }
    return out;
  }
}
