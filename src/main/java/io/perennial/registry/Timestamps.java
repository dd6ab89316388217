package io.perennial.registry;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * Instants to and from rows. They are read as microseconds since 1970, as Spark keeps them: {@code
 * java.sql.Timestamp} would move instants before 1582 by days.
 */
final class Timestamps {
  private static final long MICROS = 1_000_000L;

  private Timestamps() {}

  static Instant instant(long micros) {
    return Instant.ofEpochSecond(
        Math.floorDiv(micros, MICROS), Math.floorMod(micros, MICROS) * 1000L);
  }

  /** As it is read back: timestamps hold microseconds. */
  static Instant stored(Instant instant) {
    return instant.truncatedTo(ChronoUnit.MICROS);
  }
}
