package io.perennial.model.als;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.perennial.distillation.DistillationOptions;
import io.perennial.model.FactorRows;
import io.perennial.model.Feedback;
import io.perennial.model.MemoryFactorTable;
import io.perennial.model.history.ItemCounts;
import io.perennial.model.history.ItemStatistics;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Items that nobody takes fade; what a version keeps does not. */
class FadingItemsTest {
  private static final Duration HALF_LIFE = Duration.ofDays(30);
  private static final Instant NOW = Instant.parse("2026-03-01T00:00:00Z");

  private static AlsModel model() {
    return AlsModel.of(
        FactorRows.empty(2),
        new FactorRows(2, new int[] {0, 1, 3}, new float[] {1, 2, 4, 8, 3, 5}, new float[3]),
        Feedback.IMPLICIT);
  }

  /** Item 0 was taken now, item 1 thirty days ago, item 3 is unknown to the statistics. */
  private static ItemStatistics statistics() {
    long now = NOW.toEpochMilli();
    return ItemCounts.of(
        new float[] {1, 1}, new float[] {1, 1}, new long[] {now, now - HALF_LIFE.toMillis()});
  }

  @Test
  void anItemFadesSinceSomebodyTookItLast() {
    AlsModel served = model().asOf(statistics(), HALF_LIFE, NOW);
    assertThat(served.items().values())
        .containsExactly(new float[] {1, 2, 2, 4, 3, 5}, within(1e-6f));
    double[] gramian = Gramian.of(served.items(), Feedback.IMPLICIT).values();
    assertThat(served.itemGramian().values()).containsExactly(gramian, within(1e-9));
  }

  @Test
  void withoutAHalfLifeTheModelIsServedAsItIs() {
    AlsModel model = model();
    AlsFamily family = new AlsFamily(AlsHyperparameters.ials(), DistillationOptions.DEFAULT);
    assertThat(family.asOf(model, statistics(), NOW)).isSameAs(model);
  }

  @Test
  void whatWasNotChangedIsKeptUnfaded() {
    AlsModel model = model();
    AlsModel faded = model.asOf(statistics(), HALF_LIFE, NOW);
    FactorRows changed = new FactorRows(2, new int[] {0}, new float[] {7, 7}, new float[] {1});
    AlsModel learnt =
        new AlsModel(
            faded.users(),
            new MemoryFactorTable(faded.items().overlaidBy(changed)),
            Optional.of(faded.users()),
            Optional.of(new MemoryFactorTable(changed)),
            faded.userGramian(),
            faded.itemGramian(),
            true,
            model.begun());
    assertThat(learnt.keeping(model).items().values()).containsExactly(7, 7, 4, 8, 3, 5);
  }

  @Test
  void ratingsDoNotFade() {
    assertThatThrownBy(() -> AlsHyperparameters.mllib().withItemHalfLife(Optional.of(HALF_LIFE)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("model.itemHalfLife");
    assertThatThrownBy(() -> AlsHyperparameters.ials().withItemHalfLife(Optional.of(Duration.ZERO)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("longer than nothing");
  }
}
