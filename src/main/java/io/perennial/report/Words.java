package io.perennial.report;

import io.perennial.report.PipelineTables.VersionRow;
import io.perennial.report.Table.Cell;
import io.perennial.report.Table.Tone;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** The words that all pages use for the same things, and the order in which they come. */
final class Words {
  private static final List<String> SUBJECTS =
      List.of(
          "candidate",
          "champion",
          "parent",
          "previous",
          "model",
          "popularity",
          "recent_popularity",
          "frequency");
  private static final List<String> SEGMENTS =
      List.of(
          "all",
          "returning",
          "new",
          "old_items",
          "new_items",
          "repeat",
          "first_time",
          "second_night");

  private Words() {}

  /** A name of a table as words: underscores become spaces. */
  static String plain(String name) {
    return name.replace('_', ' ');
  }

  /** Subjects in their usual order, unknown ones last by name. */
  static List<String> subjects(Collection<String> names) {
    return ordered(names, SUBJECTS);
  }

  /** Segments in their usual order, unknown ones last by name. */
  static List<String> segments(Collection<String> names) {
    return ordered(names, SEGMENTS);
  }

  private static List<String> ordered(Collection<String> names, List<String> order) {
    return names.stream()
        .distinct()
        .sorted(
            Comparator.<String>comparingInt(
                    n -> order.contains(n) ? order.indexOf(n) : order.size())
                .thenComparing(n -> n))
        .toList();
  }

  /** Status of a version, with a sign. */
  static Cell status(String status) {
    return switch (status) {
      case "promoted" -> Cell.of("✓ promoted", Tone.GOOD);
      case "rejected" -> Cell.of("✕ rejected", Tone.BAD);
      case "failed" -> Cell.of("✕ failed", Tone.BAD);
      case "" -> Cell.of("unknown", Tone.MUTED);
      default -> Cell.of(plain(status), Tone.MUTED);
    };
  }

  /** Outcome of a rule, with a sign. */
  static Cell outcome(String outcome) {
    return switch (outcome) {
      case "passed" -> Cell.of("✓ passed", Tone.GOOD);
      case "failed" -> Cell.of("✕ failed", Tone.BAD);
      case "skipped" -> Cell.of("– skipped", Tone.MUTED);
      default -> Cell.of(plain(outcome), Tone.MUTED);
    };
  }

  /** Text, or the word unknown where there is none. */
  static Cell known(String text) {
    return text == null || text.isBlank() ? Cell.of("unknown", Tone.MUTED) : Cell.of(text);
  }

  /** A value, or the word unknown. */
  static <T> Cell known(Optional<T> value, java.util.function.Function<T, String> words) {
    return known(value.map(words).orElse(""));
  }

  /** Address of a version's page, if it has one, from a page of the same folder. */
  static Optional<String> page(long version, Collection<Long> pages) {
    return pages.contains(version)
        ? Optional.of(PageFolder.versionPage(version))
        : Optional.empty();
  }

  /** What a version learnt, in words: event times and commits. */
  static String slice(VersionRow version) {
    if (version.toTime().isEmpty() || version.toCommit().isEmpty()) {
      return "events of unknown bounds";
    }
    long before = version.fromCommit().orElse(-1L);
    long after = version.toCommit().get();
    String from =
        version
            .fromTime()
            .filter(t -> t.getEpochSecond() > Integer.MIN_VALUE)
            .map(t -> "from " + NumberText.instant(t) + " ")
            .orElse("");
    return "events " + from + "up to " + end(version.toTime()) + commits(before, after);
  }

  /** Between two states of the source table, the earlier one learnt before; −1: nothing was. */
  static String commits(long before, long after) {
    if (before < 0) {
      return " (the source table up to commit " + after + ")";
    }
    if (before >= after) {
      return " (all in the source table before, up to commit " + after + ")";
    }
    String commits =
        after == before + 1 ? "commit " + after : "commits " + (before + 1) + " to " + after;
    return " (" + commits + " of the source table, with late rows)";
  }

  /** The end of a slice; very late ends stand for none. */
  static String end(Optional<java.time.Instant> end) {
    return end.map(
            t ->
                t.isAfter(java.time.Instant.parse("9000-01-01T00:00:00Z"))
                    ? "the newest event"
                    : NumberText.instant(t))
        .orElse(NumberText.NONE);
  }
}
