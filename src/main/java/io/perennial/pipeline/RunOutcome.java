package io.perennial.pipeline;

import io.perennial.evaluation.Measurement;
import io.perennial.gate.Finding;
import io.perennial.slice.EventSlice;
import io.perennial.slice.Interval;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * How a night ended.
 *
 * @param kind promoted, rejected, nothing_new or dry_run
 * @param version the new version
 * @param parent the champion that it started from
 * @param rows row sums: slice, late, fit, validation…
 * @param phases seconds by phase, in order
 * @param findings of the gate
 * @param measurements of the night
 * @param sentence what happened, for people
 */
public record RunOutcome(
    String pipeline,
    Kind kind,
    Optional<Interval> interval,
    Optional<Long> version,
    Optional<Long> parent,
    Optional<EventSlice> slice,
    Map<String, Long> rows,
    Map<String, Double> phases,
    List<Finding> findings,
    List<Measurement> measurements,
    String sentence) {
  /** Of a night. */
  public enum Kind {
    PROMOTED,
    REJECTED,
    NOTHING_NEW,
    DRY_RUN;

    /** As in tables. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** The same outcome with the seconds of every phase, the last one too. */
  RunOutcome lasting(Map<String, Double> seconds) {
    return new RunOutcome(
        pipeline,
        kind,
        interval,
        version,
        parent,
        slice,
        rows,
        seconds,
        findings,
        measurements,
        sentence);
  }

  /** The same outcome with more to say. */
  RunOutcome remarking(List<String> remarks) {
    List<String> sentences = new ArrayList<>(List.of(sentence));
    sentences.addAll(remarks);
    return new RunOutcome(
        pipeline,
        kind,
        interval,
        version,
        parent,
        slice,
        rows,
        phases,
        findings,
        measurements,
        String.join(" ", sentences));
  }
}
