package io.perennial.event;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.ResolverStyle;
import java.time.temporal.TemporalAccessor;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Reads event times: each text by the first of the formats that fits. Days and hours that do not
 * exist (February 30th, the hour that a change to summer time leaves out) are refused; an hour that
 * comes twice is read as its first.
 */
final class EventTimeFormat {
  /** Microseconds since 1970 as text: how a column that is a timestamp already is handed on. */
  static final String EPOCH_MICROS = "epoch_micros";

  /** No format fits. */
  static final long UNREADABLE = Long.MIN_VALUE;

  /** The text has no zone and no source zone is known. */
  static final long WITHOUT_ZONE = Long.MIN_VALUE + 1;

  /** The local time does not exist in the source zone. */
  static final long SKIPPED_BY_CLOCK = Long.MIN_VALUE + 2;

  private static final long FIRST = micros(Instant.parse("0001-01-01T00:00:00Z"));
  private static final long LAST = micros(Instant.parse("9999-12-31T23:59:59.999999Z"));
  private static final DateTimeFormatter ISO_FORMAT =
      new DateTimeFormatterBuilder()
          .parseCaseInsensitive()
          .append(DateTimeFormatter.ISO_LOCAL_DATE)
          .appendPattern("['T'][' ']")
          .append(DateTimeFormatter.ISO_LOCAL_TIME)
          .appendPattern("[XXXXX][XXXX][X]")
          .optionalStart()
          .appendLiteral('[')
          .parseCaseSensitive()
          .appendZoneRegionId()
          .appendLiteral(']')
          .optionalEnd()
          .toFormatter(Locale.ENGLISH)
          .withResolverStyle(ResolverStyle.STRICT);

  private final List<String> names;
  private final DateTimeFormatter[] formatters;
  private final Optional<ZoneId> zone;

  EventTimeFormat(List<String> names, Optional<ZoneId> zone) {
    this.names = names;
    this.zone = zone;
    this.formatters = new DateTimeFormatter[names.size()];
    for (int i = 0; i < formatters.length; i++) {
      formatters[i] =
          switch (names.get(i)) {
            case IngestOptions.EPOCH_SECONDS, IngestOptions.EPOCH_MILLIS, EPOCH_MICROS -> null;
            case IngestOptions.ISO -> ISO_FORMAT;
            default ->
                new DateTimeFormatterBuilder()
                    .parseCaseInsensitive()
                    .appendPattern(proleptic(names.get(i)))
                    .toFormatter(Locale.ENGLISH)
                    .withResolverStyle(ResolverStyle.STRICT);
          };
    }
  }

  /** Microseconds since 1970-01-01T00:00:00Z, or one of the three constants that say why not. */
  long micros(String text) {
    long refusal = UNREADABLE;
    for (int i = 0; i < formatters.length; i++) {
      long micros = formatters[i] == null ? epoch(names.get(i), text) : local(formatters[i], text);
      if (micros >= FIRST && micros <= LAST) {
        return micros;
      }
      if (micros == WITHOUT_ZONE || micros == SKIPPED_BY_CLOCK) {
        refusal = micros;
      }
    }
    return refusal;
  }

  private static long epoch(String unit, String text) {
    int shift = unit.equals(EPOCH_MICROS) ? 0 : unit.equals(IngestOptions.EPOCH_MILLIS) ? 3 : 6;
    try {
      BigDecimal number = new BigDecimal(text.strip());
      if (number.precision() - number.scale() > 20) {
        return UNREADABLE;
      }
      return number.movePointRight(shift).setScale(0, RoundingMode.FLOOR).longValueExact();
    } catch (ArithmeticException | NumberFormatException e) {
      return UNREADABLE;
    }
  }

  private long local(DateTimeFormatter formatter, String text) {
    try {
      TemporalAccessor parsed =
          formatter.parseBest(
              text.strip(), ZonedDateTime::from, LocalDateTime::from, LocalDate::from);
      if (parsed instanceof ZonedDateTime zoned) {
        return micros(zoned.toInstant());
      }
      LocalDateTime local =
          parsed instanceof LocalDate day ? day.atStartOfDay() : (LocalDateTime) parsed;
      if (zone.isEmpty()) {
        return WITHOUT_ZONE;
      }
      List<ZoneOffset> offsets = zone.get().getRules().getValidOffsets(local);
      if (offsets.isEmpty()) {
        return parsed instanceof LocalDate day
            ? micros(day.atStartOfDay(zone.get()).toInstant())
            : SKIPPED_BY_CLOCK;
      }
      return micros(local.toInstant(offsets.get(0)));
    } catch (DateTimeException e) {
      return UNREADABLE;
    }
  }

  /** Microseconds since 1970; {@code ChronoUnit.between} overflows on years before 1678. */
  static long micros(Instant instant) {
    return Math.addExact(
        Math.multiplyExact(instant.getEpochSecond(), 1_000_000L), instant.getNano() / 1_000);
  }

  /**
   * The pattern with {@code u} for {@code y} outside quotes: a strict year of an era would need the
   * era in the text.
   */
  private static String proleptic(String pattern) {
    StringBuilder result = new StringBuilder();
    boolean quoted = false;
    for (char c : pattern.toCharArray()) {
      quoted ^= c == '\'';
      result.append(!quoted && c == 'y' && pattern.indexOf('G') < 0 ? 'u' : c);
    }
    return result.toString();
  }
}
