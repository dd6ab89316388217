package io.perennial.registry;

import java.time.LocalDate;
import java.util.Objects;
import java.util.OptionalInt;

/**
 * One figure of one arm in one night of a backtest.
 *
 * @param night day that was replayed
 * @param arm what was measured
 * @param window {@link #PREQUENTIAL}, {@link #FROZEN} with a day, {@link #UNLEARNT} with a day, or
 *     {@link #GATE}
 * @param segment label of the segment; of the gate, {@link #ALL} or a rule
 * @param metric label of the metric; of the gate, what became of the night
 * @param k cut-off; empty where the metric has none
 * @param value mean over users
 * @param users number of users it rests on
 * @param trainSeconds seconds that the arm took to learn the night
 * @param rows events or pairs that it learnt from
 * @param events events of the night
 * @param replicates the value in each bootstrap replicate; empty where none are kept
 */
public record BacktestRow(
    LocalDate night,
    String arm,
    String window,
    String segment,
    String metric,
    OptionalInt k,
    double value,
    long users,
    double trainSeconds,
    long rows,
    long events,
    float[] replicates) {
  /** The night's own events, before any arm learnt them. */
  public static final String PREQUENTIAL = "prequential";

  /** Begin of the window of an earlier day, measured after this night was learnt. */
  public static final String FROZEN = "frozen:";

  /** Begin of the same window on its own night, before that was learnt. */
  public static final String UNLEARNT = "unlearnt:";

  /**
   * What an arm's gate said of the night, counted: {@link #PROMOTED}, {@link #REJECTED} or {@link
   * #STOPPED} is 1 in the segment {@link #ALL}, and {@link #REJECTED} is 1 for each rule that
   * failed too.
   */
  public static final String GATE = "gate";

  /** The segment of everything. */
  public static final String ALL = "all";

  /** The night made a new champion. */
  public static final String PROMOTED = "promoted";

  /** The champion stayed, and the night's events wait. */
  public static final String REJECTED = "rejected";

  /** Nothing was tried, because too many nights in a row had been rejected. */
  public static final String STOPPED = "stopped";

  /** Number of rejected nights that a promoted one left behind, never to be learnt. */
  public static final String SET_ASIDE = "set_aside";

  public BacktestRow {
    Objects.requireNonNull(night, "night");
    Objects.requireNonNull(arm, "arm");
    Objects.requireNonNull(window, "window");
    Objects.requireNonNull(replicates, "replicates");
  }

  /** The day of a window that has one: after the colon. */
  public LocalDate windowDay() {
    return LocalDate.parse(window.substring(window.indexOf(':') + 1));
  }
}
