package io.perennial.slice;

import java.time.Instant;

/**
 * What a line of versions has consumed: every event in commits up to {@code commit} with an event
 * time before {@code eventTime}.
 *
 * @param commit version of the source table, inclusive; −1 before the first
 * @param eventTime exclusive bound of event time; {@link Instant#MAX} where a night took everything
 */
public record Watermark(long commit, Instant eventTime) {}
