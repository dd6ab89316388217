package io.perennial.report;

import io.perennial.report.Page.Section;
import io.perennial.report.Page.Tile;
import io.perennial.report.PipelineTables.EvidenceRow;
import io.perennial.report.PipelineTables.FindingRow;
import io.perennial.report.PipelineTables.MetricName;
import io.perennial.report.PipelineTables.MetricRow;
import io.perennial.report.PipelineTables.VersionRow;
import io.perennial.report.Table.Cell;
import io.perennial.report.Table.Column;
import io.perennial.report.Table.Tone;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The page of one version: what it is, why it was promoted or not, and what it rests on. */
final class VersionPage {
  private final PipelineTables tables;
  private final VersionRow version;
  private final Set<Long> pages;

  private VersionPage(PipelineTables tables, VersionRow version, Set<Long> pages) {
    this.tables = tables;
    this.version = version;
    this.pages = pages;
  }

  /**
   * Makes the page.
   *
   * @param pages versions of the pipeline that have a page already
   */
  static Page of(PipelineTables tables, long number, Set<Long> pages) {
    return tables
        .version(number)
        .map(v -> new VersionPage(tables, v, pages).page())
        .orElseGet(() -> absent(tables.pipeline(), number));
  }

  private static Page absent(String pipeline, long number) {
    return new Page(
        title(pipeline, number),
        "Version",
        List.of(Cell.of("no figures yet", Tone.MUTED)),
        List.of(
            "No figures yet: the table model_versions has no version "
                + number
                + " of pipeline "
                + pipeline
                + ". Either its night is still running, or it ended before anything was"
                + " registered; the table runs tells which."),
        List.of(),
        List.of(),
        links());
  }

  private static String title(String pipeline, long number) {
    return pipeline + ", version " + number;
  }

  private static List<Page.Link> links() {
    return List.of(
        new Page.Link("All pipelines", "../" + PageFolder.INDEX),
        new Page.Link("History", PageFolder.INDEX));
  }

  private Page page() {
    List<Page.Link> links = new ArrayList<>(links());
    version
        .parent()
        .flatMap(p -> Words.page(p, pages))
        .ifPresent(
            address ->
                links.add(new Page.Link("Parent, version " + version.parent().get(), address)));
    VersionFigures figures = new VersionFigures(tables, version);
    VersionLineage lineage = new VersionLineage(tables, version, pages);
    List<Section> sections = new ArrayList<>();
    sections.add(gate());
    sections.addAll(figures.sections());
    RatingClasses.section(tables, version.version()).ifPresent(sections::add);
    TrainingFigures.section(tables, version.version()).ifPresent(sections::add);
    sections.addAll(lineage.sections());
    return new Page(
        title(tables.pipeline(), version.version()),
        "Version of " + tables.night(version),
        badges(),
        summary(),
        tiles(),
        sections,
        links);
  }

  private List<Cell> badges() {
    List<Cell> badges = new ArrayList<>();
    badges.add(Words.status(version.status()));
    tables.aliases().stream()
        .map(PipelineTables.AliasRow::alias)
        .distinct()
        .filter(a -> tables.alias(a).filter(v -> v == version.version()).isPresent())
        .forEach(a -> badges.add(Cell.of("★ " + Words.plain(a), Tone.GOOD)));
    badges.add(Cell.of("family " + version.family(), Tone.MUTED));
    return badges;
  }

  private List<String> summary() {
    List<String> sentences = new ArrayList<>();
    Optional<Long> champion = tables.alias("champion");
    String standing =
        champion.isEmpty()
            ? "No version is the champion yet"
            : champion.get() == version.version()
                ? "It is the champion: the version that serves recommendations now"
                : "The champion is version " + champion.get();
    sentences.add(
        "Version "
            + version.version()
            + " of pipeline "
            + tables.pipeline()
            + (version.status().isBlank()
                ? " has no known outcome"
                : version.promoted() ? " was promoted" : " was " + Words.plain(version.status()))
            + ". "
            + standing
            + ". "
            + version
                .parent()
                .map(p -> "It was warm-started from version " + p)
                .orElse("It was trained from scratch")
            + " and "
            + (version.promoted() ? "learnt " : "tried ")
            + Words.slice(version)
            + ".");
    sentences.add(verdict());
    quality().ifPresent(sentences::add);
    nextDay().ifPresent(sentences::add);
    return sentences;
  }

  private String verdict() {
    List<FindingRow> findings = tables.findings(version.version());
    if (findings.isEmpty()) {
      return "The gate left no findings.";
    }
    List<FindingRow> failed = findings.stream().filter(FindingRow::failed).toList();
    long skipped = findings.stream().filter(f -> f.outcome().equals("skipped")).count();
    String rules = findings.size() == 1 ? "one rule" : findings.size() + " rules";
    if (failed.isEmpty()) {
      return "The gate looked at "
          + rules
          + " and none failed"
          + (skipped > 0 ? "; " + skipped + " did not apply" : "")
          + ".";
    }
    return "The gate looked at "
        + rules
        + "; "
        + (failed.size() == 1 ? "one failed: " : failed.size() + " failed: ")
        + failed.stream()
            .map(
                f ->
                    Words.plain(f.rule())
                        + " (measured "
                        + f.measured()
                        + ", allowed "
                        + f.threshold()
                        + ")")
            .collect(Collectors.joining("; "))
        + ".";
  }

  private Optional<String> quality() {
    Optional<MetricRow> candidate = validation(PipelineTables.CANDIDATE);
    if (candidate.isEmpty() || !Double.isFinite(candidate.get().value())) {
      return Optional.empty();
    }
    MetricRow row = candidate.get();
    StringBuilder text =
        new StringBuilder("On the validation window its ")
            .append(row.name().text())
            .append(" is ")
            .append(NumberText.score(row.value(), row.low(), row.high()))
            .append(", over ")
            .append(NumberText.count(row.users()))
            .append(row.users() == 1 ? " user" : " users");
    validation(PipelineTables.PARENT)
        .filter(p -> Double.isFinite(p.value()))
        .ifPresent(p -> text.append(against(row, p)));
    return Optional.of(text.append('.').toString());
  }

  private String against(MetricRow candidate, MetricRow parent) {
    Optional<EvidenceRow> paired =
        tables.evidence().stream()
            .filter(
                e ->
                    e.version() == candidate.version()
                        && e.window().equals(PipelineTables.VALIDATION)
                        && e.segment().equals(PipelineTables.ALL)
                        && e.older().equals(PipelineTables.PARENT))
            .findFirst();
    double change =
        paired.map(e -> e.gain().value()).orElse(candidate.value() / parent.value() - 1);
    String text =
        "; its parent has "
            + NumberText.score(parent.value())
            + " on the same users ("
            + NumberText.change(change)
            + ")";
    if (paired.isEmpty() || !Double.isFinite(paired.get().gain().low())) {
      return text;
    }
    RelativeGain gain = paired.get().gain();
    boolean better = candidate.name().lessIsBetter() ? gain.high() < 0 : gain.low() > 0;
    return text
        + (gain.isCertain()
            ? better ? ", a gain beyond chance" : ", a loss beyond chance"
            : ", a difference that chance could explain");
  }

  /** How the champion of the day before did on this night's events, before anything was learnt. */
  private Optional<String> nextDay() {
    Optional<MetricRow> champion = tables.champion(version.version());
    if (champion.isEmpty() || !Double.isFinite(champion.get().value())) {
      return Optional.empty();
    }
    MetricRow row = champion.get();
    String baselines =
        tables.metrics().stream()
            .filter(
                m ->
                    m.version() == version.version()
                        && m.window().equals(PipelineTables.PREQUENTIAL)
                        && m.segment().equals(PipelineTables.ALL)
                        && m.name().equals(row.name())
                        && !m.subject().equals(row.subject())
                        && Double.isFinite(m.value()))
            .map(m -> Words.plain(m.subject()) + " " + NumberText.score(m.value()))
            .collect(Collectors.joining(", "));
    return Optional.of(
        "Before training, the champion of the day scored "
            + NumberText.score(row.value())
            + " on all new events"
            + (baselines.isEmpty() ? "" : " (for comparison: " + baselines + ")")
            + ".");
  }

  private Optional<MetricRow> validation(String subject) {
    return tables.primary(
        version.version(), PipelineTables.VALIDATION, PipelineTables.ALL, subject);
  }

  private List<Tile> tiles() {
    List<Tile> tiles = new ArrayList<>();
    String metric = tables.primary().map(MetricName::text).orElse("metric");
    validation(PipelineTables.CANDIDATE)
        .ifPresent(
            m ->
                tiles.add(
                    new Tile(metric + ", validation", NumberText.score(m.value()), interval(m))));
    validation(PipelineTables.PARENT)
        .ifPresent(
            m -> tiles.add(new Tile("the same, parent", NumberText.score(m.value()), interval(m))));
    tables
        .champion(version.version())
        .ifPresent(
            m ->
                tiles.add(
                    new Tile("next day, champion", NumberText.score(m.value()), interval(m))));
    tables
        .profile(version.version())
        .map(p -> p.figures().get("rows"))
        .ifPresent(
            rows ->
                tiles.add(new Tile("new events", NumberText.score(rows), "late ones left out")));
    tables
        .runOf(version)
        .filter(r -> !r.phases().isEmpty())
        .ifPresent(
            r ->
                tiles.add(
                    new Tile(
                        "time of the night",
                        NumberText.seconds(
                            r.phases().values().stream().mapToDouble(Double::doubleValue).sum()),
                        "all phases")));
    return tiles;
  }

  private static String interval(MetricRow row) {
    return Double.isFinite(row.low()) && Double.isFinite(row.high())
        ? NumberText.score(row.low()) + " to " + NumberText.score(row.high())
        : NumberText.count(row.users()) + " users";
  }

  private Section gate() {
    List<List<Cell>> rows =
        tables.findings(version.version()).stream()
            .map(
                f ->
                    List.of(
                        Words.outcome(f.outcome()),
                        Cell.of(Words.plain(f.rule())),
                        Cell.of(f.measured()),
                        Cell.of(f.threshold()),
                        Cell.of(f.detail())))
            .toList();
    Table table =
        new Table(
            "Findings of the gate",
            List.of(
                Column.brief("Outcome"),
                Column.text("Rule"),
                Column.text("Measured"),
                Column.text("Threshold"),
                Column.text("In words")),
            rows);
    return new Section(
        "gate",
        "Why it was "
            + (version.promoted()
                ? "promoted"
                : version.status().isBlank() ? "judged so" : Words.plain(version.status())),
        List.of(),
        List.of(),
        List.of(table),
        List.of());
  }
}
