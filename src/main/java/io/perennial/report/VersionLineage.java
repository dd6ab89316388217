package io.perennial.report;

import io.perennial.report.Charts.Bar;
import io.perennial.report.Charts.Unit;
import io.perennial.report.Page.Chart;
import io.perennial.report.Page.Section;
import io.perennial.report.PipelineTables.MetricRow;
import io.perennial.report.PipelineTables.ProfileRow;
import io.perennial.report.PipelineTables.RunRow;
import io.perennial.report.PipelineTables.VersionRow;
import io.perennial.report.Table.Cell;
import io.perennial.report.Table.Column;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What a version is made of: its input, its model card, its lineage, its seconds. */
final class VersionLineage {
  private static final int RECENT = 14;
  private static final int FEW_USERS = 200;

  private final PipelineTables tables;
  private final VersionRow version;
  private final Set<Long> pages;
  private final Optional<RunRow> run;

  VersionLineage(PipelineTables tables, VersionRow version, Set<Long> pages) {
    this.tables = tables;
    this.version = version;
    this.pages = pages;
    this.run = tables.runOf(version);
  }

  /** Input, model card, seconds, lineage. */
  List<Section> sections() {
    return List.of(input(), card(), seconds(), lineage());
  }

  private Section input() {
    Optional<ProfileRow> tonight = tables.profile(version.version());
    List<ProfileRow> recent = recent();
    List<List<Cell>> rows = new ArrayList<>();
    List<String> names = new ArrayList<>();
    List<Bar> changes = new ArrayList<>();
    for (Map.Entry<String, Double> figure :
        new TreeMap<>(tonight.map(ProfileRow::figures).orElse(Map.of())).entrySet()) {
      double value = figure.getValue() == null ? Double.NaN : figure.getValue();
      double[] others =
          recent.stream()
              .map(p -> p.figures().get(figure.getKey()))
              .filter(v -> v != null && Double.isFinite(v))
              .mapToDouble(Double::doubleValue)
              .sorted()
              .toArray();
      double median = median(others);
      double change = value / median - 1;
      rows.add(
          List.of(
              Cell.of(Words.plain(figure.getKey())),
              Cell.of(NumberText.score(value)),
              Cell.of(NumberText.score(median)),
              Cell.of(
                  others.length == 0
                      ? NumberText.NONE
                      : NumberText.score(others[0])
                          + " to "
                          + NumberText.score(others[others.length - 1])),
              Cell.of(NumberText.change(change))));
      if (value / median > 0) {
        names.add(Words.plain(figure.getKey()));
        changes.add(new Bar(Math.log(value / median) / Math.log(2), Double.NaN, Double.NaN));
      }
    }
    List<Chart> charts =
        names.isEmpty()
            ? List.of()
            : List.of(
                new Chart(
                    "input-chart",
                    "This night's input as a multiple of the median of recent nights",
                    "Bar chart of "
                        + names.size()
                        + " figures of the input as multiples of their recent median. The table"
                        + " below holds them.",
                    Chart.Size.LOW,
                    Charts.intervals(Unit.FOLD, names, Map.of("change", changes)),
                    Optional.empty()));
    return new Section(
        "input",
        "Input of the night",
        List.of(
            recent.isEmpty()
                ? "There are no earlier nights to compare the input with."
                : "Late events are left out. Compared with the last "
                    + (recent.size() == 1 ? "promoted night" : recent.size() + " promoted nights")
                    + " before it."),
        charts,
        List.of(
            new Table(
                "Shape of the input",
                List.of(
                    Column.text("Figure"),
                    Column.number("This night"),
                    Column.number("Median"),
                    Column.number("Range"),
                    Column.number("Change")),
                rows)),
        List.of());
  }

  private List<ProfileRow> recent() {
    List<ProfileRow> earlier =
        tables.profiles().stream()
            .filter(
                p ->
                    p.version() < version.version()
                        && tables.version(p.version()).filter(VersionRow::promoted).isPresent())
            .toList();
    return earlier.subList(Math.max(0, earlier.size() - RECENT), earlier.size());
  }

  /** Of a sorted array; NaN of an empty one. */
  static double median(double[] sorted) {
    int n = sorted.length;
    return n == 0 ? Double.NaN : (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
  }

  private Section card() {
    List<String> notes = new ArrayList<>();
    notes.add(
        "Intended use: to rank or score items of this catalogue for the users of pipeline "
            + tables.pipeline()
            + ". It is a model of family "
            + version.family()
            + ". It is not meant for decisions about people, nor for users or items of another"
            + " catalogue.");
    notes.add(
        "What it learnt from: "
            + Words.slice(version)
            + version
                .parent()
                .map(p -> ", on top of everything that version " + p + " knew")
                .orElse("")
            + ". It knows nothing of people but their events in this table.");
    notes.add(
        "Limits: it ranks from what people did, so it repeats what they were shown, and says"
            + " little on users and items with few events. Intervals tell how much figures would"
            + " differ with other users of the same night; they do not tell how another day would"
            + " differ. The gate compares with the parent and simple baselines on this pipeline's"
            + " own events; a fault that has been in the events all along is not seen.");
    fewUsers().ifPresent(notes::add);
    List<List<Cell>> parameters =
        new TreeMap<>(version.attributes())
            .entrySet().stream()
                .map(e -> List.of(Cell.of(Words.plain(e.getKey())), Words.known(e.getValue())))
                .toList();
    return new Section(
        "model-card",
        "Model card",
        notes,
        List.of(),
        List.of(pairs("What the model says of itself", parameters)),
        List.of());
  }

  private Optional<String> fewUsers() {
    String few =
        tables.metrics().stream()
            .filter(
                m ->
                    m.version() == version.version()
                        && m.window().equals(PipelineTables.VALIDATION)
                        && m.subject().equals(PipelineTables.CANDIDATE)
                        && m.users() < FEW_USERS
                        && tables.primary().filter(m.name()::equals).isPresent())
            .sorted(Comparator.comparing(MetricRow::segment))
            .map(m -> Words.plain(m.segment()) + " (" + m.users() + ")")
            .collect(Collectors.joining(", "));
    return few.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "Few users: these segments of the validation window rest on fewer than "
                + FEW_USERS
                + " users each, and their figures are rough: "
                + few
                + ".");
  }

  private Section seconds() {
    Map<String, Double> phases = run.map(RunRow::phases).orElse(Map.of());
    Map<String, List<Double>> series = new LinkedHashMap<>();
    phases.forEach((name, seconds) -> series.put(Words.plain(name), List.of(seconds)));
    double total = phases.values().stream().mapToDouble(Double::doubleValue).sum();
    List<List<Cell>> rows = new ArrayList<>();
    phases.forEach(
        (name, seconds) ->
            rows.add(
                List.of(
                    Cell.of(Words.plain(name)),
                    Cell.of(NumberText.seconds(seconds)),
                    Cell.of(NumberText.score(100 * seconds / total) + " %"))));
    List<Chart> charts =
        phases.isEmpty()
            ? List.of()
            : List.of(
                new Chart(
                    "seconds-chart",
                    "Seconds by phase",
                    "Stacked bar of the seconds of "
                        + phases.size()
                        + " phases, together "
                        + NumberText.seconds(total)
                        + ".",
                    Chart.Size.LOW,
                    Charts.stack(Unit.SECONDS, List.of("version " + version.version()), series),
                    Optional.empty()));
    return new Section(
        "seconds",
        "Where the time went",
        List.of(),
        charts,
        List.of(
            new Table(
                "Seconds by phase",
                List.of(Column.text("Phase"), Column.number("Time"), Column.number("Share")),
                rows)),
        List.of());
  }

  private Section lineage() {
    List<List<Cell>> rows = new ArrayList<>();
    add(rows, "parent", version.parent().map(p -> "version " + p).orElse("none, from scratch"));
    rows.set(
        0,
        List.of(
            rows.get(0).get(0),
            rows.get(0).get(1).linkedTo(version.parent().flatMap(p -> Words.page(p, pages)))));
    add(
        rows,
        "made of the rows of versions",
        version.factorVersions().stream().map(String::valueOf).collect(Collectors.joining(", ")));
    add(rows, "source table", version.tableId());
    rows.add(
        List.of(
            Cell.of("commits of the source"),
            Words.known(
                version.toCommit(),
                to ->
                    version.fromCommit().orElse(-1L) < 0
                        ? "up to " + to
                        : "after " + version.fromCommit().get() + ", up to " + to)));
    rows.add(
        List.of(
            Cell.of("event time"),
            Words.known(
                version.toTime(),
                to ->
                    version.fromTime().map(NumberText::instant).orElse("the beginning")
                        + " to "
                        + Words.end(version.toTime()))));
    add(rows, "run", version.runId());
    rows.add(List.of(Cell.of("command"), Words.known(run.map(RunRow::command).orElse(""))));
    rows.add(List.of(Cell.of("seed"), Words.known(version.seed(), String::valueOf)));
    add(rows, "digest of the pipeline's definition", version.pipelineDigest());
    rows.add(List.of(Cell.of("written"), Words.known(version.createdAt(), NumberText::instant)));
    List<List<Cell>> counts = new ArrayList<>();
    run.map(RunRow::rowCounts)
        .orElse(Map.of())
        .forEach(
            (name, count) ->
                counts.add(List.of(Cell.of(Words.plain(name)), Cell.of(NumberText.count(count)))));
    if (counts.isEmpty()) {
      add(rows, "row counts", "");
    }
    Map<String, String> environment = run.map(RunRow::environment).orElse(Map.of());
    if (environment.isEmpty()) {
      add(rows, "environment (code version, Spark's configuration)", "");
    }
    if (version.facts().isEmpty()) {
      add(rows, "parameters and digests", "");
    }
    return new Section(
        "lineage",
        "Lineage",
        List.of(
            "With the same slice, parent, seed and definition the same model can be made again."
                + " What was not recorded is marked unknown."),
        List.of(),
        List.of(
            pairs("What it was made from", rows),
            new Table(
                "Rows of the night", List.of(Column.text("Rows"), Column.number("Count")), counts)),
        List.of(
            pairs("Parameters, digests and other facts", texts(version.facts())),
            pairs("Environment: code version and Spark's configuration", texts(environment))));
  }

  private static void add(List<List<Cell>> rows, String name, String value) {
    rows.add(List.of(Cell.of(name), Words.known(value)));
  }

  private static List<List<Cell>> texts(Map<String, String> texts) {
    return new TreeMap<>(texts)
        .entrySet().stream()
            .map(
                e ->
                    List.of(
                        Cell.of(e.getKey()), Words.known(e.getValue() == null ? "" : e.getValue())))
            .toList();
  }

  private static Table pairs(String caption, List<List<Cell>> rows) {
    return new Table(caption, List.of(Column.text("What"), Column.text("Value")), rows);
  }
}
