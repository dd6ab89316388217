package io.perennial.model.embedding.rounds;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class HourCountsTest {
  private static final long HOUR = 3_600_000;

  private static HourCounts at(long... times) {
    int size = times.length;
    float[] ones = new float[size];
    Arrays.fill(ones, 1f);
    return HourCounts.of(new EventRows(new int[size], new int[size], ones, ones, times));
  }

  @Test
  void newestAreWholeHoursThatHoldTheShare() {
    HourCounts counts =
        at(-1, 0, 1, 2, 3, HOUR, HOUR + 1, 2 * HOUR, 2 * HOUR + 1).plus(at(3 * HOUR - 1));
    assertThat(counts.newest(0.1)).hasValue(2 * HOUR);
    assertThat(counts.newest(0.3)).hasValue(2 * HOUR);
    assertThat(counts.plus(at(-2, -3)).newest(0.3)).hasValue(HOUR);
  }

  @Test
  void nothingIsHeldBackWhereThatWouldBeHalfOfAllOrMore() {
    assertThat(HourCounts.NONE.newest(0.2)).isEmpty();
    assertThat(at(5, 6, 7).newest(0.2)).isEmpty();
    assertThat(at(0, HOUR).newest(0.2)).isEmpty();
    assertThat(at(0, 1, HOUR).newest(0.2)).hasValue(HOUR);
  }
}
