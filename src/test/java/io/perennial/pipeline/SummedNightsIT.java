package io.perennial.pipeline;

import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;

import io.perennial.config.PipelineDefinition;
import io.perennial.model.FactorRows;
import io.perennial.model.ModelState;
import io.perennial.registry.ModelVersion;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two nights of a pipeline that keeps its items on sums: what is stored, and that it goes on. */
final class SummedNightsIT {
  private static final PipelineDefinition SUMS =
      Shop.pipelineWith(
          "shop",
          "",
          """
          distillation:
            items: sums
          gate:
            minimalUsers: 1
            baseline: none
            maximalRegression: 1
            maximalForgetting: 1
            drift: none
          """);

  @Test
  void aNightWritesTheSumsOfItsItemsAndReadsThoseOfTheParent(@TempDir Path folder)
      throws IOException {
    Shop shop = Shop.in(folder);
    shop.deliver(0, Shop.BASE_DAYS + 1);
    shop.night(SUMS, 0, Shop.BASE_DAYS);
    shop.night(SUMS, Shop.BASE_DAYS);

    ModelVersion parent = shop.registry().version("shop", 1).orElseThrow();
    ModelVersion child = shop.registry().version("shop", 2).orElseThrow();
    assertThat(child.status()).isEqualTo(ModelVersion.Status.PROMOTED);
    assertThat(child.rowVersions()).containsExactly(2L, 1L);
    FactorRows before = sums(shop, parent);
    FactorRows after = sums(shop, child);
    assertThat(before.indices()).isEqualTo(shop.registry().open(parent).items().all().indices());
    assertThat(after.indices()).isEqualTo(shop.registry().open(child).items().all().indices());
    long changed =
        shop.table("item_sums")
            .where(col("pipeline").equalTo("shop").and(col("version").equalTo(2)))
            .count();
    long more = 0;
    for (int n = 0; n < after.size(); n++) {
      int at = before.position(after.indices()[n]);
      float pairs = at < 0 ? 0 : before.eventCounts()[at];
      assertThat(after.eventCounts()[n]).isGreaterThanOrEqualTo(pairs);
      more += after.eventCounts()[n] > pairs ? 1 : 0;
    }
    assertThat(more).isEqualTo(changed).isPositive();
  }

  private static FactorRows sums(Shop shop, ModelVersion version) {
    ModelState state = shop.registry().open(version);
    return state.itemSums().orElseThrow().all();
  }
}
