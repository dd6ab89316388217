package io.perennial.report;

import io.perennial.report.Charts.Mark;
import io.perennial.report.Charts.Unit;
import io.perennial.report.ForgettingMatrix.Direction;
import io.perennial.report.Page.Chart;
import io.perennial.report.Page.Section;
import io.perennial.report.Page.Tile;
import io.perennial.report.PipelineTables.FindingRow;
import io.perennial.report.PipelineTables.MetricName;
import io.perennial.report.PipelineTables.MetricRow;
import io.perennial.report.PipelineTables.VersionRow;
import io.perennial.report.Table.Cell;
import io.perennial.report.Table.Column;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.DoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** What was measured over all nights of a pipeline. */
final class HistoryFigures {
  private static final String CHAMPION = "champion";
  private static final Set<String> COUNTS = Set.of("rows", "users", "items");

  private final PipelineTables tables;
  private final List<VersionRow> versions;
  private final List<String> nights;
  private final String metric;
  private final ForgettingMatrix all;
  private final ForgettingMatrix line;

  HistoryFigures(PipelineTables tables) {
    this.tables = tables;
    this.versions = tables.versions();
    this.nights = versions.stream().map(v -> tables.night(v) + " · v" + v.version()).toList();
    this.metric = tables.primary().map(MetricName::text).orElse("the primary metric");
    Set<Long> every = new TreeSet<>();
    Set<Long> promoted = new TreeSet<>();
    versions.forEach(
        v -> {
          every.add(v.version());
          if (v.promoted()) {
            promoted.add(v.version());
          }
        });
    this.all = matrix(every);
    this.line = matrix(promoted);
  }

  /** The version whose validation window a frozen window is; empty for other windows. */
  static Optional<Long> frozen(String window) {
    String number =
        window.startsWith(PipelineTables.FROZEN)
            ? window.substring(PipelineTables.FROZEN.length())
            : "";
    return number.matches("\\d{1,18}") ? Optional.of(Long.parseLong(number)) : Optional.empty();
  }

  /**
   * Candidates on frozen windows. Where a version was not measured on its own window again, the
   * figure of its validation stands in.
   */
  private ForgettingMatrix matrix(Set<Long> rows) {
    ForgettingMatrix matrix =
        new ForgettingMatrix(
            tables.primary().filter(MetricName::lessIsBetter).isPresent()
                ? Direction.LESS_IS_BETTER
                : Direction.MORE_IS_BETTER);
    Set<Long> windows = new LinkedHashSet<>();
    for (MetricRow m : tables.metrics()) {
      Optional<Long> window = frozen(m.window());
      if (window.isPresent()
          && window.get() <= m.version()
          && rows.contains(m.version())
          && m.subject().equals(PipelineTables.CANDIDATE)
          && m.segment().equals(PipelineTables.ALL)
          && tables.primary().filter(m.name()::equals).isPresent()) {
        matrix.put(m.version(), window.get(), m.value());
        windows.add(window.get());
      }
    }
    if (!windows.isEmpty()) {
      for (long version : rows) {
        if (matrix.get(version, version).isEmpty()) {
          tables
              .primary(
                  version, PipelineTables.VALIDATION, PipelineTables.ALL, PipelineTables.CANDIDATE)
              .ifPresent(m -> matrix.put(version, version, m.value()));
        }
      }
    }
    return matrix;
  }

  /** Quality over nights, and forgetting. */
  List<Section> quality() {
    return List.of(nextDay(), forgetting());
  }

  /** Seconds and input over nights. */
  List<Section> cost() {
    return List.of(seconds(), input());
  }

  /** Next-day figures by subject, one value a version. */
  private Map<String, List<Double>> nextDayFigures() {
    List<MetricRow> rows =
        tables.metrics().stream()
            .filter(
                m ->
                    m.window().equals(PipelineTables.PREQUENTIAL)
                        && m.segment().equals(PipelineTables.ALL)
                        && tables.primary().filter(m.name()::equals).isPresent())
            .toList();
    Map<String, Map<Long, Double>> values = new LinkedHashMap<>();
    for (MetricRow row : rows) {
      boolean champion =
          tables.champion(row.version()).filter(c -> c.subject().equals(row.subject())).isPresent();
      values
          .computeIfAbsent(champion ? CHAMPION : row.subject(), s -> new LinkedHashMap<>())
          .put(row.version(), row.value());
    }
    Map<String, List<Double>> series = new LinkedHashMap<>();
    for (String subject : Words.subjects(values.keySet())) {
      series.put(
          subject,
          versions.stream()
              .map(v -> values.get(subject).getOrDefault(v.version(), Double.NaN))
              .toList());
    }
    return series;
  }

  private Section nextDay() {
    Map<String, List<Double>> figures = nextDayFigures();
    if (figures.isEmpty()) {
      return section("next-day", "Quality on the next day", List.of(), List.of(), List.of());
    }
    Map<String, List<Mark>> marks = new LinkedHashMap<>();
    for (int i = 0; i < versions.size(); i++) {
      VersionRow version = versions.get(i);
      String failed =
          tables.findings(version.version()).stream()
              .filter(FindingRow::failed)
              .map(f -> Words.plain(f.rule()) + ": " + f.measured())
              .collect(Collectors.joining("; "));
      String name = version.status().isBlank() ? "unknown" : Words.plain(version.status());
      marks
          .computeIfAbsent(name, s -> new ArrayList<>())
          .add(
              new Mark(
                  i,
                  "Version "
                      + version.version()
                      + " "
                      + name
                      + (failed.isEmpty() ? "" : " (" + failed + ")")));
    }
    Map<String, List<Double>> series = new LinkedHashMap<>();
    figures.forEach((subject, values) -> series.put(Words.plain(subject), values));
    Chart chart =
        new Chart(
            "next-day-chart",
            metric + " on each night's new events, before they were learnt",
            "Line chart of "
                + metric
                + " over "
                + versions.size()
                + " nights. "
                + meanSentence().orElse(""),
            Chart.Size.HIGH,
            Charts.lines(Unit.SCORE, nights, series, marks),
            Optional.of(overNights(metric + " on the next day", series, NumberText::score)));
    return section(
        "next-day",
        "Quality on the next day",
        List.of(
            "Each night the champion of the day is scored on the new events before anything is"
                + " learnt, next to baselines that need no model. Marks at the foot of the chart"
                + " show what the gate decided that night: a circle for promoted, a cross for"
                + " rejected."),
        List.of(chart),
        List.of());
  }

  /** The mean over nights of the champion and of each baseline, on nights that have both. */
  Optional<String> meanSentence() {
    Map<String, List<Double>> figures = nextDayFigures();
    List<Double> ours = figures.get(CHAMPION);
    OptionalDouble champion = mean(ours, ours);
    if (champion.isEmpty()) {
      return Optional.empty();
    }
    String others =
        figures.keySet().stream()
            .filter(s -> !s.equals(CHAMPION) && mean(figures.get(s), ours).isPresent())
            .map(
                s ->
                    Words.plain(s)
                        + " "
                        + NumberText.score(mean(figures.get(s), ours).getAsDouble()))
            .collect(Collectors.joining(", "));
    return Optional.of(
        "On the next day's events the champion has a mean "
            + metric
            + " of "
            + NumberText.score(champion.getAsDouble())
            + " over "
            + figures.get(CHAMPION).stream().filter(Double::isFinite).count()
            + " nights"
            + (others.isEmpty() ? "" : "; " + others)
            + ".");
  }

  /** The mean over the nights on which the champion has a figure too. */
  private static OptionalDouble mean(List<Double> values, List<Double> champion) {
    if (values == null || champion == null) {
      return OptionalDouble.empty();
    }
    return IntStream.range(0, values.size())
        .filter(i -> Double.isFinite(values.get(i)) && Double.isFinite(champion.get(i)))
        .mapToDouble(values::get)
        .average();
  }

  /** The few figures on top. */
  List<Tile> tiles() {
    List<Tile> tiles = new ArrayList<>();
    mean(nextDayFigures().get(CHAMPION), nextDayFigures().get(CHAMPION))
        .ifPresent(
            m ->
                tiles.add(
                    new Tile(
                        metric + ", next day", NumberText.score(m), "champion, mean of nights")));
    ForgettingMatrix.Summary summary = line.summary();
    summary
        .accuracy()
        .ifPresent(
            v ->
                tiles.add(
                    new Tile(
                        "ACC",
                        NumberText.score(v),
                        "mean over " + summary.windows() + " windows")));
    summary
        .backwardTransfer()
        .ifPresent(
            v -> tiles.add(new Tile("BWT", NumberText.score(v), "below 0: earlier nights lost")));
    summary
        .forgetting()
        .ifPresent(
            v ->
                tiles.add(new Tile("forgetting", NumberText.score(v), "0: nothing was forgotten")));
    return tiles;
  }

  /** Forgetting in words. */
  Optional<String> forgettingSentence() {
    ForgettingMatrix.Summary summary = line.summary();
    if (summary.forgetting().isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        "On the frozen windows of earlier nights, version "
            + summary.last()
            + " lies "
            + NumberText.score(summary.forgetting().getAsDouble())
            + " below the best that any promoted version ever had there (forgetting), and its"
            + " change since those nights is "
            + summary.backwardTransfer().stream()
                .mapToObj(NumberText::score)
                .findFirst()
                .orElse("unknown")
            + " (backward transfer).");
  }

  private Section forgetting() {
    List<Long> rows = all.versions();
    List<Long> columns = all.windows();
    if (rows.isEmpty()) {
      return section("forgetting", "Forgetting", List.of(), List.of(), List.of());
    }
    List<List<Number>> cells = new ArrayList<>();
    List<List<Cell>> table = new ArrayList<>();
    for (int y = 0; y < rows.size(); y++) {
      List<Cell> line = new ArrayList<>();
      line.add(Cell.of("version " + rows.get(y)));
      for (int x = 0; x < columns.size(); x++) {
        OptionalDouble value = all.get(rows.get(y), columns.get(x));
        line.add(
            Cell.of(value.isPresent() ? NumberText.score(value.getAsDouble()) : NumberText.NONE));
        if (value.isPresent()) {
          cells.add(List.of(x, y, NumberText.drawn(value.getAsDouble())));
        }
      }
      table.add(line);
    }
    List<Column> headings = new ArrayList<>();
    headings.add(Column.brief("Version"));
    columns.forEach(c -> headings.add(Column.number("window v" + c)));
    Chart chart =
        new Chart(
            "forgetting-chart",
            metric + " of each version (rows) on the frozen windows of earlier nights (columns)",
            "Heat map of "
                + metric
                + " of "
                + rows.size()
                + " versions on "
                + columns.size()
                + " frozen windows. "
                + forgettingSentence().orElse(""),
            Chart.Size.HIGH,
            Charts.heat(
                Unit.SCORE,
                columns.stream().map(c -> "v" + c).toList(),
                rows.stream().map(r -> "v" + r).toList(),
                cells),
            Optional.of(new Table("Forgetting matrix, " + metric, headings, table)));
    return section(
        "forgetting",
        "Forgetting",
        List.of(
            "Read a column from its top downwards: it shows how well later versions still know one"
                + " earlier night. The first cell of a column is the version's own validation,"
                + " taken over the whole window; later ones use the sample that was kept of it."
                + " Rejected versions are shown, but ACC, BWT and forgetting count promoted ones"
                + " only."),
        List.of(chart),
        List.of(summaryTable()));
  }

  private Table summaryTable() {
    ForgettingMatrix.Summary summary = line.summary();
    if (summary.windows() == 0) {
      return new Table("Summary", List.of(Column.text("Figure")), List.of());
    }
    return new Table(
        "Summary after version " + summary.last() + ", over " + summary.windows() + " windows",
        List.of(Column.text("Figure"), Column.number("Value"), Column.text("Meaning")),
        List.of(
            figure(
                "ACC",
                summary.accuracy(),
                "mean of the last version over all windows it was measured on"),
            figure(
                "BWT",
                summary.backwardTransfer(),
                "mean change on earlier windows since their own night; below 0 is a loss"),
            figure(
                "Forgetting",
                summary.forgetting(),
                "mean distance to the best any promoted version had there; 0 is none")));
  }

  private static List<Cell> figure(String name, OptionalDouble value, String meaning) {
    return List.of(
        Cell.of(name),
        Cell.of(value.isPresent() ? NumberText.score(value.getAsDouble()) : NumberText.NONE),
        Cell.of(meaning));
  }

  private Section seconds() {
    Set<String> phases = new LinkedHashSet<>();
    List<Map<String, Double>> byVersion =
        versions.stream()
            .map(v -> tables.runOf(v).map(PipelineTables.RunRow::phases).orElse(Map.of()))
            .toList();
    byVersion.forEach(p -> phases.addAll(p.keySet()));
    Map<String, List<Double>> series = new LinkedHashMap<>();
    for (String phase : phases) {
      series.put(
          Words.plain(phase),
          byVersion.stream().map(p -> p.getOrDefault(phase, Double.NaN)).toList());
    }
    double total =
        byVersion.stream().flatMap(p -> p.values().stream()).mapToDouble(Double::doubleValue).sum();
    return section(
        "seconds",
        "Where the time goes",
        List.of(),
        phases.isEmpty()
            ? List.of()
            : List.of(
                new Chart(
                    "seconds-chart",
                    "Seconds by phase, night after night",
                    "Stacked bars of the seconds of "
                        + phases.size()
                        + " phases over "
                        + versions.size()
                        + " nights, together "
                        + NumberText.seconds(total)
                        + ".",
                    Chart.Size.MIDDLE,
                    Charts.stack(Unit.SECONDS, nights, series),
                    Optional.of(overNights("Seconds by phase", series, NumberText::seconds)))),
        List.of());
  }

  private Section input() {
    Map<String, List<Double>> counts = new LinkedHashMap<>();
    Map<String, List<Double>> others = new LinkedHashMap<>();
    Map<String, List<Double>> times = new LinkedHashMap<>();
    Set<String> names = new TreeSet<>();
    tables.profiles().forEach(p -> names.addAll(p.figures().keySet()));
    for (String name : names) {
      List<Double> values = inputFigures(name);
      double median =
          VersionLineage.median(
              values.stream()
                  .filter(Double::isFinite)
                  .mapToDouble(Double::doubleValue)
                  .sorted()
                  .toArray());
      if (COUNTS.contains(name)) {
        counts.put(Words.plain(name), values);
      } else {
        others.put(Words.plain(name), values);
        times.put(
            Words.plain(name), values.stream().map(v -> v > 0 ? v / median : Double.NaN).toList());
      }
    }
    List<Chart> charts = new ArrayList<>();
    if (!counts.isEmpty()) {
      charts.add(
          new Chart(
              "input-counts-chart",
              "New events, and the users and items in them",
              "Line chart of " + String.join(", ", counts.keySet()) + " over nights.",
              Chart.Size.MIDDLE,
              Charts.lines(Unit.COUNT, nights, counts, Map.of()),
              Optional.of(overNights("Counts of the input", counts, NumberText::score))));
    }
    if (!others.isEmpty()) {
      charts.add(
          new Chart(
              "input-figures-chart",
              "Other figures of the input, as multiples of their median over all nights",
              "Line chart of " + String.join(", ", others.keySet()) + " over nights.",
              Chart.Size.MIDDLE,
              Charts.lines(Unit.TIMES, nights, times, Map.of()),
              Optional.of(overNights("Other figures of the input", others, NumberText::score))));
    }
    return section(
        "input",
        "Drift of the input",
        List.of(
            "The shape of each night's new events, late ones left out. A jump here with no known"
                + " reason deserves a look before the models do."),
        charts,
        List.of());
  }

  /** A figure of the input, one value a version. */
  private List<Double> inputFigures(String name) {
    return versions.stream()
        .map(v -> tables.profile(v.version()).map(p -> p.figures().get(name)).orElse(Double.NaN))
        .toList();
  }

  private Table overNights(
      String caption, Map<String, List<Double>> series, DoubleFunction<String> words) {
    List<Column> columns = new ArrayList<>();
    columns.add(Column.brief("Night"));
    series.keySet().forEach(s -> columns.add(Column.number(s)));
    List<List<Cell>> rows = new ArrayList<>();
    for (int i = 0; i < nights.size(); i++) {
      List<Cell> row = new ArrayList<>();
      row.add(Cell.of(nights.get(i)));
      for (List<Double> values : series.values()) {
        row.add(Cell.of(words.apply(values.get(i))));
      }
      rows.add(row);
    }
    return new Table(caption, columns, rows);
  }

  private static Section section(
      String id, String heading, List<String> notes, List<Chart> charts, List<Table> tables) {
    return new Section(id, heading, notes, charts, tables, List.of());
  }
}
