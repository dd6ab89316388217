package io.perennial.pipeline;

import java.time.LocalDate;
import java.time.ZoneId;
import java.util.function.Consumer;

/** Many nights in order, in one session: one night a calendar day of the pipeline's zone. */
public final class Backfill {
  public Backfill(RetrainingRun night, ZoneId zone) {}

  /**
   * Runs the nights from one day to another, both inclusive; each outcome is told as soon as it is
   * known.
   */
  public void run(LocalDate from, LocalDate to, Consumer<RunOutcome> told) {
    throw new UnsupportedOperationException("being written");
  }
}
