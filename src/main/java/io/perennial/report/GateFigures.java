package io.perennial.report;

import io.perennial.registry.BacktestRow;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What the gate of an arm said of the nights of a backtest.
 *
 * @param promoted number of nights
 * @param rejected number of nights whose events waited for the next
 * @param setAside how many of those were never learnt, because a later night left them behind
 * @param stopped number of nights on which nothing was tried any more
 * @param rules by which nights were rejected, and how many by each
 * @param nights that were not promoted
 */
public record GateFigures(
    String arm,
    int promoted,
    int rejected,
    int setAside,
    int stopped,
    Map<String, Integer> rules,
    List<Night> nights) {
  /**
   * A night that was not promoted.
   *
   * @param outcome as in the table
   * @param rules that failed
   */
  public record Night(LocalDate night, String outcome, List<String> rules) {}

  /** Of every arm that has a gate. */
  static List<GateFigures> of(List<BacktestRow> rows, List<String> arms) {
    List<BacktestRow> judged =
        rows.stream().filter(row -> row.window().equals(BacktestRow.GATE)).toList();
    return arms.stream()
        .map(arm -> of(arm, judged.stream().filter(row -> row.arm().equals(arm)).toList()))
        .filter(figures -> figures.promoted + figures.rejected + figures.stopped > 0)
        .toList();
  }

  private static GateFigures of(String arm, List<BacktestRow> judged) {
    Map<LocalDate, List<String>> failed = new TreeMap<>();
    Map<String, Integer> rules = new TreeMap<>();
    for (BacktestRow row : judged) {
      if (!row.segment().equals(BacktestRow.ALL)) {
        failed.computeIfAbsent(row.night(), night -> new ArrayList<>()).add(row.segment());
        rules.merge(row.segment(), 1, Integer::sum);
      }
    }
    List<Night> nights =
        judged.stream()
            .filter(row -> row.segment().equals(BacktestRow.ALL))
            .filter(
                row ->
                    row.metric().equals(BacktestRow.REJECTED)
                        || row.metric().equals(BacktestRow.STOPPED))
            .map(
                row ->
                    new Night(
                        row.night(), row.metric(), failed.getOrDefault(row.night(), List.of())))
            .toList();
    return new GateFigures(
        arm,
        sum(judged, BacktestRow.PROMOTED),
        sum(judged, BacktestRow.REJECTED),
        sum(judged, BacktestRow.SET_ASIDE),
        sum(judged, BacktestRow.STOPPED),
        rules,
        nights);
  }

  private static int sum(List<BacktestRow> judged, String metric) {
    return (int)
        judged.stream()
            .filter(row -> row.segment().equals(BacktestRow.ALL) && row.metric().equals(metric))
            .mapToDouble(BacktestRow::value)
            .sum();
  }

  /** Rules with their numbers of nights; a dash where there is none. */
  String ruleText() {
    return rules.isEmpty()
        ? NumberText.NONE
        : rules.entrySet().stream()
            .map(rule -> rule.getKey() + " " + rule.getValue())
            .collect(Collectors.joining(", "));
  }

  /** A sentence for people. */
  public String sentence() {
    return "The gate of "
        + arm
        + " promoted "
        + promoted
        + (promoted == 1 ? " night" : " nights")
        + " and rejected "
        + rejected
        + (rules.isEmpty() ? "" : " (by " + ruleText() + ")")
        + (setAside == 0 ? "" : "; " + setAside + " of these never learnt")
        + (stopped == 0 ? "." : "; then it stopped, and learnt nothing of " + stopped + " more.");
  }
}
