package io.perennial.pipeline.backtest;

import static org.assertj.core.api.Assertions.assertThat;

import io.perennial.config.BacktestDefinition;
import io.perennial.config.PipelineReader;
import io.perennial.distillation.DistillationOptions;
import io.perennial.model.als.AlsHyperparameters;
import io.perennial.pipeline.backtest.Knob.Variant;
import java.time.Duration;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class KnobTest {
  private static final BacktestDefinition SHOP =
      PipelineReader.read(
              "shop.yaml",
              "name: shop\nmodel:\n  decay:\n    halfLife: 60d\ndistillation:\n  beta: 0.5\n")
          .backtest();

  private static AlsHyperparameters model(Variant variant) {
    return (AlsHyperparameters) variant.parameters().model();
  }

  private static DistillationOptions distillation(Variant variant) {
    return (DistillationOptions) variant.parameters().distillation();
  }

  @Test
  void betaIsTurnedAroundWhatTheFileSays() {
    assertThat(Knob.BETA.variants(SHOP))
        .extracting(Variant::name)
        .containsExactly(
            "ours-model, beta 0.05",
            "ours-model, beta 0.15",
            "ours-model, beta 1.5",
            "ours-model, beta 5");
    assertThat(Knob.BETA.variants(SHOP))
        .extracting(variant -> distillation(variant).beta())
        .containsExactly(0.05, 0.15, 1.5, 5.0);
  }

  @Test
  void aHalfLifeIsQuarteredHalvedDoubledAndQuadrupled() {
    assertThat(Knob.HALF_LIFE.variants(SHOP))
        .extracting(variant -> model(variant).decay().halfLife().orElseThrow())
        .containsExactly(
            Duration.ofDays(15), Duration.ofDays(30), Duration.ofDays(120), Duration.ofDays(240));
    assertThat(Knob.HALF_LIFE.variants(SHOP).get(0).name()).isEqualTo("ours-model, halfLife 15d");
  }

  @Test
  void onlyOneThingDiffers() {
    for (Variant variant : Knob.REG_PARAM.variants(SHOP)) {
      assertThat(distillation(variant).beta()).isEqualTo(0.5);
      assertThat(model(variant).decay().halfLife()).contains(Duration.ofDays(60));
      assertThat(variant.rebuildEvery()).isEmpty();
    }
    assertThat(Knob.REBUILD.variants(SHOP))
        .extracting(Variant::rebuildEvery)
        .containsExactly(OptionalInt.of(7), OptionalInt.of(14), OptionalInt.of(30));
  }

  @Test
  void everyKnobIsFoundByItsLabel() {
    for (Knob knob : Knob.values()) {
      assertThat(Knob.of(knob.label())).contains(knob);
    }
    assertThat(Knob.of("Beta")).isEmpty();
  }
}
