package io.perennial.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.perennial.distillation.DistillationOptions;
import io.perennial.evaluation.baseline.NeighbourOptions;
import io.perennial.evaluation.baseline.NeighbourOptions.Weighting;
import io.perennial.model.als.AlsHyperparameters;
import java.time.Duration;
import java.time.LocalDate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BacktestReaderTest {
  private static PipelineDefinition read(String... lines) {
    return PipelineReader.read("shop.yaml", "name: shop\n" + String.join("\n", lines) + "\n");
  }

  private static AlsHyperparameters model(BacktestDefinition backtest, BacktestArm arm) {
    return (AlsHyperparameters) backtest.arm(arm).model();
  }

  private static DistillationOptions distillation(BacktestDefinition backtest, BacktestArm arm) {
    return (DistillationOptions) backtest.arm(arm).distillation();
  }

  @Test
  void everyArmBeginsWithWhatThePipelineSaysAndWhatMakesItThatArm() {
    PipelineDefinition pipeline = read("model:", "  rank: 24", "distillation:", "  beta: 0.7");
    BacktestDefinition backtest = pipeline.backtest();

    assertThat(backtest.baseFrom()).isEmpty();
    assertThat(backtest.baseTo()).isEmpty();
    assertThat(backtest.arm(BacktestArm.OURS_MODEL).model()).isEqualTo(pipeline.model());
    assertThat(distillation(backtest, BacktestArm.OURS_MODEL).beta()).isEqualTo(0.7);
    assertThat(backtest.arm(BacktestArm.FULL_RETRAIN_DECAYED).model()).isEqualTo(pipeline.model());
    AlsHyperparameters alike = model(backtest, BacktestArm.FULL_RETRAIN);
    assertThat(alike.rank()).isEqualTo(24);
    assertThat(alike.decay().halfLife()).isEmpty();
    AlsHyperparameters stock = model(backtest, BacktestArm.MLLIB_FULL_RETRAIN);
    assertThat(stock.rank()).isEqualTo(24);
    assertThat(stock.implicitPrefs()).isTrue();
    assertThat(stock.confidence()).isEqualTo(AlsHyperparameters.Confidence.MLLIB);
    assertThat(backtest.arm(BacktestArm.FINE_TUNE).distillation())
        .isEqualTo(DistillationOptions.NONE);
    assertThat(backtest.arm(BacktestArm.ITEM_KNN).neighbours()).isEqualTo(NeighbourOptions.DEFAULT);
  }

  @Test
  void keysOfAnArmChangeThatArmAlone() {
    BacktestDefinition backtest =
        read(
                "backtest:",
                "  baseFrom: 2010-12-01",
                "  baseTo: 2011-06-18",
                "  arms:",
                "    full-retrain-decayed:",
                "      regParam: 0.002",
                "      decay:",
                "        halfLife: 30d",
                "    ours-model:",
                "      nightlySweeps: 2",
                "      distillation:",
                "        beta: 0.1",
                "    item-knn:",
                "      neighbours: 50",
                "      weighting: cosine")
            .backtest();

    assertThat(backtest.baseFrom()).contains(LocalDate.of(2010, 12, 1));
    assertThat(backtest.baseTo()).contains(LocalDate.of(2011, 6, 18));
    AlsHyperparameters decayed = model(backtest, BacktestArm.FULL_RETRAIN_DECAYED);
    assertThat(decayed.regParam()).isEqualTo(0.002);
    assertThat(decayed.decay().halfLife()).contains(Duration.ofDays(30));
    assertThat(model(backtest, BacktestArm.FULL_RETRAIN).regParam()).isEqualTo(0.001);
    assertThat(model(backtest, BacktestArm.OURS_MODEL).nightlySweeps()).isEqualTo(2);
    assertThat(distillation(backtest, BacktestArm.OURS_MODEL).beta()).isEqualTo(0.1);
    assertThat(distillation(backtest, BacktestArm.FOLD_IN).beta()).isEqualTo(0.3);
    assertThat(backtest.arm(BacktestArm.ITEM_KNN).neighbours())
        .isEqualTo(new NeighbourOptions(50, Weighting.COSINE, 1.2, 0.75));
    assertThat(backtest.describe(BacktestArm.ITEM_KNN))
        .contains("neighbours 50", "weighting cosine");
    assertThat(backtest.describe(BacktestArm.OURS_MODEL)).contains("beta 0.1", "nightlySweeps 2");
    assertThat(backtest.describe(BacktestArm.POPULARITY)).isEmpty();
  }

  @Test
  void variantsBeginWithWhatOursModelHas() {
    BacktestDefinition backtest =
        read(
                "backtest:",
                "  arms:",
                "    ours-model:",
                "      nightlySweeps: 2",
                "  variants:",
                "    no-teacher:",
                "      distillation:",
                "        beta: 0",
                "    two-sided:",
                "      regParam: 0.02",
                "    alike:",
                "      decay:",
                "        halfLife: none")
            .backtest();

    assertThat(backtest.variants().keySet()).containsExactly("no-teacher", "two-sided", "alike");
    AlsHyperparameters untaught = (AlsHyperparameters) backtest.variant("no-teacher").model();
    assertThat(untaught).isEqualTo(model(backtest, BacktestArm.OURS_MODEL));
    assertThat(((DistillationOptions) backtest.variant("no-teacher").distillation()).beta())
        .isZero();
    assertThat(backtest.describeVariant("no-teacher")).isEqualTo("distillation.beta 0.0");
    assertThat(backtest.describeVariant("two-sided")).isEqualTo("regParam 0.02");
    assertThat(backtest.describeVariant("alike")).isEqualTo("decay.halfLife none");
    assertThat(distillation(backtest, BacktestArm.OURS_MODEL).beta()).isEqualTo(0.3);
  }

  @Test
  void aReplayIsNoPartOfWhatANightLearns() {
    PipelineDefinition with = read("backtest:", "  baseTo: 2011-06-18");

    assertThat(with.digest()).isEqualTo(read().digest());
    assertThat(with.text()).isEqualTo(read().text());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "baseTo: soon | backtest.baseTo must be a date such as 2011-06-18, got 'soon'.",
        "arms:;    full-retrian:;      rank: 3 | full-retrian",
        "arms:;    full-retrain:;      rnak: 3 | rnak",
        "arms:;    item-knn:;      rank: 3 | rank",
        "arms:;    popularity:;      rank: 3 | popularity",
        "arms:;    full-retrain:;      rank: 0 | model.rank must lie between 1 and 512",
        "arms:;    item-knn:;      neighbours: 0 | neighbours must be at least 1, got 0",
        "variants:;    popularity:;      rank: 3 | is no arm's, got 'popularity'",
        "variants:;    a b:;      rank: 3 | is no arm's, got 'a b'",
        "variants:;    mine:;      rnak: 3 | rnak",
        "baseFrom: 2011-02-01;  baseTo: 2011-01-01 | baseTo must not lie before baseFrom"
      })
  void aMistakeIsNamedWithItsKey(String lines, String part) {
    assertThatThrownBy(() -> read("backtest:", "  " + lines.replace(";", "\n")))
        .isInstanceOf(InvalidPipelineException.class)
        .hasMessageContaining(part);
  }
}
