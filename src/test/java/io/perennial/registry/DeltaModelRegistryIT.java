package io.perennial.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.perennial.TestSession;
import io.perennial.Warehouse;
import io.perennial.evaluation.Evidence;
import io.perennial.model.FactorRows;
import io.perennial.model.ModelState;
import io.perennial.model.history.InteractionHistory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeltaModelRegistryIT {
  @TempDir Path folder;
  private final SparkSession spark = TestSession.get();
  private final List<String> writes = new ArrayList<>();
  private DeltaModelRegistry registry;
  private Nights nights;

  @BeforeEach
  void warehouse() {
    registry =
        new DeltaModelRegistry(
            spark,
            new Warehouse(folder.toString()),
            4,
            (table, pipeline, version) -> writes.add(table));
    nights = new Nights(spark, registry, "shop");
  }

  @Test
  void anEmptyWarehouseHasNothingAndSaysSo() {
    assertThat(registry.alias("shop", "champion")).isEmpty();
    assertThat(registry.versions("shop")).isEmpty();
    assertThat(registry.runs("shop")).isEmpty();
    assertThat(registry.slices("shop")).isEmpty();
    assertThat(registry.nextVersion("shop")).isEqualTo(1);
    assertThat(registry.indices("shop", "user", List.of("a"))).isEmpty();
    assertThat(writes).isEmpty();
  }

  @Test
  void aNightIsReadBackAsItWasWritten() {
    registry.open(nights.run(1), Nights.START, Map.of("spark", "4.1"));
    Nights.Truth one = nights.promoted(1, null, 0, 1, 2, 3);
    registry.close(
        nights.run(1), Nights.START, "promoted", Map.of("train", 1.5), Map.of("read", 10L));
    // The parts of a version are written side by side; what makes it visible comes after them all.
    assertThat(writes)
        .startsWith("runs")
        .endsWith("model_versions", "slices", "model_aliases", "runs");
    assertThat(writes.subList(1, writes.size() - 4))
        .containsExactlyInAnyOrder(
            "user_factors",
            "item_factors",
            "item_sums",
            "companions",
            "exemplars",
            "training_losses",
            "rating_classes",
            "user_history",
            "item_statistics",
            "frozen_windows",
            "model_metrics",
            "evidence",
            "input_profiles",
            "gate_findings");

    ModelVersion champion = registry.alias("shop", "champion").orElseThrow();
    assertThat(champion)
        .usingRecursiveComparison()
        .ignoringFields("arrays")
        .isEqualTo(one.version());
    assertThat(champion.arrays().get("gramian")).containsExactly(1, 0.5, 1e-9);
    assertThat(champion.slice()).isEqualTo(Nights.slice(1));
    assertRows(one);
    assertThat(registry.slices("shop"))
        .containsExactly(
            new SliceState("1", Nights.slice(1), SliceState.State.CONSUMED, 1, "run-1"));
    RunState run = registry.latestRun("shop", Optional.empty()).orElseThrow();
    assertThat(run.opened()).isEqualTo(nights.run(1));
    assertThat(run.closed()).isTrue();
    assertThat(run.outcome()).contains("promoted");
    assertThat(run.openedAt()).isEqualTo(Nights.START);
    assertThat(registry.nextVersion("shop")).isEqualTo(2);

    assertThat(
            spark
                .read()
                .format("delta")
                .load(folder.resolve("training_losses").toString())
                .orderBy("epoch")
                .collectAsList())
        .extracting(row -> row.mkString(" "))
        .containsExactly("shop 1 1 training 0.5", "shop 1 2 training 0.25");

    assertThat(
            spark
                .read()
                .format("delta")
                .load(folder.resolve("rating_classes").toString())
                .where("class = 'liked'")
                .collectAsList())
        .extracting(row -> row.mkString(" "))
        .containsExactly("shop 1 candidate validation liked 1.0 0.5 0.6666666666666666 2");

    assertThat(registry.frozenWindows("shop", champion, 3)).hasSize(1);
    assertThat(registry.frozenWindows("shop", champion, 3).get(0))
        .usingRecursiveComparison()
        .ignoringFields("name")
        .isEqualTo(Nights.window(1));
    assertThat(registry.frozenWindows("shop", champion, 3).get(0).name()).isEqualTo("frozen:1");
    List<Evidence> evidence = registry.evidence("shop", champion, 5);
    assertThat(evidence).hasSize(1);
    assertThat(evidence.get(0))
        .usingRecursiveComparison()
        .isEqualTo(Nights.evidence(1, "prequential"));
    assertThat(registry.profiles("shop", champion, 5)).hasSize(1);
    assertThat(registry.profiles("shop", champion, 5).get(0).figures()).containsEntry("rows", 11.0);
  }

  @Test
  void aVersionTrainedFromTheFirstNeverSeesARowOfTheRejectedSecond() {
    Nights.Truth one = nights.promoted(1, null, 0, 1, 2, 3);
    Nights.Truth two = nights.rejected(2, one, 1, 2, 4);
    Nights.Truth three = nights.promoted(3, one, 2, 5);
    assertThat(three.version().rowVersions()).containsExactly(3L, 1L);
    assertRows(one);
    assertRows(two);
    assertRows(three);
    assertThat(registry.alias("shop", "champion").orElseThrow().version()).isEqualTo(3);
    assertThat(registry.alias("shop", "previous").orElseThrow().version()).isEqualTo(1);
    assertThat(
            registry.frozenWindows("shop", three.version(), 9).stream().map(w -> w.name()).toList())
        .containsExactly("frozen:3", "frozen:1");
    assertThat(registry.evidence("shop", three.version(), 9))
        .extracting(Evidence::newerSum)
        .containsExactly(3.0, 1.0);

    registry.promote("shop", 1, Nights.START);
    assertThat(registry.alias("shop", "champion").orElseThrow().version()).isEqualTo(1);
    assertThat(registry.alias("shop", "previous").orElseThrow().version()).isEqualTo(3);
    assertRows(registry.alias("shop", "champion").orElseThrow(), one);
  }

  @Test
  void rowsThatARunLeftWhichDiedAreReplacedByThoseOfTheRunAgain() {
    DeltaModelRegistry dying =
        new DeltaModelRegistry(
            spark,
            new Warehouse(folder.toString()),
            4,
            (table, pipeline, version) -> {
              if (table.equals("exemplars")) {
                throw new IllegalStateException("died");
              }
            });
    assertThatThrownBy(() -> new Nights(spark, dying, "shop").promoted(1, null, 0, 1))
        .hasStackTraceContaining("died");
    assertThat(registry.versions("shop")).isEmpty();
    assertThat(exemplars()).isEqualTo(3);
    Nights.Truth one = nights.promoted(1, null, 0, 1, 2);
    assertThat(exemplars()).isEqualTo(3);
    assertRows(one);
  }

  private long exemplars() {
    return spark.read().format("delta").load(folder.resolve("exemplars").toString()).count();
  }

  private void assertRows(Nights.Truth truth) {
    assertRows(registry.version("shop", truth.version().version()).orElseThrow(), truth);
  }

  private void assertRows(ModelVersion version, Nights.Truth truth) {
    ModelState state = registry.open(version);
    assertSame(state.users().all(), truth.users().all());
    assertSame(state.items().all(), truth.items().all());
    assertSame(state.itemSums().orElseThrow().all(), truth.items().all());
    assertThat(state.companions()).containsOnlyKeys("user_moments");
    assertSame(state.companions().get("user_moments").all().all(), truth.users().all());
    assertThat(state.remembered().orElseThrow())
        .usingRecursiveComparison()
        .isEqualTo(Nights.remembered(version.version()));
    assertThat(state.users().size()).isEqualTo(truth.users().size());
    assertThat(state.users().rank()).isEqualTo(2);
    assertThat(state.users().dataset().count()).isEqualTo(truth.users().size());
    int[] some = {1, 4, 77};
    FactorRows rows = state.users().rows(some);
    for (int index : some) {
      int at = truth.users().all().position(index);
      assertThat(rows.position(index) >= 0).isEqualTo(at >= 0);
      if (at >= 0) {
        assertThat(rows.values()[2 * rows.position(index)])
            .isEqualTo(truth.users().all().values()[2 * at]);
      }
    }
    InteractionHistory history = registry.history(version).rows(truth.users().all().indices());
    assertThat(history.users()).containsExactly(truth.users().all().indices());
    for (int u = 0; u < history.users().length; u++) {
      assertThat(history.counts()[history.offsets()[u]])
          .isEqualTo(truth.users().all().values()[2 * u]);
      assertThat(history.values()[history.offsets()[u] + 1]).isEqualTo((float) history.users()[u]);
    }
    float[] counts = registry.itemStatistics(version).eventCounts();
    for (int i = 0; i < truth.items().size(); i++) {
      assertThat(counts[truth.items().all().indices()[i]])
          .isEqualTo(truth.items().all().values()[2 * i]);
    }
  }

  private static void assertSame(FactorRows actual, FactorRows expected) {
    assertThat(actual.indices()).containsExactly(expected.indices());
    assertThat(actual.values()).containsExactly(expected.values());
    assertThat(actual.eventCounts()).containsExactly(expected.eventCounts());
  }

  @Test
  void hostileNamesAreRefusedBeforeAnythingIsRead() {
    for (String name :
        List.of("", "Shop", "a b", "x' OR '1'='1", "../x", "a/b", "ü", "-a", "a".repeat(101))) {
      assertThatThrownBy(() -> registry.versions(name))
          .isInstanceOf(InvalidNameException.class)
          .hasMessageContaining("lower-case letters");
    }
    assertThat(folder).isEmptyDirectory();
  }
}
