package io.perennial.model.als;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.perennial.model.als.AlsHyperparameters.Confidence;
import io.perennial.model.history.InteractionHistory;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class PairsTest {
  private static final long DAY = 86_400_000L;
  private static final Fading THIRTY_DAYS = new Fading(30.0 * DAY);

  private static Pairs pairs(int[] users, int[] items, float[] counts, float[] values) {
    return Pairs.concatenated(List.of(new Pairs(users, items, counts, values, counts.clone())));
  }

  /** User 2: items 1, 5, 9, last met on day 0; user 4: item 5. */
  private static InteractionHistory history() {
    return new InteractionHistory(
        new int[] {2, 4},
        new int[] {0, 3, 4},
        new int[] {1, 5, 9, 5},
        new float[] {2, 4, 1, 8},
        new float[] {3, 3, 3, 2},
        new int[4],
        new long[4]);
  }

  @Property(tries = 100)
  void radixOrderIsTheOrderByUserThenItem(
      @ForAll @IntRange(min = 0, max = 300) int count, @ForAll long seed) {
    Random random = new Random(seed);
    int[] major = random.ints(count, 0, random.nextBoolean() ? 20 : 1 << 30).toArray();
    int[] minor = random.ints(count, 0, random.nextBoolean() ? 20 : 1 << 30).toArray();
    int[] order = PairOrder.of(major, minor);
    assertThat(order).hasSize(count).doesNotHaveDuplicates();
    for (int n = 1; n < count; n++) {
      long before = (long) major[order[n - 1]] << 32 | minor[order[n - 1]];
      long after = (long) major[order[n]] << 32 | minor[order[n]];
      assertThat(before).isLessThanOrEqualTo(after);
      if (before == after) {
        assertThat(order[n - 1]).isLessThan(order[n]);
      }
    }
  }

  @Test
  void historyFadesToTonightAndIsMergedByItem() {
    Pairs night = pairs(new int[] {2, 2, 3}, new int[] {7, 5, 1}, ones(3), ones(3));
    PairWeighting weighting = new PairWeighting(false, Confidence.LOG, 2);
    Pairs merged = night.after(history(), 9, weighting, THIRTY_DAYS, 30 * DAY);
    assertThat(merged.users()).containsExactly(2, 2, 2, 3);
    assertThat(merged.items()).containsExactly(1, 5, 7, 1);
    assertThat(merged.counts()).containsExactly(new float[] {1, 3, 1, 1}, within(1e-6f));
    assertThat(merged.values()).containsExactly(new float[] {3, 7, 1, 1}, within(1e-6f));
    assertThat(merged.events()).containsExactly(0, 1, 1, 1);
  }

  @Test
  void newestRatingOfAPairStays() {
    Pairs night = pairs(new int[] {2}, new int[] {5}, ones(1), new float[] {1});
    PairWeighting weighting = new PairWeighting(true, Confidence.MLLIB, 1);
    Pairs merged = night.after(history(), 100, weighting, THIRTY_DAYS, 30 * DAY);
    assertThat(merged.items()).containsExactly(1, 5, 9);
    assertThat(merged.values()).containsExactly(3, 1, 3);
    assertThat(merged.counts()).containsExactly(new float[] {0.5f, 1, 0.5f}, within(1e-6f));
  }

  @Test
  void mllibGivesNegativeValuesConfidenceWithoutPreference() {
    PairWeighting weighting = new PairWeighting(false, Confidence.MLLIB, 3);
    assertThat(weighting.weight(1, -2)).isEqualTo(6);
    assertThat(weighting.right(1, -2)).isZero();
    assertThat(weighting.counts(-2)).isFalse();
    assertThat(weighting.right(1, 2)).isEqualTo(7);
    assertThat(weighting.counts(2)).isTrue();
  }

  @Test
  void firstFactorsDependOnSeedAndIndexAlone() {
    float[] all = InitialFactors.of(new int[] {0, 1, 2, 3}, 4, 9, 0.1);
    float[] some = InitialFactors.of(new int[] {1, 3}, 4, 9, 0.1);
    assertThat(some)
        .containsExactly(all[4], all[5], all[6], all[7], all[12], all[13], all[14], all[15]);
    assertThat(InitialFactors.of(new int[] {1}, 4, 10, 0.1)[0]).isNotEqualTo(some[0]);
  }

  private static float[] ones(int count) {
    float[] ones = new float[count];
    Arrays.fill(ones, 1);
    return ones;
  }

  @Test
  void linearAndFadingWeightsLeaveNothingOfWhatHasFadedAway() {
    PairWeighting linear = new PairWeighting(false, Confidence.LINEAR, 3);
    assertThat(linear.weight(2, 9)).isEqualTo(6);
    assertThat(linear.right(2, 9)).isEqualTo(6);
    assertThat(linear.weight(0, 9)).isZero();
    PairWeighting fading = new PairWeighting(false, Confidence.FADING, 3);
    assertThat(fading.weight(1, 9)).isCloseTo((float) (3 * Math.log(2)), within(1e-6f));
    assertThat(fading.right(0, 9)).isZero();
    assertThat(fading.counts(-1)).isTrue();
  }
}
