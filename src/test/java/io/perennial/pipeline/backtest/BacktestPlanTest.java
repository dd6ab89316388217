package io.perennial.pipeline.backtest;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.LocalDate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BacktestPlanTest {
  private static final LocalDate FIRST = LocalDate.of(2011, 1, 1);

  private static BacktestPlan plan(int nights, int firstReported) {
    return new BacktestPlan(
        "x",
        Instant.EPOCH,
        1,
        IntStream.range(0, nights).mapToObj(FIRST::plusDays).toList(),
        firstReported,
        2);
  }

  @Test
  void windowsAreSpreadOverTheFirstThirtyReportedNights() {
    assertThat(plan(110, 10).frozen(6))
        .containsExactly(
            FIRST.plusDays(10),
            FIRST.plusDays(15),
            FIRST.plusDays(20),
            FIRST.plusDays(25),
            FIRST.plusDays(30),
            FIRST.plusDays(35));
    assertThat(plan(4, 2).frozen(6)).containsExactly(FIRST.plusDays(2), FIRST.plusDays(3));
    assertThat(plan(4, 0).frozen(0)).isEmpty();
  }

  @Test
  void theLastNightAlwaysLooksBack() {
    assertThat(plan(100, 0).looksBack()).hasSize(13).contains(FIRST.plusDays(99));
    assertThat(plan(3, 1).looksBack()).containsExactly(FIRST.plusDays(1), FIRST.plusDays(2));
  }
}
