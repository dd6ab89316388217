package io.perennial.registry;

import io.perennial.slice.Interval;
import java.time.Instant;
import java.util.Optional;

/**
 * A row of {@code runs} as later runs need it.
 *
 * @param opened what was decided at the start
 * @param closed false while the run goes on, or after it died
 * @param outcome promoted, rejected, nothing_new, failed; empty while open
 */
public record RunState(
    OpenedRun opened, boolean closed, Optional<String> outcome, Instant openedAt) {
  /** What was asked for. */
  public Optional<Interval> interval() {
    return opened.interval();
  }
}
