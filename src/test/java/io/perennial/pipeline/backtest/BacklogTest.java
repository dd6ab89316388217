package io.perennial.pipeline.backtest;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class BacklogTest {
  private final Backlog backlog = new Backlog(day(1));

  private static Instant day(int day) {
    return LocalDate.of(2024, 5, day).atStartOfDay(ZoneOffset.UTC).toInstant();
  }

  @Test
  void aNightBeginsWhereTheOneBeforeEnded() {
    assertThat(backlog.attempts()).containsExactly(day(1));
    assertThat(backlog.promoted(day(1), day(2))).isZero();
    assertThat(backlog.attempts()).containsExactly(day(2));
    assertThat(backlog.waiting()).isZero();
  }

  @Test
  void rejectedNightsAreTriedWithTheNextOneAndThenItAlone() {
    backlog.rejected(day(2));
    assertThat(backlog.attempts()).containsExactly(day(1), day(2));
    backlog.rejected(day(3));
    assertThat(backlog.attempts()).containsExactly(day(1), day(3));
    assertThat(backlog.waiting()).isEqualTo(2);
  }

  @Test
  void whatWaitsIsLearntWithANightThatPassesTogetherWithIt() {
    backlog.rejected(day(2));
    assertThat(backlog.promoted(day(1), day(3))).isZero();
    assertThat(backlog.attempts()).containsExactly(day(3));
  }

  @Test
  void whatWaitsIsSetAsideByANightThatPassesAlone() {
    backlog.rejected(day(2));
    backlog.rejected(day(3));
    assertThat(backlog.promoted(day(3), day(4))).isEqualTo(2);
    assertThat(backlog.attempts()).containsExactly(day(4));
    assertThat(backlog.waiting()).isZero();
  }

  @Test
  void whatWasNotAbsorbedIsTheNextNights() {
    Instant cut = day(2).minusSeconds(3600);
    backlog.promoted(day(1), cut);
    assertThat(backlog.attempts()).containsExactly(cut);
    backlog.rejected(day(3));
    assertThat(backlog.attempts()).containsExactly(cut, day(3));
  }
}
