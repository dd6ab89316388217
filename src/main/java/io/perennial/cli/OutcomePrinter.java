package io.perennial.cli;

import io.perennial.gate.Finding;
import io.perennial.pipeline.RunOutcome;
import io.perennial.slice.EventSlice;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Prints how nights ended: with columns named as in the tables. */
final class OutcomePrinter {
  private static final List<String> RUN =
      List.of(
          "pipeline",
          "outcome",
          "interval_from",
          "interval_to",
          "version",
          "parent",
          "table_id",
          "from_commit",
          "from_time",
          "to_commit",
          "to_time",
          "row_counts",
          "phases",
          "findings",
          "metrics",
          "sentence");

  private static final List<String> TOGETHER =
      List.of("interval_from", "interval_to", "outcome", "version", "parent", "rows", "seconds");

  private final ResultPrinter printer;

  OutcomePrinter(ResultPrinter printer) {
    this.printer = printer;
  }

  /** Each night in full. */
  void print(List<RunOutcome> outcomes) {
    if (!printer.isTable()) {
      printer.print(RUN, outcomes.stream().map(OutcomePrinter::row).toList());
      return;
    }
    for (RunOutcome outcome : outcomes) {
      printer.say(outcome.sentence());
      if (!outcome.rows().isEmpty()) {
        printer.say("");
        printer.say("Rows: " + joined(outcome.rows()));
      }
      if (!outcome.measurements().isEmpty()) {
        printer.say("");
        printer.print(MetricRows.COLUMNS, MetricRows.summary(outcome.measurements()));
      }
      if (!outcome.findings().isEmpty()) {
        printer.say("");
        printer.print(
            List.of("rule", "threshold", "measured", "outcome"),
            outcome.findings().stream().map(OutcomePrinter::row).toList());
      }
      if (!outcome.phases().isEmpty()) {
        printer.say("");
        printer.say("Seconds: " + joined(outcome.phases()));
      }
      next(outcome).forEach(printer::say);
    }
  }

  /** One line a night. */
  void printTogether(List<RunOutcome> outcomes) {
    if (!printer.isTable()) {
      print(outcomes);
      return;
    }
    List<Map<String, Object>> rows = new ArrayList<>();
    for (RunOutcome outcome : outcomes) {
      Map<String, Object> row = row(outcome);
      row.put("rows", outcome.rows().get("slice"));
      row.put("seconds", outcome.phases().values().stream().mapToDouble(s -> s).sum());
      rows.add(row);
    }
    printer.print(TOGETHER, rows);
    Map<RunOutcome.Kind, Long> kinds = new LinkedHashMap<>();
    outcomes.forEach(outcome -> kinds.merge(outcome.kind(), 1L, Long::sum));
    List<String> parts =
        kinds.entrySet().stream()
            .map(entry -> entry.getValue() + " " + entry.getKey().label().replace('_', ' '))
            .toList();
    printer.say("");
    printer.say(outcomes.size() + " nights: " + String.join(", ", parts) + ".");
  }

  private static List<String> next(RunOutcome outcome) {
    return switch (outcome.kind()) {
      case PROMOTED ->
          List.of(
              "",
              "Next: 'perennial report' draws it, 'perennial models list' shows every version,",
              "      'perennial models rollback' goes back to the version before.");
      case REJECTED ->
          List.of(
              "",
              "The champion stays; tonight's events wait and are tried again with the next"
                  + " night's.",
              "Next: 'perennial models show "
                  + outcome.version().map(String::valueOf).orElse("VERSION")
                  + "' shows why.");
      case NOTHING_NEW, DRY_RUN -> List.of();
    };
  }

  private static Map<String, Object> row(RunOutcome outcome) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("pipeline", outcome.pipeline());
    row.put("outcome", outcome.kind().label());
    outcome.interval().ifPresent(span -> row.put("interval_from", span.from()));
    outcome.interval().ifPresent(span -> row.put("interval_to", span.to()));
    outcome.version().ifPresent(version -> row.put("version", version));
    outcome.parent().ifPresent(parent -> row.put("parent", parent));
    outcome.slice().ifPresent(slice -> row.putAll(bounds(slice)));
    row.put("row_counts", outcome.rows());
    row.put("phases", outcome.phases());
    row.put("findings", outcome.findings().stream().map(OutcomePrinter::row).toList());
    row.put("metrics", MetricRows.all(outcome.measurements()));
    row.put("sentence", outcome.sentence());
    return row;
  }

  private static Map<String, Object> bounds(EventSlice slice) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("table_id", slice.tableId());
    row.put("from_commit", slice.from().commit());
    row.put("from_time", slice.from().eventTime());
    row.put("to_commit", slice.to().commit());
    row.put("to_time", slice.to().eventTime());
    return row;
  }

  private static Map<String, Object> row(Finding finding) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("rule", finding.rule());
    row.put("threshold", finding.threshold());
    row.put("measured", finding.measured());
    row.put("outcome", finding.outcome().name().toLowerCase(Locale.ROOT));
    row.put("detail", finding.detail());
    return row;
  }

  private static String joined(Map<String, ? extends Number> values) {
    return String.join(
        ", ",
        values.entrySet().stream()
            .map(
                entry ->
                    entry.getKey().replace('_', ' ')
                        + " "
                        + ResultPrinter.number(
                            Math.round(entry.getValue().doubleValue() * 100) / 100.0))
            .toList());
  }
}
