package io.perennial.simulation;

import java.io.Serializable;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.zone.ZoneOffsetTransition;

/** One day of the shop's zone, with its true length, and the hours at which people come. */
final class ShopClock implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Sessions that begin in each hour of the wall clock: a quiet night, noon, a busy evening. */
  private static final int[] HOURS = {
    10, 6, 4, 3, 3, 5, 12, 24, 38, 48, 56, 62, 66, 60, 54, 52, 56, 66, 80, 94, 100, 86, 54, 26
  };

  private static final int ALL_HOURS = java.util.Arrays.stream(HOURS).sum();

  /** Events by day of the week, Monday first; mean 1. */
  private static final double[] WEEKDAYS = {0.95, 0.9, 0.9, 0.95, 1.0, 1.2, 1.1};

  private final LocalDate date;
  private final ZoneId zone;
  private final long startMillis;
  private final long endMillis;

  ShopClock(StoreDefinition definition, int day) {
    this.date = definition.firstDay().plusDays(day);
    this.zone = definition.zone();
    this.startMillis = date.atStartOfDay(zone).toInstant().toEpochMilli();
    this.endMillis = date.plusDays(1).atStartOfDay(zone).toInstant().toEpochMilli();
  }

  /** The date. */
  LocalDate date() {
    return date;
  }

  /** First millisecond of the day. */
  long startMillis() {
    return startMillis;
  }

  /** First millisecond of the next day. */
  long endMillis() {
    return endMillis;
  }

  /** Draws when a session begins, in seconds since the start of the day. */
  int drawStart(RandomStream stream) {
    int at = stream.nextBelow(ALL_HOURS);
    int hour = 0;
    while (at >= HOURS[hour]) {
      at -= HOURS[hour++];
    }
    int second = hour * 3600 + stream.nextBelow(3600);
    if (zone.getRules().getTransition(date.atStartOfDay()) == null
        && endMillis - startMillis == 86_400_000L) {
      return second;
    }
    ZonedDateTime wall = date.atTime(LocalTime.ofSecondOfDay(second)).atZone(zone);
    if ((stream.nextLong() & 1) == 0) {
      wall = wall.withLaterOffsetAtOverlap();
    }
    return (int) (wall.toEpochSecond() - startMillis / 1000);
  }

  /** Seconds by which the zone is ahead of UTC at an instant of this day. */
  int offsetSeconds(long millis) {
    return zone.getRules().getOffset(Instant.ofEpochMilli(millis)).getTotalSeconds();
  }

  /** Whether the offset is the same all day. */
  boolean isPlain() {
    ZoneOffsetTransition next =
        zone.getRules().nextTransition(Instant.ofEpochMilli(startMillis - 1));
    return next == null || next.toEpochSecond() * 1000 >= endMillis;
  }

  /**
   * Factors by which the days of a store are busier or quieter than the mean day; their mean is 1.
   */
  static double[] busyness(StoreDefinition definition) {
    double[] busyness = new double[definition.days()];
    double sum = 0;
    for (int day = 0; day < busyness.length; day++) {
      int weekday = definition.firstDay().plusDays(day).getDayOfWeek().getValue();
      busyness[day] = WEEKDAYS[weekday - 1];
      sum += busyness[day];
    }
    for (int day = 0; day < busyness.length; day++) {
      busyness[day] *= busyness.length / sum;
    }
    return busyness;
  }
}
