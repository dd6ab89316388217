package io.perennial.recommendation;

import static org.assertj.core.api.Assertions.assertThat;

import io.perennial.model.history.ItemStatistics;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.BitSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class HeldItemsTest {
  private static final Instant NOW = Instant.parse("2026-03-01T00:00:00Z");

  /** Items with so many events of late, as of now. */
  private static ItemStatistics statistics(float... recent) {
    long[] times = new long[recent.length];
    Arrays.fill(times, NOW.toEpochMilli());
    return new ItemStatistics(recent, recent, recent, new int[recent.length], times, times);
  }

  private static BitSet set(int... items) {
    BitSet set = new BitSet();
    IntStream.of(items).forEach(set::set);
    return set;
  }

  @Test
  void thePopularAreHeldAndOfEquallyPopularOnesTheNewer() {
    ItemStatistics statistics = statistics(5, 1, 9, 1, 0, 1, 7, 0);
    BitSet all = set(0, 1, 2, 3, 4, 5, 6, 7);
    assertThat(HeldItems.of(all, 8, statistics, NOW, 3)).containsExactly(0, 2, 6);
    assertThat(HeldItems.of(all, 8, statistics, NOW, 5)).containsExactly(0, 2, 3, 5, 6);
    assertThat(HeldItems.of(all, 8, statistics, NOW, 7)).containsExactly(0, 1, 2, 3, 5, 6, 7);
    assertThat(HeldItems.of(all, 8, statistics, NOW, 8)).containsExactly(0, 1, 2, 3, 4, 5, 6, 7);
    assertThat(HeldItems.of(all, 8, statistics, NOW, 1000)).hasSize(8);
  }

  @Test
  void whatMayBeRecommendedGoesFirstAndTheRestFillsTheRoom() {
    ItemStatistics statistics = statistics(5, 1, 9, 1, 0, 1, 7, 0);
    BitSet permitted = set(1, 4, 5);
    assertThat(HeldItems.of(permitted, 8, statistics, NOW, 2)).containsExactly(1, 5);
    assertThat(HeldItems.of(permitted, 8, statistics, NOW, 3)).containsExactly(1, 4, 5);
    assertThat(HeldItems.of(permitted, 8, statistics, NOW, 5)).containsExactly(1, 2, 4, 5, 6);
  }

  @Test
  void popularityFadesUntilNow() {
    long now = NOW.toEpochMilli();
    long month = Duration.ofDays(30).toMillis();
    float[] counts = {100, 10};
    ItemStatistics statistics =
        new ItemStatistics(
            counts,
            counts,
            counts,
            new int[2],
            new long[] {now - month, now},
            new long[] {now - month, now});
    assertThat(HeldItems.of(set(0, 1), 2, statistics, NOW, 1)).containsExactly(1);
  }

  @Test
  void anItemThatNothingIsKnownOfCanBeHeld() {
    assertThat(HeldItems.of(set(0, 1, 2, 3), 4, statistics(0, 3), NOW, 2)).containsExactly(1, 3);
  }
}
