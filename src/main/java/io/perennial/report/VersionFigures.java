package io.perennial.report;

import io.perennial.report.Charts.Bar;
import io.perennial.report.Charts.Unit;
import io.perennial.report.Page.Chart;
import io.perennial.report.Page.Section;
import io.perennial.report.PipelineTables.EvidenceRow;
import io.perennial.report.PipelineTables.MetricName;
import io.perennial.report.PipelineTables.MetricRow;
import io.perennial.report.PipelineTables.VersionRow;
import io.perennial.report.Table.Cell;
import io.perennial.report.Table.Column;
import io.perennial.report.Table.Tone;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** What was measured in a version's night: the middle of its page. */
final class VersionFigures {
  private final PipelineTables tables;
  private final VersionRow version;
  private final List<MetricRow> metrics;
  private final String metric;

  VersionFigures(PipelineTables tables, VersionRow version) {
    this.tables = tables;
    this.version = version;
    this.metrics = tables.metrics().stream().filter(m -> m.version() == version.version()).toList();
    this.metric = tables.primary().map(MetricName::text).orElse("the primary metric");
  }

  /** Validation, next day, forgetting. */
  List<Section> sections() {
    return List.of(validation(), nextDay(), forgetting());
  }

  private Section validation() {
    String window = PipelineTables.VALIDATION;
    return new Section(
        "validation",
        "Candidate, parent and baselines",
        List.of(
            "All are measured on the same users of the validation window, the last part of the new"
                + " events, which the candidate had not learnt. Lines on the bars are 95 %"
                + " intervals over users: the fewer users, the wider."
                + (absorbed()
                    ? " The registered model then learnt the validation events too (absorb); these"
                        + " figures are from before."
                    : "")),
        bySegment("validation", window, "on the validation window"),
        List.of(gains(window)),
        List.of(all(window, "All figures on the validation window")));
  }

  private Section nextDay() {
    String window = PipelineTables.PREQUENTIAL;
    return new Section(
        "next-day",
        "Next-day quality",
        List.of(
            "Before training, the champion of the day was scored on all new events of the night."
                + " This is what its users met, and the figure to follow over time."),
        bySegment("next-day", window, "on the new events, before learning them"),
        List.of(),
        List.of(all(window, "All next-day figures")));
  }

  private boolean absorbed() {
    return version.facts().entrySet().stream()
        .anyMatch(e -> e.getKey().contains("absorb") && !e.getValue().equals("false"));
  }

  /** The primary metric by segment and subject, with intervals. */
  private List<Chart> bySegment(String id, String window, String where) {
    List<MetricRow> rows = primaryRows(window);
    if (rows.stream().noneMatch(r -> Double.isFinite(r.value()))) {
      return List.of();
    }
    List<String> segments = Words.segments(rows.stream().map(MetricRow::segment).toList());
    List<String> subjects = Words.subjects(rows.stream().map(MetricRow::subject).toList());
    Map<String, List<Bar>> series = new LinkedHashMap<>();
    for (String subject : subjects) {
      series.put(
          Words.plain(subject),
          segments.stream()
              .map(
                  segment ->
                      rows.stream()
                          .filter(r -> r.subject().equals(subject) && r.segment().equals(segment))
                          .findFirst()
                          .map(Bar::of)
                          .orElse(Bar.NONE))
              .toList());
    }
    String all =
        rows.stream()
            .filter(r -> r.segment().equals(PipelineTables.ALL))
            .sorted(Comparator.comparingInt(r -> subjects.indexOf(r.subject())))
            .map(r -> Words.plain(r.subject()) + " " + NumberText.score(r.value()))
            .collect(Collectors.joining(", "));
    return List.of(
        new Chart(
            id + "-chart",
            metric + " " + where + ", by segment of users and items",
            "Bar chart of " + metric + " " + where + ". All users: " + all + ".",
            Chart.Size.MIDDLE,
            Charts.intervals(Unit.SCORE, segments.stream().map(Words::plain).toList(), series),
            Optional.of(wide(rows, metric + " " + where + ", with 95 % intervals"))));
  }

  private List<MetricRow> primaryRows(String window) {
    return metrics.stream()
        .filter(
            m -> m.window().equals(window) && tables.primary().filter(m.name()::equals).isPresent())
        .toList();
  }

  /** Every metric of a window. */
  private Table all(String window, String caption) {
    return wide(metrics.stream().filter(m -> m.window().equals(window)).toList(), caption);
  }

  /** One row for each segment and metric, one column for each subject. */
  private static Table wide(List<MetricRow> rows, String caption) {
    List<String> subjects = Words.subjects(rows.stream().map(MetricRow::subject).toList());
    List<Column> columns = new ArrayList<>();
    columns.add(Column.text("Segment"));
    columns.add(Column.brief("Metric"));
    subjects.forEach(s -> columns.add(Column.number(Words.plain(s))));
    columns.add(Column.number("users"));
    List<List<Cell>> cells = new ArrayList<>();
    for (String segment : Words.segments(rows.stream().map(MetricRow::segment).toList())) {
      List<MetricRow> ofSegment = rows.stream().filter(r -> r.segment().equals(segment)).toList();
      List<MetricName> names =
          ofSegment.stream()
              .map(MetricRow::name)
              .distinct()
              .sorted(Comparator.comparing(MetricName::metric).thenComparing(n -> n.k().orElse(0)))
              .toList();
      for (MetricName name : names) {
        List<Cell> row = new ArrayList<>();
        row.add(Cell.of(Words.plain(segment)));
        row.add(Cell.of(name.text()));
        long users = 0;
        for (String subject : subjects) {
          Optional<MetricRow> figure =
              ofSegment.stream()
                  .filter(r -> r.subject().equals(subject) && r.name().equals(name))
                  .findFirst();
          row.add(
              Cell.of(
                  figure
                      .map(f -> NumberText.score(f.value(), f.low(), f.high()))
                      .orElse(NumberText.NONE)));
          users = Math.max(users, figure.map(MetricRow::users).orElse(0L));
        }
        row.add(Cell.of(NumberText.count(users)));
        cells.add(row);
      }
    }
    return new Table(caption, columns, cells);
  }

  /** The paired bootstraps: how sure a difference is. */
  private Table gains(String window) {
    List<List<Cell>> rows =
        tables.evidence().stream()
            .filter(e -> e.version() == version.version() && e.window().equals(window))
            .sorted(
                Comparator.<EvidenceRow>comparingInt(
                        e -> e.segment().equals(PipelineTables.ALL) ? 0 : 1)
                    .thenComparing(EvidenceRow::segment)
                    .thenComparing(EvidenceRow::older))
            .map(
                e -> {
                  RelativeGain gain = e.gain();
                  boolean up = e.name().lessIsBetter() ? gain.value() < 0 : gain.value() > 0;
                  Cell word =
                      !gain.isCertain()
                          ? Cell.of("could be chance", Tone.MUTED)
                          : up ? Cell.of("▲ better", Tone.GOOD) : Cell.of("▼ worse", Tone.BAD);
                  return List.of(
                      Cell.of(Words.plain(e.newer()) + " against " + Words.plain(e.older())),
                      Cell.of(Words.plain(e.segment())),
                      Cell.of(NumberText.change(gain.value())),
                      Cell.of(
                          NumberText.change(gain.low()) + " to " + NumberText.change(gain.high())),
                      word,
                      Cell.of(NumberText.count(e.users())));
                })
            .toList();
    return new Table(
        "How sure the differences are: relative change of " + metric + ", paired over users",
        List.of(
            Column.text("Comparison"),
            Column.text("Segment"),
            Column.number("Change"),
            Column.number("95 % interval"),
            Column.brief("Reading"),
            Column.number("Users")),
        rows);
  }

  private Section forgetting() {
    List<MetricRow> rows =
        metrics.stream()
            .filter(
                m ->
                    m.window().startsWith(PipelineTables.FROZEN)
                        && m.segment().equals(PipelineTables.ALL)
                        && tables.primary().filter(m.name()::equals).isPresent())
            .toList();
    List<String> windows =
        rows.stream()
            .map(MetricRow::window)
            .distinct()
            .sorted(
                Comparator.<String>comparingLong(
                        w -> HistoryFigures.frozen(w).orElse(Long.MAX_VALUE))
                    .thenComparing(w -> w))
            .toList();
    Map<String, List<Bar>> series = new LinkedHashMap<>();
    List<List<Cell>> table = new ArrayList<>();
    for (String subject : List.of(PipelineTables.PARENT, PipelineTables.CANDIDATE)) {
      series.put(subject, windows.stream().map(w -> bar(rows, w, subject)).toList());
    }
    boolean less = tables.primary().filter(MetricName::lessIsBetter).isPresent();
    for (int i = 0; i < windows.size(); i++) {
      Bar parent = series.get(PipelineTables.PARENT).get(i);
      Bar candidate = series.get(PipelineTables.CANDIDATE).get(i);
      double change = candidate.value() / parent.value() - 1;
      boolean worse = less ? change > 0 : change < 0;
      boolean apart = less ? candidate.low() > parent.high() : candidate.high() < parent.low();
      table.add(
          List.of(
              Cell.of(windowName(windows.get(i))),
              Cell.of(NumberText.score(parent.value(), parent.low(), parent.high())),
              Cell.of(NumberText.score(candidate.value(), candidate.low(), candidate.high())),
              Cell.of(NumberText.change(change)),
              !Double.isFinite(change)
                  ? Cell.of("unknown", Tone.MUTED)
                  : !worse
                      ? Cell.of("✓ kept", Tone.GOOD)
                      : apart
                          ? Cell.of("▼ lost", Tone.BAD)
                          : Cell.of("▽ less, could be chance", Tone.MUTED)));
    }
    List<Chart> charts =
        windows.isEmpty()
            ? List.of()
            : List.of(
                new Chart(
                    "forgetting-chart",
                    metric + " on frozen windows of earlier nights, parent and candidate",
                    "Bar chart of "
                        + metric
                        + " on "
                        + windows.size()
                        + " frozen windows of earlier nights, for parent and candidate. The table"
                        + " below holds the figures.",
                    Chart.Size.MIDDLE,
                    Charts.intervals(
                        Unit.SCORE,
                        windows.stream().map(VersionFigures::windowName).toList(),
                        series),
                    Optional.empty()));
    return new Section(
        "forgetting",
        "Forgetting",
        List.of(
            "A frozen window is the validation window of an earlier night, kept as it was. A"
                + " candidate that scores well below its parent there has forgotten something."),
        charts,
        List.of(
            new Table(
                "Quality on frozen windows",
                List.of(
                    Column.brief("Window"),
                    Column.number("Parent"),
                    Column.number("Candidate"),
                    Column.number("Change"),
                    Column.brief("Reading")),
                table)),
        List.of());
  }

  private static String windowName(String window) {
    return HistoryFigures.frozen(window).isPresent()
        ? "night of v" + HistoryFigures.frozen(window).get()
        : window;
  }

  private static Bar bar(List<MetricRow> rows, String window, String subject) {
    return rows.stream()
        .filter(r -> r.window().equals(window) && r.subject().equals(subject))
        .findFirst()
        .map(Bar::of)
        .orElse(Bar.NONE);
  }
}
