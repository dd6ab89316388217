package io.perennial.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.perennial.TestSession;
import io.perennial.Warehouse;
import io.perennial.registry.DeltaModelRegistry;
import io.perennial.registry.OpenedRun;
import io.perennial.registry.WriteListener;
import io.perennial.slice.EventSlice;
import io.perennial.slice.Interval;
import io.perennial.slice.Watermark;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StandingIT {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  @TempDir Path folder;

  @Test
  void theOutcomeOfANightIsThatOfItsLastTryAndRejectedNightsAreCountedOnce() {
    DeltaModelRegistry registry =
        new DeltaModelRegistry(
            TestSession.get(), new Warehouse(folder.toString()), 14, WriteListener.NONE);

    assertThat(Standing.of(registry, "shop", night(0)).run()).isEmpty();
    run(registry, 0, 1, "promoted");
    run(registry, 1, 2, "rejected");
    assertThat(Standing.of(registry, "shop", night(0)).rejections()).isEqualTo(1);

    // Tried with the pending night, then alone; then the same night is asked for again.
    run(registry, 2, 3, "rejected");
    run(registry, 2, 4, "rejected");
    run(registry, 2, 0, "nothing_new");
    Standing standing = Standing.of(registry, "shop", night(2));
    assertThat(standing.rejections()).isEqualTo(2);
    assertThat(standing.run().orElseThrow().outcome()).contains("rejected");
    assertThat(standing.run().orElseThrow().opened().version()).isEqualTo(4);
    assertThat(standing.champion()).isEmpty();
    assertThat(Standing.of(registry, "shop", Optional.empty()).run().orElseThrow().outcome())
        .contains("nothing_new");
    assertThat(Standing.of(registry, "other", night(2)).rejections()).isZero();

    run(registry, 3, 5, "promoted");
    assertThat(Standing.of(registry, "shop", night(2)).rejections()).isZero();
  }

  private static Optional<Interval> night(int day) {
    Instant from = START.plus(Duration.ofDays(day));
    return Optional.of(new Interval(from, from.plus(Duration.ofDays(1))));
  }

  /** A run; each opens an hour after the one of the version before, version 0 after all. */
  private static void run(DeltaModelRegistry registry, int day, long version, String outcome) {
    Instant at = START.plus(Duration.ofDays(day + 1)).plus(Duration.ofHours(version));
    if (version == 0) {
      at = at.plus(Duration.ofHours(9));
    }
    OpenedRun opened =
        new OpenedRun(
            "shop-" + day + "-" + version,
            "shop",
            "retrain",
            night(day),
            version,
            Optional.empty(),
            new EventSlice("table", new Watermark(0, START), new Watermark(1, at)),
            1,
            "digest");
    registry.open(opened, at, Map.of());
    registry.close(opened, at.plusSeconds(60), outcome, Map.of(), Map.of());
  }
}
