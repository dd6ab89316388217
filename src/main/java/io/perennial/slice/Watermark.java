package io.perennial.slice;

import java.time.Instant;

/**
 * What a line of versions has consumed: every event in commits up to {@code commit} with an event
 * time before {@code eventTime}.
 *
 * @param commit version of the source table, inclusive; −1 before the first
 * @param eventTime exclusive bound of event time; a night without interval sets it just after the
 *     latest event it saw
 */
public record Watermark(long commit, Instant eventTime) {
  /** Earlier than any event: the storable stand-in for −∞. */
  public static final Instant BEGINNING_OF_TIME = Instant.parse("0001-01-01T00:00:00Z");

  /** Nothing was consumed; the line begins with the first event. */
  public static final Watermark NOTHING = new Watermark(-1, BEGINNING_OF_TIME);
}
