package io.perennial.cli;

import io.perennial.slice.Interval;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneId;

/** Reads spans of time as the command line has them. */
final class Intervals {
  private Intervals() {}

  /**
   * {@code FROM/TO}, half-open; each a date, which begins at midnight of the zone, or an instant
   * with its offset.
   */
  static Interval parse(String text, ZoneId zone) {
    String[] bounds = text.split("/", -1);
    if (bounds.length != 2) {
      throw new UsageException(
          "--interval must be FROM/TO, such as 2011-06-19/2011-06-20 for one day, got '"
              + text
              + "'.");
    }
    Instant from = instant(bounds[0], zone);
    Instant to = instant(bounds[1], zone);
    if (!from.isBefore(to)) {
      throw new UsageException(
          "--interval must end after it begins (its end is exclusive), got '" + text + "'.");
    }
    return new Interval(from, to);
  }

  /** A calendar day. */
  static LocalDate day(String option, String text) {
    try {
      return LocalDate.parse(text);
    } catch (DateTimeException e) {
      throw new UsageException(
          option + " must be a date such as 2011-06-19, got '" + text + "'.", e);
    }
  }

  private static Instant instant(String text, ZoneId zone) {
    try {
      return text.contains("T")
          ? OffsetDateTime.parse(text).toInstant()
          : LocalDate.parse(text).atStartOfDay(zone).toInstant();
    } catch (DateTimeException e) {
      throw new UsageException(
          "--interval takes dates (2011-06-19) or instants (2011-06-19T00:00:00Z), got '"
              + text
              + "'.",
          e);
    }
  }
}
