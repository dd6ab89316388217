package io.perennial.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class EventTimeFormatTest {
  private static final Optional<ZoneId> BERLIN = Optional.of(ZoneId.of("Europe/Berlin"));

  @ParameterizedTest
  @CsvSource({
    "iso, 2024-01-01T00:00:00Z, 2024-01-01T00:00:00Z",
    "iso, 2024-01-01 00:00:00.1234567+01:00, 2023-12-31T23:00:00.123456Z",
    "iso, 2024-01-01T00:00:00+0100, 2023-12-31T23:00:00Z",
    "iso, 2024-07-01T12:00:00, 2024-07-01T10:00:00Z",
    "iso, 2024-10-27T02:30:00, 2024-10-27T00:30:00Z",
    "epoch_seconds, 1.5, 1970-01-01T00:00:01.500Z",
    "epoch_millis, -1, 1969-12-31T23:59:59.999Z",
    "dd/MM/yyyy H:mm, 29/02/2024 7:05, 2024-02-29T06:05:00Z",
    "yyyy-MM-dd, 2024-07-01, 2024-06-30T22:00:00Z",
    "d MMM yyyy HH:mm, 1 Mar 2024 00:00, 2024-02-29T23:00:00Z"
  })
  void readsAnInstant(String format, String text, Instant expected) {
    assertThat(new EventTimeFormat(List.of(format), BERLIN).micros(text))
        .isEqualTo(EventTimeFormat.micros(expected));
  }

  @ParameterizedTest
  @CsvSource({
    "iso, 2024-02-30T00:00:00Z",
    "iso, 2024-01-01T24:00:00Z",
    "iso, 2024-01-01",
    "dd/MM/yyyy, 31/02/2024",
    "epoch_seconds, 1e30",
    "epoch_seconds, NaN",
    "yyyy-MM-dd, yesterday"
  })
  void refusesWhatDoesNotExist(String format, String text) {
    assertThat(new EventTimeFormat(List.of(format), BERLIN).micros(text))
        .isEqualTo(EventTimeFormat.UNREADABLE);
  }

  @Test
  void tellsAMissingZoneAndASkippedHour() {
    assertThat(new EventTimeFormat(List.of("iso"), Optional.empty()).micros("2024-01-01T00:00:00"))
        .isEqualTo(EventTimeFormat.WITHOUT_ZONE);
    assertThat(new EventTimeFormat(List.of("iso"), BERLIN).micros("2024-03-31T02:30:00"))
        .isEqualTo(EventTimeFormat.SKIPPED_BY_CLOCK);
  }

  @Test
  void yearOneHasMicroseconds() {
    assertThat(EventTimeFormat.micros(Instant.parse("0001-01-01T00:00:00Z")))
        .isEqualTo(-62_135_596_800_000_000L);
  }
}
