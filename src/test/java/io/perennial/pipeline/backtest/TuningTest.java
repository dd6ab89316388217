package io.perennial.pipeline.backtest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.perennial.config.BacktestArm;
import io.perennial.config.BacktestDefinition;
import io.perennial.config.PipelineDefinition;
import io.perennial.config.PipelineReader;
import io.perennial.evaluation.Comparison;
import io.perennial.evaluation.Estimate;
import io.perennial.evaluation.Measurement;
import io.perennial.evaluation.Metric;
import io.perennial.evaluation.Segment;
import io.perennial.model.Scorer;
import io.perennial.model.als.AlsHyperparameters;
import io.perennial.model.als.DivergedTrainingException;
import java.time.Clock;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TuningTest {
  private static final PipelineDefinition PIPELINE =
      PipelineReader.read("shop.yaml", "name: shop\n");

  private static Tuning tuning(int count, int nights, BacktestArm... arms) {
    LocalDate day = LocalDate.of(2011, 7, 1);
    BacktestRequest request =
        new BacktestRequest(
            day,
            day,
            Optional.empty(),
            List.of(arms),
            10,
            Optional.empty(),
            BacktestRequest.Start.RESUME);
    return new Tuning(PIPELINE, request, count, nights, Clock.systemUTC());
  }

  private static Comparison night(Tuning tuning, ToDoubleFunction<String> score) {
    List<Measurement> measurements = new ArrayList<>();
    List<String> names = tuning.arms().stream().map(Arm::name).toList();
    for (String name : names) {
      measurements.add(
          new Measurement(
              name,
              "prequential",
              Segment.ALL,
              Metric.NDCG,
              OptionalInt.of(20),
              new Estimate(score.applyAsDouble(name), Double.NaN, Double.NaN, 10)));
    }
    return new Comparison("prequential", 10, names, measurements, List.of());
  }

  @Test
  void theBetterHalfOfEachArmStaysAfterAQuarterAndAfterHalfOfTheNights() {
    Tuning tuning =
        tuning(8, 8, BacktestArm.OURS_MODEL, BacktestArm.ITEM_KNN, BacktestArm.POPULARITY);
    assertThat(tuning.arms()).hasSize(16);
    List<Integer> sizes = new ArrayList<>();
    for (int n = 0; n < 8; n++) {
      // Candidate 5 is the best of each, 2 the second, the others fall with their number.
      tuning.scored(
          night(
              tuning,
              name ->
                  switch (name.substring(name.indexOf('#') + 1)) {
                    case "5" -> 0.9;
                    case "2" -> 0.8;
                    default -> 0.1 / (1 + name.charAt(name.length() - 1));
                  }));
      sizes.add(tuning.arms().size());
    }

    assertThat(sizes).containsExactly(16, 8, 8, 6, 6, 6, 6, 6);
    assertThat(tuning.arms())
        .extracting(Arm::name)
        .containsExactlyInAnyOrder(
            "ours-model#0",
            "ours-model#2",
            "ours-model#5",
            "item-knn#0",
            "item-knn#2",
            "item-knn#5");
    assertThat(tuning.chosen().keySet())
        .containsExactlyInAnyOrder(BacktestArm.OURS_MODEL, BacktestArm.ITEM_KNN);
    assertThat(tuning.chosen().get(BacktestArm.OURS_MODEL).parameters())
        .isEqualTo(candidates(BacktestArm.OURS_MODEL, 8).get(5));
    assertThat(tuning.chosen().get(BacktestArm.OURS_MODEL).mean()).isCloseTo(0.9, within(1e-12));
  }

  @Test
  void ofEqualCandidatesThePipelinesOwnIsKept() {
    Tuning tuning = tuning(4, 3, BacktestArm.FULL_RETRAIN);
    for (int n = 0; n < 3; n++) {
      tuning.scored(night(tuning, name -> 0.3));
    }

    assertThat(tuning.chosen().get(BacktestArm.FULL_RETRAIN).parameters())
        .isEqualTo(PIPELINE.backtest().arm(BacktestArm.FULL_RETRAIN));
  }

  @Test
  void anotherCandidateIsChosenOnlyWhereItIsBetterBeyondTheNoiseOfTheNights() {
    double[] noise = {0.1, -0.1, 0.12, -0.08, 0.1, -0.1};
    for (double gain : new double[] {0.02, 0.2}) {
      Tuning tuning = tuning(2, noise.length, BacktestArm.FULL_RETRAIN);
      for (double tonight : noise) {
        tuning.scored(night(tuning, name -> name.endsWith("#1") ? 0.3 + gain + tonight : 0.3));
      }
      assertThat(tuning.chosen().get(BacktestArm.FULL_RETRAIN).parameters())
          .isEqualTo(candidates(BacktestArm.FULL_RETRAIN, 2).get(gain > 0.1 ? 1 : 0));
    }
  }

  @Test
  void armsThatFactoriseDrawTheSameModels() {
    List<BacktestDefinition.Arm> ours = candidates(BacktestArm.OURS, 12);
    List<BacktestDefinition.Arm> retrain = candidates(BacktestArm.FULL_RETRAIN_DECAYED, 12);
    for (int n = 0; n < ours.size(); n++) {
      assertThat(model(ours.get(n)).alpha()).isEqualTo(model(retrain.get(n)).alpha());
      assertThat(model(ours.get(n)).decay()).isEqualTo(model(retrain.get(n)).decay());
    }
  }

  private static AlsHyperparameters model(BacktestDefinition.Arm arm) {
    return (AlsHyperparameters) arm.model();
  }

  private static List<BacktestDefinition.Arm> candidates(BacktestArm arm, int count) {
    return SearchSpace.candidates(arm, PIPELINE.backtest().arm(arm), count, PIPELINE.seed());
  }

  @ParameterizedTest
  @EnumSource(BacktestArm.class)
  void candidatesBeginWithThePipelinesOwnAndCanBeWrittenIntoItsFile(BacktestArm arm) {
    List<BacktestDefinition.Arm> candidates = candidates(arm, 12);

    assertThat(candidates.get(0)).isEqualTo(PIPELINE.backtest().arm(arm));
    assertThat(candidates(arm, 12)).isEqualTo(candidates);
    for (BacktestDefinition.Arm candidate : candidates) {
      assertThat(model(candidate).rank()).isEqualTo(model(candidates.get(0)).rank());
      Map<BacktestArm, BacktestDefinition.Arm> one = new EnumMap<>(BacktestArm.class);
      one.put(arm, candidate);
      BacktestDefinition changed = PIPELINE.backtest().with(one);
      String file = "name: shop\n" + String.join("\n", PIPELINE.backtest().changes(changed)) + "\n";

      assertThat(PipelineReader.read("shop.yaml", file).backtest()).as(file).isEqualTo(changed);
    }
  }

  @Test
  void onlyArmsThatFadeEventsAreGivenAHalfLife() {
    assertThat(candidates(BacktestArm.FULL_RETRAIN, 20))
        .allSatisfy(c -> assertThat(model(c).decay().halfLife()).isEmpty());
    assertThat(candidates(BacktestArm.MLLIB_FULL_RETRAIN, 40))
        .extracting(c -> model(c).decay().halfLife().isPresent())
        .contains(true, false);
    assertThat(candidates(BacktestArm.OURS_MODEL, 20))
        .extracting(c -> model(c).nightlySweeps())
        .contains(1, 2);
    AlsHyperparameters own = model(PIPELINE.backtest().arm(BacktestArm.OURS_MODEL));
    assertThat(candidates(BacktestArm.OURS_MODEL, 40))
        .allSatisfy(c -> assertThat(model(c).regParam() / own.regParam()).isBetween(0.0999, 10.01));
  }

  /** Learns nothing: the first night makes it diverge. */
  private static TriedArm diverging(RuntimeException failure) {
    return new TriedArm(
        new Arm() {
          @Override
          public String name() {
            return "ours-model#3";
          }

          @Override
          public Memory memory() {
            return Memory.EVERY_NIGHT;
          }

          @Override
          public Retention retention() {
            return Retention.MEASURED;
          }

          @Override
          public void begin(ReplayedNight base) {}

          @Override
          public Scorer scorer(Audience audience) {
            return null;
          }

          @Override
          public Learnt learn(ReplayedNight night) {
            throw failure;
          }
        });
  }

  @Test
  void divergenceOfACandidateIsKeptAndEndsItsLearning() {
    DivergedTrainingException divergence = new DivergedTrainingException("item", 7);
    TriedArm arm = diverging(divergence);
    assertThat(arm.failure()).isEmpty();
    assertThat(arm.learn(null)).isEqualTo(Arm.Learnt.NOTHING);
    assertThat(arm.failure()).contains(divergence);
    assertThat(arm.learn(null)).isEqualTo(Arm.Learnt.NOTHING);
  }

  @Test
  void faultsOfTheProgramAreNotTakenForDivergence() {
    TriedArm arm = diverging(new IllegalStateException("a fault"));
    assertThatThrownBy(() -> arm.learn(null)).isInstanceOf(IllegalStateException.class);
  }
}
