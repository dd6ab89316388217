package io.perennial.pipeline.backtest;

import io.perennial.registry.BacktestRow;
import java.util.List;

/**
 * What an arm's gate said of a night.
 *
 * @param rules that failed, where it was rejected
 * @param setAside number of rejected nights that it left behind, where it was promoted
 */
record Verdict(Outcome outcome, List<String> rules, int setAside) {
  /** What became of the night. */
  enum Outcome {
    PROMOTED(BacktestRow.PROMOTED),
    REJECTED(BacktestRow.REJECTED),
    STOPPED(BacktestRow.STOPPED);

    private final String label;

    Outcome(String label) {
      this.label = label;
    }

    /** As in tables. */
    String label() {
      return label;
    }
  }

  Verdict {
    rules = List.copyOf(rules);
  }

  static Verdict promoted(int setAside) {
    return new Verdict(Outcome.PROMOTED, List.of(), setAside);
  }

  static Verdict rejected(List<String> rules) {
    return new Verdict(Outcome.REJECTED, rules, 0);
  }

  /** Nothing was tried. */
  static Verdict stopped() {
    return new Verdict(Outcome.STOPPED, List.of(), 0);
  }

  /** For people, as the end of a sentence about an arm. */
  String words() {
    return switch (outcome) {
      case PROMOTED ->
          setAside == 0 ? "promoted" : "promoted; rejected before and never learnt: " + setAside;
      case REJECTED -> "rejected by " + String.join(", ", rules);
      case STOPPED -> "stopped: too many nights in a row were rejected";
    };
  }
}
