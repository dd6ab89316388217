package io.perennial.pipeline;

import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.perennial.ExitCode;
import io.perennial.PerennialException;
import io.perennial.TestSession;
import io.perennial.config.PipelineDefinition;
import io.perennial.registry.ModelRegistry;
import io.perennial.registry.ModelVersion;
import io.perennial.registry.SliceState.State;
import io.perennial.registry.WarehouseViews;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of events and versions when a night is refused, or a champion taken back. */
final class RejectedNightIT {
  private static final PipelineDefinition STRICT = Shop.pipeline("shop", "maximalPendingNights: 2");

  /** The same pipeline with a gate that lets nearly everything pass. */
  private static final PipelineDefinition LOOSE =
      Shop.pipeline(
          "shop",
          "maximalPendingNights: 2",
          "gate:",
          "  drift: none",
          "  baseline: none",
          "  maximalRegression: 100",
          "  maximalForgetting: 100");

  /** The same pipeline with a gate that nothing passes. */
  private static final PipelineDefinition IMPOSSIBLE =
      Shop.pipeline("shop", "gate:", "  minimalUsers: 1", "  minimum:", "    ndcg: 1.1");

  private static final int FIRST = Shop.BASE_DAYS;
  private static final int PUSHED = 1_200;

  @TempDir static Path prepared;
  private static Shop base;

  @TempDir Path folder;
  private Shop shop;

  @BeforeAll
  static void prepare() {
    base = Shop.in(prepared.resolve("base"));
    base.deliver(0, FIRST);
    assertThat(base.night(STRICT, 0, FIRST).kind()).isEqualTo(RunOutcome.Kind.PROMOTED);
  }

  private void open() {
    shop = base.copy(folder.resolve("shop"));
  }

  /** A day on which a crowd buys one item; returns the number of events. */
  private long deliverPoisoned(int day) {
    List<Row> crowd = new ArrayList<>();
    for (int n = 0; n < PUSHED; n++) {
      crowd.add(
          Shop.event("crowd-" + n % 60, "pushed", Shop.begin(day).plusSeconds(30_000 + 30L * n)));
    }
    shop.deliver(crowd);
    return PUSHED + shop.deliver(day, day + 1);
  }

  @Test
  void poisonedNightWaitsIsTriedAgainIsSetAsideAndCanBeAdmittedByName() {
    open();
    long poisoned = deliverPoisoned(FIRST);
    RunOutcome night = shop.night(STRICT, FIRST);
    assertThat(night.kind()).isEqualTo(RunOutcome.Kind.REJECTED);
    assertThat(night.version()).contains(2L);
    assertThat(Shop.failed(night)).contains("drift.top_item_share");
    assertThat(night.sentence()).contains("rejected by", "Version 1 stays the champion");
    Map<String, Long> sums = shop.lastSums(STRICT);
    assertThat(sums.get("slice")).isEqualTo(poisoned);
    assertThat(sums.get("fit") + sums.get("validation") + sums.get("refused")).isEqualTo(poisoned);
    assertThat(shop.champion(STRICT)).isEqualTo(1);
    assertThat(shop.slices(STRICT)).isEqualTo(Map.of("1", State.CONSUMED, "2", State.PENDING));
    assertThat(
            shop.table("gate_findings")
                .filter(col("version").equalTo(2).and(col("outcome").equalTo("failed")))
                .select("rule")
                .collectAsList())
        .extracting(row -> row.getString(0))
        .isEqualTo(Shop.failed(night));

    RunOutcome again = shop.night(STRICT, FIRST);
    assertThat(again.kind()).isEqualTo(RunOutcome.Kind.NOTHING_NEW);
    assertThat(again.sentence()).contains("version 2", "rejected", "Change the pipeline file");
    assertThat(shop.registry().versions("shop")).hasSize(2);

    long honest = shop.deliver(FIRST + 1, FIRST + 2);
    RunOutcome next = shop.night(STRICT, FIRST + 1);
    assertThat(next.kind()).as(next.sentence()).isEqualTo(RunOutcome.Kind.PROMOTED);
    assertThat(next.version()).contains(4L);
    assertThat(next.parent()).contains(1L);
    assertThat(next.rows().get("slice")).isEqualTo(honest);
    assertThat(next.rows().get("late")).isZero();
    ModelVersion together = shop.registry().version("shop", 3).orElseThrow();
    assertThat(together.status()).isEqualTo(ModelVersion.Status.REJECTED);
    assertThat(together.facts()).containsEntry("rows.slice", Long.toString(poisoned + honest));
    assertThat(shop.registry().version("shop", 4).orElseThrow().rowVersions())
        .containsExactly(4L, 1L);
    assertThat(shop.slices(STRICT))
        .isEqualTo(Map.of("1", State.CONSUMED, "2", State.SET_ASIDE, "3", State.CONSUMED));

    assertThatThrownBy(() -> shop.include(LOOSE, "3"))
        .isInstanceOf(UnknownSliceException.class)
        .hasMessageContaining("slice 3")
        .hasMessageContaining("those that were: 2");
    RunOutcome admitted = shop.include(LOOSE, "2");
    assertThat(admitted.kind()).as(admitted.sentence()).isEqualTo(RunOutcome.Kind.PROMOTED);
    assertThat(admitted.rows().get("slice")).isEqualTo(poisoned);
    assertThat(admitted.parent()).contains(4L);
    assertThat(shop.slices(STRICT)).containsEntry("2", State.ADMITTED);
    assertThat(boughtByCrowd()).isEqualTo(60);
    assertThatThrownBy(() -> shop.include(LOOSE, "2"))
        .isInstanceOf(UnknownSliceException.class)
        .hasMessageContaining("there is none");

    long later = shop.deliver(FIRST + 2, FIRST + 3);
    RunOutcome last = shop.night(LOOSE, FIRST + 2);
    assertThat(last.rows().get("slice")).isEqualTo(later);
    assertThat(last.rows().get("late")).isZero();
  }

  @Test
  void rejectedIntervalIsTriedAgainOnceThePipelineFileHasChangedAlsoWhenTheTableWentOn() {
    open();
    long events = shop.deliver(FIRST, FIRST + 1);
    assertThat(shop.night(IMPOSSIBLE, FIRST).kind()).isEqualTo(RunOutcome.Kind.REJECTED);
    long next = shop.deliver(FIRST + 1, FIRST + 2);
    assertThat(shop.night(IMPOSSIBLE, FIRST).kind()).isEqualTo(RunOutcome.Kind.NOTHING_NEW);

    RunOutcome changed = shop.night(LOOSE, FIRST);
    assertThat(changed.kind()).as(changed.sentence()).isEqualTo(RunOutcome.Kind.PROMOTED);
    assertThat(changed.rows().get("slice")).isEqualTo(events);
    assertThat(shop.slices(LOOSE))
        .containsEntry("2", State.CONSUMED)
        .doesNotContainValue(State.PENDING);
    RunOutcome following = shop.night(LOOSE, FIRST + 1);
    assertThat(following.rows().get("slice")).isEqualTo(next);
    assertThat(following.rows().get("late")).isZero();
  }

  @Test
  void tooManyRejectedNightsStopThePipelineUntilAPersonPromotesOne() {
    open();
    deliverPoisoned(FIRST);
    assertThat(shop.night(STRICT, FIRST).kind()).isEqualTo(RunOutcome.Kind.REJECTED);
    long second = deliverPoisoned(FIRST + 1);
    RunOutcome both = shop.night(STRICT, FIRST + 1);
    assertThat(both.kind()).isEqualTo(RunOutcome.Kind.REJECTED);
    assertThat(both.version()).contains(4L);
    long honest = shop.deliver(FIRST + 2, FIRST + 3);
    assertThatThrownBy(() -> shop.night(STRICT, FIRST + 2))
        .isInstanceOf(PendingLimitException.class)
        .hasMessageContaining("2 nights in a row were rejected")
        .hasMessageContaining("maximalPendingNights is 2")
        .hasMessageContaining("models promote")
        .extracting(e -> ((PerennialException) e).exitCode())
        .isEqualTo(ExitCode.DATA_CONTRACT);
    assertThat(shop.champion(STRICT)).isEqualTo(1);
    assertThat(shop.registry().versions("shop")).hasSize(4);
    assertThat(shop.registry().runs("shop")).allMatch(run -> run.closed());
    assertThat(shop.slices(STRICT))
        .isEqualTo(Map.of("1", State.CONSUMED, "2", State.PENDING, "3", State.PENDING));

    shop.registry().promote("shop", 4, Instant.parse("2026-01-01T00:00:00Z"));
    assertThat(shop.champion(STRICT)).isEqualTo(4);
    ModelVersion fourth = shop.registry().version("shop", 4).orElseThrow();
    RunOutcome next = shop.night(LOOSE, FIRST + 2);
    assertThat(next.kind()).as(next.sentence()).isEqualTo(RunOutcome.Kind.PROMOTED);
    assertThat(next.parent()).contains(4L);
    long unlearnt = second - Long.parseLong(fourth.facts().get("rows.fit"));
    assertThat(next.rows().get("slice")).isEqualTo(unlearnt + honest);
    assertThat(shop.registry().version("shop", 5).orElseThrow().rowVersions())
        .containsExactly(5L, 4L, 1L);
    assertThat(shop.slices(LOOSE))
        .containsEntry("2", State.SET_ASIDE)
        .containsEntry("3", State.CONSUMED);
  }

  @Test
  void afterARollbackTheNextNightStartsFromTheChosenVersionAndSeesNoRowOfTheOther() {
    open();
    shop.deliver(FIRST, FIRST + 1);
    long second = shop.deliver(FIRST + 1, FIRST + 2);
    long third = shop.deliver(FIRST + 2, FIRST + 3);
    shop.deliver("only-on-day-two", "odd-item", Shop.begin(FIRST + 1).plusSeconds(50_000), 1);
    assertThat(shop.night(LOOSE, FIRST).version()).contains(2L);
    assertThat(shop.night(LOOSE, FIRST + 1).version()).contains(3L);
    ModelRegistry registry = shop.registry();
    registry.promote("shop", 2, Instant.parse("2026-01-01T00:00:00Z"));
    assertThat(shop.champion(LOOSE)).isEqualTo(2);
    assertThat(registry.alias("shop", "previous").map(v -> v.version())).contains(3L);

    RunOutcome next = shop.night(LOOSE, FIRST + 2);
    assertThat(next.kind()).as(next.sentence()).isEqualTo(RunOutcome.Kind.PROMOTED);
    assertThat(next.parent()).contains(2L);
    assertThat(next.rows().get("slice")).isEqualTo(second + 1 + third);
    ModelVersion fourth = registry.version("shop", 4).orElseThrow();
    assertThat(fourth.parent()).contains(2L);
    assertThat(fourth.rowVersions()).containsExactly(4L, 2L, 1L);
    WarehouseViews.create(TestSession.get(), shop.warehouse());
    for (String view : List.of("champion_user_factors", "champion_item_factors")) {
      assertThat(
              TestSession.get().sql("SELECT DISTINCT version FROM " + view).collectAsList().stream()
                  .map(row -> row.getLong(0)))
          .as(view)
          .contains(4L)
          .doesNotContain(3L);
    }
    assertThat(
            TestSession.get()
                .sql(
                    "SELECT decayed_count FROM user_history_pairs WHERE user_id ="
                        + " 'only-on-day-two'")
                .collectAsList())
        .hasSize(1);
    registry.promote("shop", 3, Instant.parse("2026-01-02T00:00:00Z"));
    assertThat(shop.champion(LOOSE)).isEqualTo(3);
    assertThat(registry.alias("shop", "previous").map(v -> v.version())).contains(4L);
  }

  /** Users whose history holds the pushed item. */
  private long boughtByCrowd() {
    ModelRegistry registry = shop.registry();
    int item = registry.indices("shop", "item", List.of("pushed")).get("pushed");
    List<String> crowd = new ArrayList<>();
    for (int n = 0; n < 60; n++) {
      crowd.add("crowd-" + n);
    }
    int[] users =
        registry.indices("shop", "user", crowd).values().stream()
            .mapToInt(Integer::intValue)
            .sorted()
            .toArray();
    Optional<ModelVersion> champion = registry.alias("shop", "champion");
    int[] bought = registry.history(champion.orElseThrow()).rows(users).items();
    return IntStream.of(bought).filter(each -> each == item).count();
  }
}
