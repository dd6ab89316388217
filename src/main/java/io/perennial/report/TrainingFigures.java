package io.perennial.report;

import io.perennial.report.Charts.Unit;
import io.perennial.report.Page.Chart;
import io.perennial.report.Page.Section;
import io.perennial.report.PipelineTables.LossRow;
import io.perennial.report.Table.Cell;
import io.perennial.report.Table.Column;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** How a version's training went, epoch by epoch: a part of its page where epochs were counted. */
final class TrainingFigures {
  private TrainingFigures() {}

  /** The section; empty where the version's family counts no epochs. */
  static Optional<Section> section(PipelineTables tables, long version) {
    List<LossRow> losses =
        tables.losses().stream().filter(loss -> loss.version() == version).toList();
    if (losses.isEmpty()) {
      return Optional.empty();
    }
    List<Integer> epochs = losses.stream().map(LossRow::epoch).sorted().distinct().toList();
    Map<String, List<Double>> parts = new LinkedHashMap<>();
    for (LossRow loss : losses) {
      parts
          .computeIfAbsent(
              loss.part(),
              part -> new ArrayList<>(java.util.Collections.nCopies(epochs.size(), Double.NaN)))
          .set(epochs.indexOf(loss.epoch()), loss.value());
    }
    return Optional.of(
        new Section(
            "training",
            "Training",
            List.of(
                "What the training of the registered model lost, by epoch. A curve that rises while"
                    + " another one falls is a model that learns its examples by heart."),
            List.of(chart(epochs, parts)),
            List.of(table(epochs, parts)),
            List.of()));
  }

  private static Chart chart(List<Integer> epochs, Map<String, List<Double>> parts) {
    return new Chart(
        "training-chart",
        "Losses by epoch",
        "Line chart of the losses "
            + String.join(", ", parts.keySet())
            + " over "
            + epochs.size()
            + " epochs. The table below holds the figures.",
        Chart.Size.MIDDLE,
        Charts.lines(
            Unit.SCORE, epochs.stream().map(epoch -> "epoch " + epoch).toList(), parts, Map.of()),
        Optional.empty());
  }

  private static Table table(List<Integer> epochs, Map<String, List<Double>> parts) {
    List<Column> columns = new ArrayList<>();
    columns.add(Column.brief("Epoch"));
    parts.keySet().forEach(part -> columns.add(Column.number(part)));
    List<List<Cell>> rows = new ArrayList<>();
    for (int n = 0; n < epochs.size(); n++) {
      List<Cell> row = new ArrayList<>();
      row.add(Cell.of(Integer.toString(epochs.get(n))));
      for (List<Double> values : parts.values()) {
        row.add(Cell.of(NumberText.score(values.get(n))));
      }
      rows.add(row);
    }
    return new Table("Losses by epoch", columns, rows);
  }
}
