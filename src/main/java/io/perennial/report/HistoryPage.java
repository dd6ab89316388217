package io.perennial.report;

import io.perennial.report.Page.Section;
import io.perennial.report.Page.Tile;
import io.perennial.report.PipelineTables.FindingRow;
import io.perennial.report.PipelineTables.MetricName;
import io.perennial.report.PipelineTables.MetricRow;
import io.perennial.report.PipelineTables.RunRow;
import io.perennial.report.PipelineTables.SliceRow;
import io.perennial.report.PipelineTables.VersionRow;
import io.perennial.report.Table.Cell;
import io.perennial.report.Table.Column;
import io.perennial.report.Table.Tone;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The page of a pipeline over all its nights. */
final class HistoryPage {
  private final PipelineTables tables;
  private final Set<Long> pages;
  private final HistoryFigures figures;

  private HistoryPage(PipelineTables tables, Set<Long> pages) {
    this.tables = tables;
    this.pages = pages;
    this.figures = new HistoryFigures(tables);
  }

  /**
   * Makes the page.
   *
   * @param pages versions of the pipeline that have a page
   */
  static Page of(PipelineTables tables, Set<Long> pages) {
    return new HistoryPage(tables, pages).page();
  }

  private Page page() {
    List<Section> sections = new ArrayList<>();
    if (!tables.versions().isEmpty() || !tables.runs().isEmpty()) {
      sections.addAll(figures.quality());
      sections.add(versions());
      sections.addAll(figures.cost());
      sections.add(runs());
      sections.add(slices());
    }
    List<Page.Link> links = new ArrayList<>();
    links.add(new Page.Link("All pipelines", "../" + PageFolder.INDEX));
    tables
        .alias("champion")
        .flatMap(c -> Words.page(c, pages))
        .ifPresent(
            address ->
                links.add(
                    new Page.Link("Champion, version " + tables.alias("champion").get(), address)));
    return new Page(
        tables.pipeline(), "History of a pipeline", badges(), summary(), tiles(), sections, links);
  }

  private List<Cell> badges() {
    if (tables.versions().isEmpty()) {
      return List.of(Cell.of("no figures yet", Tone.MUTED));
    }
    return List.of(
        tables
            .alias("champion")
            .map(c -> Cell.of("★ champion: version " + c, Tone.GOOD))
            .orElse(Cell.of("no champion yet", Tone.MUTED)));
  }

  private List<String> summary() {
    List<VersionRow> versions = tables.versions();
    if (versions.isEmpty()) {
      return List.of(
          "No figures yet: the table model_versions has no version of pipeline "
              + tables.pipeline()
              + ".");
    }
    VersionRow first = versions.get(0);
    VersionRow last = versions.get(versions.size() - 1);
    long promoted = versions.stream().filter(VersionRow::promoted).count();
    List<String> sentences = new ArrayList<>();
    sentences.add(
        (versions.size() == 1
                ? "One version was trained, on " + tables.night(first)
                : versions.size()
                    + " versions were trained from "
                    + tables.night(first)
                    + " to "
                    + tables.night(last))
            + "; "
            + promoted
            + (promoted == 1 ? " was promoted and " : " were promoted and ")
            + (versions.size() - promoted)
            + " not. "
            + tables
                .alias("champion")
                .map(c -> "Version " + c + " is the champion now.")
                .orElse("There is no champion yet."));
    figures.meanSentence().ifPresent(sentences::add);
    figures.forgettingSentence().ifPresent(sentences::add);
    List<SliceRow> waiting =
        latestSlices().stream()
            .filter(s -> s.state().equals("pending") || s.state().equals("set_aside"))
            .toList();
    if (!waiting.isEmpty()) {
      sentences.add(
          (waiting.size() == 1 ? "One slice is" : waiting.size() + " slices are")
              + " not learnt: "
              + waiting.stream()
                  .map(s -> s.sliceId() + " (" + Words.plain(s.state()) + ")")
                  .collect(Collectors.joining(", "))
              + ". Pending slices are tried again the next night; a slice that was set aside is"
              + " admitted by name.");
    }
    return sentences;
  }

  private List<Tile> tiles() {
    if (tables.versions().isEmpty()) {
      return List.of();
    }
    List<Tile> tiles = new ArrayList<>();
    long promoted = tables.versions().stream().filter(VersionRow::promoted).count();
    tiles.add(
        new Tile(
            "versions",
            NumberText.count(tables.versions().size()),
            promoted + " promoted, " + (tables.versions().size() - promoted) + " not"));
    tiles.addAll(figures.tiles());
    return tiles;
  }

  private Section versions() {
    String metric = tables.primary().map(MetricName::text).orElse("metric");
    List<List<Cell>> rows = new ArrayList<>();
    for (int i = tables.versions().size() - 1; i >= 0; i--) {
      VersionRow v = tables.versions().get(i);
      long n = v.version();
      List<String> aliases =
          tables.aliases().stream()
              .map(PipelineTables.AliasRow::alias)
              .distinct()
              .filter(a -> tables.alias(a).filter(x -> x == n).isPresent())
              .toList();
      rows.add(
          List.of(
              Cell.of("version " + n).linkedTo(Words.page(n, pages)),
              Cell.of(tables.night(v)),
              Words.status(v.status()),
              Cell.of(
                  aliases.stream().map(a -> "★ " + Words.plain(a)).collect(Collectors.joining(" ")),
                  Tone.GOOD),
              Cell.of(v.parent().map(String::valueOf).orElse("from scratch")),
              figure(tables.champion(n)),
              figure(
                  tables.primary(
                      n, PipelineTables.VALIDATION, PipelineTables.ALL, PipelineTables.CANDIDATE)),
              Cell.of(
                  tables.findings(n).stream()
                      .filter(FindingRow::failed)
                      .map(f -> Words.plain(f.rule()))
                      .collect(Collectors.joining(", ")))));
    }
    return new Section(
        "versions",
        "Versions",
        List.of(),
        List.of(),
        List.of(
            new Table(
                "Versions, newest first",
                List.of(
                    Column.brief("Version"),
                    Column.brief("Night"),
                    Column.brief("Status"),
                    Column.brief("Alias"),
                    Column.brief("Parent"),
                    Column.number(metric + ", next day"),
                    Column.number(metric + ", validation"),
                    Column.text("Failed rules")),
                rows)),
        List.of());
  }

  private static Cell figure(Optional<MetricRow> row) {
    return Cell.of(row.map(r -> NumberText.score(r.value())).orElse(NumberText.NONE));
  }

  private Section runs() {
    List<List<Cell>> rows = new ArrayList<>();
    for (int i = tables.runs().size() - 1; i >= 0; i--) {
      RunRow run = tables.runs().get(i);
      double seconds =
          run.phases().isEmpty()
              ? Double.NaN
              : run.phases().values().stream().mapToDouble(Double::doubleValue).sum();
      String interval =
          run.intervalTo().isEmpty()
              ? "since the watermark"
              : NumberText.instant(run.intervalFrom().orElse(null))
                  + " to "
                  + NumberText.instant(run.intervalTo().get());
      rows.add(
          List.of(
              Words.known(run.openedAt(), NumberText::instant),
              Cell.of(run.command()),
              Cell.of(interval),
              run.outcome().isBlank()
                  ? Cell.of("open, or ended without a word", Tone.MUTED)
                  : Words.status(run.outcome()),
              Cell.of(run.version().map(v -> "version " + v).orElse(NumberText.NONE))
                  .linkedTo(run.version().flatMap(v -> Words.page(v, pages))),
              Cell.of(NumberText.seconds(seconds)),
              Cell.of(run.runId(), Tone.MUTED)));
    }
    return new Section(
        "runs",
        "Runs",
        List.of("Every call of retrain or backfill, also when nothing was new."),
        List.of(),
        List.of(
            new Table(
                "Runs, newest first",
                List.of(
                    Column.brief("Begun"),
                    Column.text("Command"),
                    Column.text("Interval"),
                    Column.brief("Outcome"),
                    Column.brief("Version"),
                    Column.number("Time"),
                    Column.text("Run")),
                rows)),
        List.of());
  }

  /** The last word on each slice. */
  private List<SliceRow> latestSlices() {
    Map<String, SliceRow> latest = new LinkedHashMap<>();
    tables.slices().forEach(s -> latest.put(s.sliceId(), s));
    return List.copyOf(latest.values());
  }

  private Section slices() {
    List<List<Cell>> rows =
        latestSlices().stream()
            .map(
                s ->
                    List.of(
                        Cell.of(s.sliceId()),
                        switch (s.state()) {
                          case "consumed", "admitted" ->
                              Cell.of("✓ " + Words.plain(s.state()), Tone.GOOD);
                          case "pending" -> Cell.of("… pending", Tone.BAD);
                          case "set_aside" -> Cell.of("✕ set aside", Tone.BAD);
                          default -> Words.known(Words.plain(s.state()));
                        },
                        Cell.of("version " + s.version()).linkedTo(Words.page(s.version(), pages)),
                        Words.known(s.fromTime(), NumberText::instant),
                        Words.known(s.toTime(), t -> Words.end(Optional.of(t))),
                        Words.known(s.fromCommit(), String::valueOf),
                        Words.known(s.toCommit(), String::valueOf)))
            .toList();
    List<List<Cell>> waiting = rows.stream().filter(r -> r.get(1).tone() != Tone.GOOD).toList();
    List<Column> columns =
        List.of(
            Column.text("Slice"),
            Column.brief("State"),
            Column.brief("Said by"),
            Column.brief("Event time from"),
            Column.brief("to"),
            Column.number("After commit"),
            Column.number("up to commit"));
    return new Section(
        "slices",
        "Slices of events",
        List.of(
            waiting.isEmpty()
                ? "Every slice of events so far was learnt."
                : "Pending slices are tried again the next night. A slice that was set aside waits"
                    + " until it is admitted by name: retrain --include SLICE."),
        List.of(),
        List.of(new Table("Slices that are not learnt", columns, waiting)),
        List.of(new Table("All slices", columns, rows)));
  }
}
