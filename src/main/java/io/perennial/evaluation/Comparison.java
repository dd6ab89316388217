package io.perennial.evaluation;

import java.util.List;
import java.util.Optional;

/**
 * Subjects measured on one window.
 *
 * @param window name of the window
 * @param totalUsers users of the window before sampling
 * @param subjects names, in the order given
 * @param measurements of every subject
 * @param evidence paired bootstrap of the first subject against each other one, for the primary
 *     metric, segments all and returning
 * @param classifications of every subject, where ratings are told apart by what is liked
 */
public record Comparison(
    String window,
    long totalUsers,
    List<String> subjects,
    List<Measurement> measurements,
    List<Evidence> evidence,
    List<Classification> classifications) {
  /** Where nothing is told apart. */
  public Comparison(
      String window,
      long totalUsers,
      List<String> subjects,
      List<Measurement> measurements,
      List<Evidence> evidence) {
    this(window, totalUsers, subjects, measurements, evidence, List.of());
  }

  public Comparison {
    subjects = List.copyOf(subjects);
    measurements = List.copyOf(measurements);
    evidence = List.copyOf(evidence);
    classifications = List.copyOf(classifications);
    for (Measurement m : measurements) {
      if (!m.window().equals(window)) {
        throw new IllegalArgumentException(
            "A comparison is of one window: " + m.window() + " is not " + window);
      }
    }
  }

  /**
   * The estimate of one subject, if it was measured. {@code k} is 0 for metrics without cut-off.
   */
  public Optional<Estimate> estimate(String subject, Segment segment, Metric metric, int k) {
    return measurements.stream()
        .filter(
            m ->
                m.subject().equals(subject)
                    && m.segment() == segment
                    && m.metric() == metric
                    && m.k().orElse(0) == k)
        .map(Measurement::estimate)
        .findFirst();
  }

  /** The paired evidence of the first subject against another. */
  public Optional<Evidence> against(String older, Segment segment) {
    return evidence.stream()
        .filter(e -> e.older().equals(older) && e.segment() == segment)
        .findFirst();
  }
}
