package io.perennial.report;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * R[i][j]: the score of version i on the frozen validation window of version j, and what follows
 * from it. Cells that were never measured are left out of every sum; {@link Summary#windows} says
 * how many windows a figure rests on. Average accuracy and backward transfer are those of Lopez-Paz
 * and Ranzato (2017), forgetting that of Chaudhry et al. (2018).
 */
final class ForgettingMatrix {
  /**
   * What was learnt and what was kept, over windows of which all four figures may be known.
   *
   * @param learning LA: mean over j of R[j][j] (Riemer et al. 2019)
   * @param retention RA: mean over j &lt; N of R[N][j]
   * @param harmonic 2·LA·RA / (LA + RA); absent where either is, or is not positive
   * @param forwardTransfer FWT: mean over j, the first left out, of R[j−1][j] − r_j with r_j an
   *     untrained model; positive is a gain, whichever direction the metric has
   */
  record Transfer(
      OptionalDouble learning,
      OptionalDouble retention,
      OptionalDouble harmonic,
      OptionalDouble forwardTransfer) {}

  /** Which of two scores is the better one. */
  enum Direction {
    MORE_IS_BETTER,
    LESS_IS_BETTER
  }

  /**
   * What remains after the last version.
   *
   * @param last N, the last version with a figure
   * @param accuracy ACC: mean over j ≤ N of R[N][j]
   * @param backwardTransfer BWT: mean over j &lt; N of R[N][j] − R[j][j]; positive is a gain,
   *     whichever direction the metric has
   * @param forgetting mean over j &lt; N of max over i of R[i][j], minus R[N][j]; 0 or more
   * @param windows number of windows of R[N]
   */
  record Summary(
      long last,
      OptionalDouble accuracy,
      OptionalDouble backwardTransfer,
      OptionalDouble forgetting,
      int windows) {}

  private final Direction direction;
  private final Map<Long, Map<Long, Double>> cells = new HashMap<>();
  private final Map<Long, Double> unlearnt = new HashMap<>();
  private final Map<Long, Double> untrained = new HashMap<>();
  private final SortedSet<Long> versions = new TreeSet<>();
  private final SortedSet<Long> windows = new TreeSet<>();

  ForgettingMatrix(Direction direction) {
    this.direction = direction;
  }

  /**
   * Sets R[version][window]; a figure that is not finite is not measured.
   *
   * @throws IllegalArgumentException when the window is one of a later version
   */
  void put(long version, long window, double score) {
    if (window > version) {
      throw new IllegalArgumentException(
          "Version " + version + " cannot have met the window of version " + window);
    }
    if (Double.isFinite(score)) {
      cells.computeIfAbsent(version, v -> new HashMap<>()).put(window, score);
      versions.add(version);
      windows.add(window);
    }
  }

  /** Sets R[j−1][j]: the score on a window by the version before its own. */
  void putUnlearnt(long window, double score) {
    unlearnt.put(window, score);
  }

  /** Sets r_j: the score of an untrained model on a window. */
  void putUntrained(long window, double score) {
    untrained.put(window, score);
  }

  /** R[version][window], where it was measured. */
  OptionalDouble get(long version, long window) {
    Double score = cells.getOrDefault(version, Map.of()).get(window);
    return score == null ? OptionalDouble.empty() : OptionalDouble.of(score);
  }

  /** Rows, increasing. */
  List<Long> versions() {
    return List.copyOf(versions);
  }

  /** Columns, increasing. */
  List<Long> windows() {
    return List.copyOf(windows);
  }

  /** ACC, BWT and forgetting after the last version; all absent where there is none. */
  Summary summary() {
    if (versions.isEmpty()) {
      return new Summary(
          0, OptionalDouble.empty(), OptionalDouble.empty(), OptionalDouble.empty(), 0);
    }
    long last = versions.last();
    double sum = 0;
    int count = 0;
    double transfer = 0;
    int transfers = 0;
    double lost = 0;
    int losses = 0;
    for (long window : windows) {
      OptionalDouble now = get(last, window);
      if (now.isEmpty()) {
        continue;
      }
      sum += now.getAsDouble();
      count++;
      if (window == last) {
        continue;
      }
      OptionalDouble then = get(window, window);
      if (then.isPresent()) {
        transfer += gain(then.getAsDouble(), now.getAsDouble());
        transfers++;
      }
      lost += gain(now.getAsDouble(), best(window));
      losses++;
    }
    return new Summary(
        last, mean(sum, count), mean(transfer, transfers), mean(lost, losses), count);
  }

  /** LA, RA, their harmonic mean and FWT. */
  Transfer transfer() {
    double learnt = 0;
    int learns = 0;
    double kept = 0;
    int keeps = 0;
    double ahead = 0;
    int looks = 0;
    for (long window : windows) {
      OptionalDouble own = get(window, window);
      if (own.isPresent()) {
        learnt += own.getAsDouble();
        learns++;
      }
      OptionalDouble now = get(versions.last(), window);
      if (window < versions.last() && now.isPresent()) {
        kept += now.getAsDouble();
        keeps++;
      }
      double transfer =
          gain(
              untrained.getOrDefault(window, Double.NaN),
              unlearnt.getOrDefault(window, Double.NaN));
      if (window > windows.first() && Double.isFinite(transfer)) {
        ahead += transfer;
        looks++;
      }
    }
    OptionalDouble learning = mean(learnt, learns);
    OptionalDouble retention = mean(kept, keeps);
    return new Transfer(learning, retention, harmonic(learning, retention), mean(ahead, looks));
  }

  private static OptionalDouble harmonic(OptionalDouble one, OptionalDouble other) {
    double a = one.orElse(0);
    double b = other.orElse(0);
    return a > 0 && b > 0 ? OptionalDouble.of(2 * a * b / (a + b)) : OptionalDouble.empty();
  }

  /** The best score that any version had on a window. */
  private double best(long window) {
    double best = Double.NaN;
    for (long version : versions) {
      OptionalDouble score = get(version, window);
      if (score.isPresent() && !(gain(best, score.getAsDouble()) <= 0)) {
        best = score.getAsDouble();
      }
    }
    return best;
  }

  /** By how much the second score is better than the first; NaN where the first is. */
  private double gain(double first, double second) {
    return direction == Direction.MORE_IS_BETTER ? second - first : first - second;
  }

  private static OptionalDouble mean(double sum, int count) {
    return count == 0 ? OptionalDouble.empty() : OptionalDouble.of(sum / count);
  }
}
