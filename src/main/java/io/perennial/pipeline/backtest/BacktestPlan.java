package io.perennial.pipeline.backtest;

import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;

/**
 * The nights of a backtest.
 *
 * @param id name of the backtest
 * @param baseEnd end of the base, exclusive
 * @param baseEvents number of events of the base
 * @param nights days with events after the base, in order
 * @param firstReported place of the first night that is reported; those before are only learnt
 * @param events number of events, base and nights together
 */
public record BacktestPlan(
    String id,
    Instant baseEnd,
    long baseEvents,
    List<LocalDate> nights,
    int firstReported,
    long events) {
  /** Windows are taken from so many reported nights at most, the first ones. */
  private static final int EARLY_NIGHTS = 30;

  /** How often retention is measured, about. */
  private static final int LOOKS_BACK = 12;

  public BacktestPlan {
    nights = List.copyOf(nights);
  }

  /** The nights that are reported. */
  public List<LocalDate> reported() {
    return nights.subList(firstReported, nights.size());
  }

  /**
   * The nights whose events are kept as frozen windows, spread over the first {@value
   * #EARLY_NIGHTS} that are reported.
   */
  NavigableSet<LocalDate> frozen(int windows) {
    int early = Math.min(EARLY_NIGHTS, reported().size());
    int count = Math.min(windows, early);
    NavigableSet<LocalDate> days = new TreeSet<>();
    for (int n = 0; n < count; n++) {
      days.add(reported().get(n * early / count));
    }
    return days;
  }

  /** The nights after which retention is measured: about {@value #LOOKS_BACK}, and the last. */
  NavigableSet<LocalDate> looksBack() {
    int size = reported().size();
    int step = Math.max(1, size / LOOKS_BACK);
    NavigableSet<LocalDate> days = new TreeSet<>();
    for (int n = size - 1; n >= 0; n -= step) {
      days.add(reported().get(n));
    }
    return days;
  }
}
