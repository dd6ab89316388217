package io.perennial.report;

import io.perennial.report.PipelineTables.VersionRow;
import io.perennial.report.Table.Cell;
import io.perennial.report.Table.Column;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The list of pipelines: where a reader begins. */
final class IndexPage {
  private IndexPage() {}

  /**
   * Makes the page.
   *
   * @param pipelines versions by pipeline
   * @param champions by pipeline
   * @param histories pipelines that have a page of history
   */
  static Page of(
      Map<String, List<VersionRow>> pipelines, Map<String, Long> champions, Set<String> histories) {
    List<List<Cell>> rows = new ArrayList<>();
    pipelines.forEach(
        (name, versions) -> {
          Optional<VersionRow> last =
              versions.stream().max(Comparator.comparingLong(VersionRow::version));
          long promoted = versions.stream().filter(VersionRow::promoted).count();
          long rejected = versions.stream().filter(v -> v.status().equals("rejected")).count();
          rows.add(
              List.of(
                  Cell.of(name)
                      .linkedTo(
                          histories.contains(name)
                              ? Optional.of(PageFolder.folderName(name) + "/index.html")
                              : Optional.empty()),
                  Words.known(Optional.ofNullable(champions.get(name)), v -> "version " + v),
                  Cell.of(NumberText.count(versions.size())),
                  Cell.of(NumberText.count(promoted)),
                  Cell.of(NumberText.count(rejected)),
                  Words.known(last.flatMap(VersionRow::toTime), t -> Words.end(Optional.of(t))),
                  Words.status(last.map(VersionRow::status).orElse(""))));
        });
    Table table =
        new Table(
            "Pipelines of this warehouse",
            List.of(
                Column.text("Pipeline"),
                Column.brief("Champion"),
                Column.number("Versions"),
                Column.number("Promoted"),
                Column.number("Rejected"),
                Column.brief("Learnt up to"),
                Column.brief("Last night")),
            rows);
    return new Page(
        "Pipelines",
        "Perennial",
        List.of(),
        List.of(
            rows.isEmpty()
                ? "No pipeline has a version yet: no figures yet."
                : rows.size() == 1
                    ? "One pipeline learns in this warehouse."
                    : rows.size() + " pipelines learn in this warehouse."),
        List.of(),
        List.of(
            new Page.Section(
                "pipelines", "Pipelines", List.of(), List.of(), List.of(table), List.of())),
        List.of());
  }
}
