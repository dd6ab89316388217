package io.perennial.report;

import io.perennial.report.BacktestFigures.ArmFigure;
import io.perennial.report.Charts.Point;
import io.perennial.report.Charts.Unit;
import io.perennial.report.ForgettingMatrix.Summary;
import io.perennial.report.ForgettingMatrix.Transfer;
import io.perennial.report.Page.Chart;
import io.perennial.report.Page.Section;
import io.perennial.report.Page.Tile;
import io.perennial.report.Table.Cell;
import io.perennial.report.Table.Column;
import io.perennial.report.Table.Tone;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.DoubleFunction;

/** The page of a backtest. */
final class BacktestPage {
  /** Curves are means over so many nights, where there are more than three times as many. */
  private static final int SMOOTHED = 7;

  /** A training that took less is drawn as if it took this long, for want of a logarithm of 0. */
  private static final double SHORTEST = 0.001;

  private static final Map<String, String> CURVES =
      Map.of(
          "returning", "returning users",
          "first_time", "first-time items of returning users",
          "all", "all users");

  private final BacktestSubject subject;
  private final BacktestFigures figures;
  private final List<String> nights;

  /** Arms that are told one by one; the others differ from the reference in one setting. */
  private final List<String> arms;

  private BacktestPage(BacktestSubject subject, BacktestFigures figures) {
    this.subject = subject;
    this.figures = figures;
    Set<String> turned = new HashSet<>();
    subject.knobs().values().forEach(turned::addAll);
    this.arms = figures.arms().stream().filter(arm -> !turned.contains(arm)).toList();
    this.nights = figures.nights().stream().map(LocalDate::toString).toList();
  }

  /** Makes the page. */
  static Page of(BacktestSubject subject, BacktestFigures figures) {
    return new BacktestPage(subject, figures).page();
  }

  private Page page() {
    List<Section> sections = new ArrayList<>();
    if (!nights.isEmpty()) {
      sections.add(results());
      sections.add(curves());
      sections.add(cost());
      if (!figures.gates().isEmpty()) {
        sections.add(gates());
      }
      sections.add(forgetting());
    }
    sections.add(parameters());
    return new Page(
        "Backtest " + subject.id(),
        "Backtest of pipeline " + subject.pipeline(),
        List.of(),
        summary(),
        tiles(),
        sections,
        List.of(
            new Page.Link("All pipelines", "../" + PageFolder.INDEX),
            new Page.Link(subject.pipeline(), PageFolder.INDEX)));
  }

  private List<String> summary() {
    if (nights.isEmpty()) {
      return List.of("No figures yet: no night of this backtest is written.");
    }
    List<String> sentences = new ArrayList<>();
    sentences.add(
        nights.size()
            + (nights.size() == 1 ? " night, " : " nights, from ")
            + nights.get(0)
            + (nights.size() == 1 ? "" : " to " + nights.get(nights.size() - 1))
            + ", were replayed for "
            + arms.size()
            + " arms, which all began with "
            + subject.base()
            + ". Each night every arm is first scored on the night, over the full catalogue of the"
            + " items known by then, and then learns it.");
    best("returning").ifPresent(sentences::add);
    best("first_time").ifPresent(sentences::add);
    return sentences;
  }

  private Optional<String> best(String segment) {
    return arms.stream()
        .map(arm -> figures.figure(arm, segment))
        .filter(f -> Double.isFinite(f.mean()))
        .max(
            (a, b) ->
                Double.compare(better(a), better(b)) != 0
                    ? Double.compare(better(a), better(b))
                    : b.arm().compareTo(a.arm()))
        .map(
            f ->
                "Of "
                    + CURVES.get(segment)
                    + ", "
                    + f.arm()
                    + " has the best mean "
                    + subject.metric()
                    + ": "
                    + NumberText.score(f.mean())
                    + (f.arm().equals(figures.reference())
                        ? "."
                        : "; "
                            + figures.reference()
                            + " has "
                            + NumberText.score(figures.figure(figures.reference(), segment).mean())
                            + "."));
  }

  /** How much better than the reference; 0 for itself. */
  private static double better(ArmFigure figure) {
    return Double.isFinite(figure.difference()) ? figure.difference() : 0;
  }

  private List<Tile> tiles() {
    List<Tile> tiles = new ArrayList<>();
    for (String segment : List.of("returning", "first_time", "all")) {
      ArmFigure figure = figures.figure(figures.reference(), segment);
      if (Double.isFinite(figure.mean())) {
        tiles.add(
            new Tile(
                subject.metric() + ", " + Words.plain(segment),
                NumberText.score(figure.mean()),
                figures.reference() + ", mean of nights"));
      }
    }
    if (!nights.isEmpty()) {
      tiles.add(
          new Tile(
              "training a night",
              NumberText.seconds(figures.figure(figures.reference(), "all").trainSeconds()),
              figures.reference()));
    }
    return tiles;
  }

  private Section results() {
    List<Table> tables = new ArrayList<>();
    for (String segment :
        List.of("returning", "first_time", "all", "repeat", "new", "second_night")) {
      List<List<Cell>> rows = new ArrayList<>();
      for (ArmFigure figure : figures.figures()) {
        if (figure.segment().equals(segment)
            && figure.nights() > 0
            && arms.contains(figure.arm())) {
          rows.add(row(figure));
        }
      }
      tables.add(
          new Table(
              subject.metric() + ", segment " + segment,
              List.of(
                  Column.brief("Arm"),
                  Column.number("Mean of nights"),
                  Column.number("First third"),
                  Column.number("Middle third"),
                  Column.number("Last third"),
                  Column.number("Against " + figures.reference()),
                  Column.number("95 % interval"),
                  Column.number("Nights"),
                  Column.number("Training a night")),
              rows));
    }
    return new Section(
        "results",
        "Results",
        List.of(
            "A figure is the mean of nightly means over users. Differences are relative, below 0"
                + " where the arm is worse than "
                + figures.reference()
                + "; their intervals come from a paired bootstrap over nights and users. An"
                + " interval that holds 0 leaves open which arm is better."),
        List.of(),
        tables.subList(0, 2),
        tables.subList(2, tables.size()));
  }

  private List<Cell> row(ArmFigure f) {
    Tone tone = f.low() > 0 ? Tone.GOOD : f.high() < 0 ? Tone.BAD : Tone.PLAIN;
    return List.of(
        Cell.of(f.arm()),
        Cell.of(NumberText.score(f.mean())),
        Cell.of(NumberText.score(f.thirds().get(0))),
        Cell.of(NumberText.score(f.thirds().get(1))),
        Cell.of(NumberText.score(f.thirds().get(2))),
        Cell.of(NumberText.change(f.difference()), tone),
        Cell.of(
            Double.isFinite(f.low())
                ? NumberText.change(f.low()) + " to " + NumberText.change(f.high())
                : NumberText.NONE),
        Cell.of(NumberText.count(f.nights())),
        Cell.of(NumberText.seconds(f.trainSeconds())));
  }

  private Section curves() {
    boolean smooth = nights.size() > 3 * SMOOTHED;
    List<Chart> charts = new ArrayList<>();
    for (String segment : List.of("returning", "first_time", "all")) {
      Map<String, List<Double>> raw = new LinkedHashMap<>();
      Map<String, List<Double>> drawn = new LinkedHashMap<>();
      for (String arm : arms) {
        raw.put(arm, figures.curve(arm, segment));
        drawn.put(arm, smooth ? smoothed(raw.get(arm)) : raw.get(arm));
      }
      String what = subject.metric() + " of " + CURVES.get(segment);
      charts.add(
          new Chart(
              segment.replace('_', '-') + "-chart",
              what + (smooth ? ", mean of the last " + SMOOTHED + " nights" : ", night by night"),
              "Line chart of " + what + " over " + nights.size() + " nights for each arm.",
              Chart.Size.HIGH,
              Charts.lines(Unit.SCORE, nights, drawn, Map.of()),
              Optional.of(overNights(what, raw, NumberText::score))));
    }
    return new Section("nights", "Night by night", List.of(), charts, List.of(), List.of());
  }

  /** The mean of each night and those before it that have a figure. */
  private static List<Double> smoothed(List<Double> values) {
    List<Double> means = new ArrayList<>();
    for (int n = 0; n < values.size(); n++) {
      means.add(
          values.subList(Math.max(0, n - SMOOTHED + 1), n + 1).stream()
              .filter(Double::isFinite)
              .mapToDouble(Double::doubleValue)
              .average()
              .orElse(Double.NaN));
    }
    return means;
  }

  private Section cost() {
    List<Point> points = new ArrayList<>();
    Map<String, List<Double>> seconds = new LinkedHashMap<>();
    for (String arm : arms) {
      ArmFigure figure = figures.figure(arm, "returning");
      seconds.put(arm, figures.seconds(arm));
      if (Double.isFinite(figure.mean()) && Double.isFinite(figure.trainSeconds())) {
        points.add(new Point(arm, Math.max(SHORTEST, figure.trainSeconds()), figure.mean()));
      }
    }
    List<Chart> charts =
        points.isEmpty()
            ? List.of()
            : List.of(
                new Chart(
                    "cost-chart",
                    "Cost against quality: seconds of training a night, and "
                        + subject.metric()
                        + " of returning users",
                    "Scatter chart of " + points.size() + " arms.",
                    Chart.Size.HIGH,
                    Charts.scatter("training", Unit.SECONDS, subject.metric(), Unit.SCORE, points),
                    Optional.of(overNights("Seconds of training", seconds, NumberText::seconds))));
    return new Section(
        "cost",
        "Cost against quality",
        List.of(
            "Seconds are those of learning alone, without reading events or scoring. Arms that need"
                + " no training are drawn at a millisecond."),
        charts,
        List.of(),
        List.of());
  }

  private Section gates() {
    List<List<Cell>> rows = new ArrayList<>();
    List<List<Cell>> refused = new ArrayList<>();
    for (GateFigures gate : figures.gates()) {
      rows.add(
          List.of(
              Cell.of(gate.arm()),
              Cell.of(NumberText.count(gate.promoted())),
              Cell.of(NumberText.count(gate.rejected())),
              Cell.of(NumberText.count(gate.setAside())),
              Cell.of(NumberText.count(gate.stopped())),
              Cell.of(gate.ruleText())));
      for (GateFigures.Night night : gate.nights()) {
        refused.add(
            List.of(
                Cell.of(night.night().toString()),
                Cell.of(gate.arm()),
                Cell.of(Words.plain(night.outcome())),
                Cell.of(
                    night.rules().isEmpty() ? NumberText.NONE : String.join(", ", night.rules()))));
      }
    }
    Table counts =
        new Table(
            "Nights by what the gate said",
            List.of(
                Column.brief("Arm"),
                Column.number("Promoted"),
                Column.number("Rejected"),
                Column.number("Never learnt"),
                Column.number("Stopped"),
                Column.text("Rejected by")),
            rows);
    return new Section(
        "gate",
        "Gate",
        List.of(
            "An arm with a gate keeps its champion on a night that is rejected, and tries the"
                + " night's events again with the next. What fails again while the next night"
                + " alone passes is never learnt. After too many rejected nights in a row a"
                + " pipeline stops until somebody looks; in a replay nobody does."),
        List.of(),
        List.of(counts),
        refused.isEmpty()
            ? List.of()
            : List.of(
                new Table(
                    "Nights that were not promoted",
                    List.of(
                        Column.brief("Night"),
                        Column.brief("Arm"),
                        Column.brief("Outcome"),
                        Column.text("Rules")),
                    refused)));
  }

  private Section forgetting() {
    List<String> models = figures.models().stream().filter(arms::contains).toList();
    List<List<Cell>> rows = new ArrayList<>();
    List<Table> matrices = new ArrayList<>();
    List<Point> trade = new ArrayList<>();
    Map<String, List<Double>> kept = new LinkedHashMap<>();
    List<Long> versions = new ArrayList<>();
    for (String arm : models) {
      ForgettingMatrix matrix = figures.forgetting(arm);
      Summary summary = matrix.summary();
      Transfer transfer = matrix.transfer();
      rows.add(
          List.of(
              Cell.of(arm),
              figure(transfer.learning()),
              figure(transfer.retention()),
              figure(transfer.harmonic()),
              figure(summary.accuracy()),
              figure(summary.backwardTransfer()),
              figure(transfer.forwardTransfer()),
              figure(summary.forgetting()),
              Cell.of(NumberText.count(summary.windows()))));
      matrices.add(table(arm, matrix));
      double nextDay = figures.figure(arm, "all").mean();
      if (transfer.retention().isPresent() && Double.isFinite(nextDay)) {
        trade.add(new Point(arm, nextDay, transfer.retention().getAsDouble()));
      }
      if (versions.isEmpty()) {
        versions.addAll(matrix.versions());
      }
      kept.put(arm, versions.stream().map(version -> meanOf(matrix, version)).toList());
    }
    List<String> days =
        versions.stream().map(version -> LocalDate.ofEpochDay(version).toString()).toList();
    List<Chart> charts = new ArrayList<>();
    if (!kept.isEmpty()) {
      charts.add(
          new Chart(
              "retention-chart",
              "Mean " + subject.metric() + " on the frozen windows of the nights so far",
              "Line chart of what " + models.size() + " models keep of early nights.",
              Chart.Size.MIDDLE,
              Charts.lines(Unit.SCORE, days, kept, Map.of()),
              Optional.empty()));
    }
    if (trade.size() > 1) {
      charts.add(
          new Chart(
              "trade-chart",
              "Recency against retention: " + subject.metric() + " on the next day, and RA",
              "Scatter chart of " + trade.size() + " models.",
              Chart.Size.MIDDLE,
              Charts.scatter("next day", Unit.SCORE, "RA", Unit.SCORE, trade),
              Optional.empty()));
    }
    if (!subject.knobs().isEmpty()) {
      charts.add(knobs());
    }
    return new Section(
        "forgetting",
        "Forgetting",
        List.of(
            "The events of some early nights are kept as windows. R[i][j] is the score after night"
                + " i on the window of night j; a model has learnt that window on its own night, so"
                + " this measures what is kept, not what is foreseen. LA is the mean of R[j][j], RA"
                + " of R[N][j] over earlier windows, with N the last night, and H their harmonic"
                + " mean. ACC is the mean of R[N][j] over all windows, BWT of R[N][j] − R[j][j],"
                + " FWT of R[j−1][j] minus the score of popularity, the first window left out."),
        charts,
        List.of(
            new Table(
                "Learning and retention, " + subject.metric() + " over all users",
                List.of(
                    Column.brief("Arm"),
                    Column.number("LA"),
                    Column.number("RA"),
                    Column.number("H"),
                    Column.number("ACC"),
                    Column.number("BWT"),
                    Column.number("FWT"),
                    Column.number("Forgetting"),
                    Column.number("Windows")),
                rows)),
        matrices);
  }

  /** What turning one setting at a time does to next-day quality and to retention. */
  private Chart knobs() {
    Map<String, List<Point>> lines = new LinkedHashMap<>();
    List<List<Cell>> rows = new ArrayList<>();
    subject
        .knobs()
        .forEach(
            (knob, names) -> {
              List<Point> points = new ArrayList<>();
              for (String name : names) {
                double nextDay = figures.figure(name, "all").mean();
                OptionalDouble kept = figures.forgetting(name).transfer().retention();
                if (kept.isPresent() && Double.isFinite(nextDay)) {
                  String setting = name.substring(name.indexOf(knob) + knob.length() + 1);
                  points.add(new Point(setting, nextDay, kept.getAsDouble()));
                  rows.add(
                      List.of(
                          Cell.of(knob),
                          Cell.of(setting),
                          Cell.of(NumberText.score(nextDay)),
                          Cell.of(NumberText.score(figures.figure(name, "returning").mean())),
                          Cell.of(NumberText.score(figures.figure(name, "first_time").mean())),
                          figure(kept)));
                }
              }
              lines.put(knob, points);
            });
    for (String arm : figures.models().stream().filter(arms::contains).toList()) {
      OptionalDouble kept = figures.forgetting(arm).transfer().retention();
      if (kept.isPresent()) {
        lines.put(
            arm, List.of(new Point(arm, figures.figure(arm, "all").mean(), kept.getAsDouble())));
      }
    }
    return new Chart(
        "knobs-chart",
        "What the settings of "
            + figures.reference()
            + " trade: "
            + subject.metric()
            + " on the next day, and RA",
        "Lines through the settings of " + String.join(", ", subject.knobs().keySet()) + ".",
        Chart.Size.HIGH,
        Charts.paths("next day", "RA", Unit.SCORE, lines),
        Optional.of(
            new Table(
                "Settings of " + figures.reference() + ", one changed at a time",
                List.of(
                    Column.brief("Setting"),
                    Column.brief("Value"),
                    Column.number("Next day, all users"),
                    Column.number("Returning"),
                    Column.number("First-time"),
                    Column.number("RA")),
                rows)));
  }

  private static double meanOf(ForgettingMatrix matrix, long version) {
    return matrix.windows().stream()
        .map(window -> matrix.get(version, window))
        .filter(OptionalDouble::isPresent)
        .mapToDouble(OptionalDouble::getAsDouble)
        .average()
        .orElse(Double.NaN);
  }

  private Table table(String arm, ForgettingMatrix matrix) {
    List<Column> columns = new ArrayList<>();
    columns.add(Column.brief("After night"));
    matrix.windows().forEach(w -> columns.add(Column.number(LocalDate.ofEpochDay(w).toString())));
    List<List<Cell>> rows = new ArrayList<>();
    for (long version : matrix.versions()) {
      List<Cell> row = new ArrayList<>();
      row.add(Cell.of(LocalDate.ofEpochDay(version).toString()));
      matrix.windows().forEach(window -> row.add(figure(matrix.get(version, window))));
      rows.add(row);
    }
    return new Table("R[i][j] of " + arm, columns, rows);
  }

  private static Cell figure(OptionalDouble value) {
    return Cell.of(value.isPresent() ? NumberText.score(value.getAsDouble()) : NumberText.NONE);
  }

  private Section parameters() {
    List<List<Cell>> rows = new ArrayList<>();
    subject
        .parameters()
        .forEach((arm, words) -> rows.add(List.of(Cell.of(arm), Words.known(words))));
    return new Section(
        "parameters",
        "Parameters",
        List.of(
            subject
                .choice()
                .orElse(
                    "What each arm was replayed with: the pipeline file, with its section"
                        + " backtest.")),
        List.of(),
        List.of(
            new Table(
                "Parameters by arm", List.of(Column.brief("Arm"), Column.text("With")), rows)),
        List.of());
  }

  private Table overNights(
      String caption, Map<String, List<Double>> series, DoubleFunction<String> words) {
    List<Column> columns = new ArrayList<>();
    columns.add(Column.brief("Night"));
    series.keySet().forEach(name -> columns.add(Column.number(name)));
    List<List<Cell>> rows = new ArrayList<>();
    for (int n = 0; n < nights.size(); n++) {
      List<Cell> row = new ArrayList<>();
      row.add(Cell.of(nights.get(n)));
      for (List<Double> values : series.values()) {
        row.add(Cell.of(words.apply(values.get(n))));
      }
      rows.add(row);
    }
    return new Table(caption, columns, rows);
  }
}
