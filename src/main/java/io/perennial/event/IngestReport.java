package io.perennial.event;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What an ingest did. {@code rawLines = events + excludedRows + malformedRows}, always.
 *
 * @param filesRead paths of the files that were read
 * @param filesSkipped paths of files whose content had been ingested before, or twice in one call
 * @param rawLines records in the files read, header lines aside
 * @param events rows that became events
 * @param excludedRows rows that a declared rule refused, and empty lines
 * @param malformedRows rows that could not be read
 * @param excluded rows by name of the rule; a row that two rules refuse counts in both
 * @param malformed malformed rows by reason; a row with two reasons counts in both
 * @param firstEvent time of the earliest event; empty without events
 * @param lastEvent time of the latest
 * @param written whether the tables were changed: not so in a dry run
 */
public record IngestReport(
    List<String> filesRead,
    List<String> filesSkipped,
    long rawLines,
    long events,
    long excludedRows,
    long malformedRows,
    SortedMap<String, Long> excluded,
    SortedMap<String, Long> malformed,
    Optional<Instant> firstEvent,
    Optional<Instant> lastEvent,
    Ingest.Mode written) {
  public IngestReport {
    filesRead = List.copyOf(filesRead);
    filesSkipped = List.copyOf(filesSkipped);
    excluded = new TreeMap<>(excluded);
    malformed = new TreeMap<>(malformed);
    if (rawLines != events + excludedRows + malformedRows) {
      throw new IllegalArgumentException(
          "Raw lines must be events + excluded + malformed, got "
              + rawLines
              + " ≠ "
              + events
              + " + "
              + excludedRows
              + " + "
              + malformedRows);
    }
  }

  /** For people, a sentence each. */
  public List<String> sentences() {
    List<String> result = new ArrayList<>();
    if (filesRead.isEmpty()) {
      result.add(
          filesSkipped.isEmpty()
              ? "There was no file to ingest."
              : "Nothing new: the content of "
                  + counted(filesSkipped.size(), "file")
                  + " had been ingested before.");
      return result;
    }
    result.add(
        (written == Ingest.Mode.WRITE ? "Ingested " : "Would ingest ")
            + counted(events, "event")
            + " from "
            + counted(filesRead.size(), "file")
            + " with "
            + counted(rawLines, "line")
            + ".");
    if (!filesSkipped.isEmpty()) {
      result.add(
          "Skipped "
              + counted(filesSkipped.size(), "file")
              + " whose content had been ingested before.");
    }
    firstEvent.ifPresent(
        first ->
            result.add("Events lie between " + first + " and " + lastEvent.orElseThrow() + "."));
    refusals(result, "excluded by declared rules", excludedRows, excluded);
    refusals(result, "malformed", malformedRows, malformed);
    return result;
  }

  private static void refusals(
      List<String> result, String kind, long rows, Map<String, Long> reasons) {
    if (rows == 0) {
      return;
    }
    List<String> parts = new ArrayList<>();
    reasons.forEach(
        (reason, count) ->
            parts.add(reason + ": " + String.format(java.util.Locale.ROOT, "%,d", count)));
    result.add(counted(rows, "line") + " " + kind + " (" + String.join("; ", parts) + ").");
  }

  private static String counted(long number, String noun) {
    return String.format(java.util.Locale.ROOT, "%,d %s%s", number, noun, number == 1 ? "" : "s");
  }
}
