package io.perennial.report;

import io.perennial.report.Page.Section;
import io.perennial.report.PipelineTables.ClassRow;
import io.perennial.report.Table.Cell;
import io.perennial.report.Table.Column;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** How well a version tells what is liked: a part of its page where the pipeline asks for it. */
final class RatingClasses {
  private static final List<String> ORDER =
      List.of("not_liked", "liked", "micro", "macro", "weighted");

  private RatingClasses() {}

  /** The section; empty where ratings are not told apart. */
  static Optional<Section> section(PipelineTables tables, long version) {
    List<Table> reports = new ArrayList<>();
    for (String subject : List.of(PipelineTables.CANDIDATE, PipelineTables.PARENT)) {
      List<ClassRow> rows =
          tables.classes().stream()
              .filter(row -> row.version() == version && row.subject().equals(subject))
              .filter(row -> row.window().equals(PipelineTables.VALIDATION))
              .toList();
      if (!rows.isEmpty()) {
        reports.add(table(subject, rows));
      }
    }
    if (reports.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new Section(
            "classes",
            "What is liked",
            List.of(
                "Ratings of the validation window from evaluation.liked on count as liked, and so do"
                    + " predictions. Micro is over all ratings together, macro the mean of both"
                    + " classes, weighted the mean by their support."),
            List.of(),
            reports,
            List.of()));
  }

  private static Table table(String subject, List<ClassRow> rows) {
    List<List<Cell>> cells = new ArrayList<>();
    for (String name : ORDER) {
      rows.stream()
          .filter(row -> row.name().equals(name))
          .forEach(
              row ->
                  cells.add(
                      List.of(
                          Cell.of(Words.plain(name)),
                          Cell.of(NumberText.score(row.precision())),
                          Cell.of(NumberText.score(row.recall())),
                          Cell.of(NumberText.score(row.f1())),
                          Cell.of(NumberText.count(row.support())))));
    }
    return new Table(
        "Classification by the " + subject,
        List.of(
            Column.brief("Class"),
            Column.number("Precision"),
            Column.number("Recall"),
            Column.number("F1"),
            Column.number("Support")),
        cells);
  }
}
