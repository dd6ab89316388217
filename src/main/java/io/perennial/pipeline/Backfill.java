package io.perennial.pipeline;

import io.perennial.slice.Interval;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.Optional;
import java.util.function.Consumer;

/** Many nights in order, in one session: one night for each calendar day of the pipeline's zone. */
public final class Backfill {
  private final RetrainingRun night;
  private final ZoneId zone;

  public Backfill(RetrainingRun night, ZoneId zone) {
    this.night = night;
    this.zone = zone;
  }

  /**
   * Runs the nights from one day to another, both inclusive; each outcome is told as soon as it is
   * known. A rejected night does not end a backfill; too many of them in a row do, with {@link
   * PendingLimitException}.
   */
  public void run(LocalDate from, LocalDate to, Consumer<RunOutcome> told) {
    if (to.isBefore(from)) {
      throw new IllegalArgumentException(
          "A backfill cannot end (" + to + ") before it begins (" + from + ")");
    }
    night.holding(
        () -> {
          for (LocalDate day = from; !day.isAfter(to); day = day.plusDays(1)) {
            told.accept(night.runHeld(nightOf(day)));
          }
          return null;
        });
  }

  private NightRequest nightOf(LocalDate day) {
    Interval interval =
        new Interval(
            day.atStartOfDay(zone).toInstant(), day.plusDays(1).atStartOfDay(zone).toInstant());
    return new NightRequest(
        Optional.of(interval),
        NightRequest.Start.WARM,
        Optional.empty(),
        NightRequest.Effect.WRITE,
        "backfill");
  }
}
