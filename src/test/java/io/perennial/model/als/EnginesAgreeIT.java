package io.perennial.model.als;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.perennial.Progress;
import io.perennial.distillation.DistillationOptions;
import io.perennial.distillation.DistillationOptions.Update;
import io.perennial.model.FactorRows;
import io.perennial.model.FactorTable;
import io.perennial.model.Feedback;
import io.perennial.model.TrainingEvents;
import io.perennial.model.TrainingTask;
import io.perennial.model.als.AlsHyperparameters.Solver;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The distributed engine gives what the driver's own gives, whatever the blocks. */
class EnginesAgreeIT {
  private static AlsHyperparameters parameters(Feedback feedback, Solver solver, int blocks) {
    AlsHyperparameters p =
        feedback == Feedback.IMPLICIT
            ? AlsParameters.ials(8, solver)
            : AlsParameters.biased(8, RatingBiases.LEARNT, solver);
    return new AlsHyperparameters(
        p.rank(),
        p.maxIter(),
        p.nightlySweeps(),
        p.regParam(),
        p.regScaling(),
        p.implicitPrefs(),
        p.alpha(),
        p.confidence(),
        p.unobservedWeight(),
        p.decay(),
        blocks,
        p.solver(),
        p.initialScale(),
        p.serving(),
        p.itemHalfLife(),
        p.biases());
  }

  private static TrainingEvents base(Feedback feedback) {
    return new TrainingEvents().random(1200, 80, 50, 0, feedback, 21);
  }

  private static AlsModel fromScratch(AlsHyperparameters parameters, int partitions) {
    return fromScratch(parameters, itemsOf(parameters.solver()), partitions);
  }

  /** Items in blocks keep no sums. */
  private static Update itemsOf(Solver solver) {
    return solver == Solver.BLOCKS ? Update.DISTILLED : Update.SUMS;
  }

  private static AlsModel fromScratch(AlsHyperparameters parameters, Update items, int partitions) {
    Feedback feedback = parameters.implicitPrefs() ? Feedback.IMPLICIT : Feedback.EXPLICIT;
    return new AlsTrainer(parameters, DistillationOptions.DEFAULT.withItems(items))
        .train(
            new TrainingTask<>(
                base(feedback).dataset(partitions),
                Optional.empty(),
                Optional.empty(),
                TrainingEvents.day(1),
                5,
                Progress.SILENT));
  }

  private static AlsModel night(
      AlsModel parent, AlsHyperparameters parameters, DistillationOptions options, int partitions) {
    Feedback feedback = parameters.implicitPrefs() ? Feedback.IMPLICIT : Feedback.EXPLICIT;
    return new AlsTrainer(parameters, options)
        .train(
            new TrainingTask<>(
                new TrainingEvents()
                    .random(100, 30, 50, 1, feedback, 22)
                    .add(90, 3, 4, 1)
                    .add(91, 55, 4, 1)
                    .add(2, 55, 3, 1)
                    .dataset(partitions),
                Optional.of(parent),
                Optional.of(base(feedback).history()),
                TrainingEvents.day(2),
                5,
                Progress.SILENT));
  }

  private static void assertSame(FactorRows actual, FactorRows expected) {
    assertThat(actual.indices()).isEqualTo(expected.indices());
    assertThat(actual.eventCounts()).isEqualTo(expected.eventCounts());
    assertThat(actual.values()).containsExactly(expected.values(), within(1e-5f));
  }

  private static void assertSame(FactorTable actual, FactorTable expected) {
    FactorRows rows = actual.all();
    assertThat(rows.indices()).isEqualTo(expected.all().indices());
    assertThat(rows.eventCounts()).isEqualTo(expected.all().eventCounts());
    assertThat(rows.values()).containsExactly(expected.all().values(), within(1e-3f));
  }

  private static void assertSame(AlsModel actual, AlsModel expected) {
    assertSame(actual.items(), expected.items());
    assertSame(actual.users().all(), expected.users().all());
    assertThat(actual.users().size()).isEqualTo(expected.users().size());
    assertThat(actual.userGramian().values())
        .containsExactly(expected.userGramian().values(), within(1e-3));
    assertThat(actual.userGramian().weight()).isEqualTo(expected.userGramian().weight());
  }

  @ParameterizedTest
  @CsvSource({"IMPLICIT, SPARK", "IMPLICIT, BLOCKS", "EXPLICIT, SPARK", "EXPLICIT, BLOCKS"})
  void enginesAgreeFromScratchAndOnANight(Feedback feedback, Solver solver) {
    AlsHyperparameters local = parameters(feedback, Solver.LOCAL, 1);
    Update items = itemsOf(solver);
    AlsModel expected = fromScratch(local, items, 1);
    for (int blocks : new int[] {1, 2, 8}) {
      AlsHyperparameters spark = parameters(feedback, solver, blocks);
      AlsModel actual = fromScratch(spark, blocks);
      assertSame(actual, expected);
      if (items == Update.SUMS) {
        assertSame(actual.itemSums().orElseThrow().all(), expected.itemSums().orElseThrow().all());
      }
      for (DistillationOptions options :
          List.of(
              new DistillationOptions(0.3, 0.5, 20, Update.DISTILLED, Update.DISTILLED),
              new DistillationOptions(0.3, 0.5, 20, Update.EXACT, Update.DISTILLED),
              new DistillationOptions(0.3, 0.5, 20, Update.EXACT, items))) {
        AlsModel warm = night(actual, spark, options, blocks);
        AlsModel warmLocally = night(expected, local, options, 1);
        assertSame(warm, warmLocally);
        assertSame(
            warm.changedUsers().orElseThrow().all(),
            warmLocally.changedUsers().orElseThrow().all());
        assertSame(
            warm.changedItems().orElseThrow().all(),
            warmLocally.changedItems().orElseThrow().all());
        if (options.items() == Update.SUMS) {
          assertSame(
              warm.itemSums().orElseThrow().all(), warmLocally.itemSums().orElseThrow().all());
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"SPARK", "BLOCKS"})
  void rowsOfADistributedModelAreReadByIndex(Solver solver) {
    AlsHyperparameters spark = parameters(Feedback.IMPLICIT, solver, 3);
    AlsModel parent = fromScratch(spark, 2);
    AlsModel child = night(parent, spark, DistillationOptions.DEFAULT, 2);
    FactorRows rows = child.users().rows(new int[] {1, 70, 91, 5000});
    assertThat(rows.indices()).containsExactly(1, 70, 91);
    FactorRows all = child.users().all();
    for (int n = 0; n < rows.size(); n++) {
      int at = all.position(rows.indices()[n]);
      for (int c = 0; c < rows.rank(); c++) {
        assertThat(rows.values()[n * rows.rank() + c])
            .isEqualTo(all.values()[at * rows.rank() + c]);
      }
    }
    assertThat(child.users().dataset().count()).isEqualTo(child.users().size());
  }

  @ParameterizedTest
  @EnumSource(names = {"SPARK", "BLOCKS"})
  void aConditionMetOnAnExecutorIsThrownAsItself(Solver solver) {
    AlsHyperparameters unregularised = AlsParameters.mllib(20, 1, 0, 1, false, solver);
    assertThatThrownBy(() -> fromScratch(unregularised, 2))
        .isInstanceOf(NotPositiveDefiniteException.class)
        .hasMessageContaining("regParam");
  }

  @Test
  void sumsOfItemsInBlocksAreRefusedWithTheWayOut() {
    AlsHyperparameters blocks = parameters(Feedback.IMPLICIT, Solver.BLOCKS, 2);
    assertThatThrownBy(() -> fromScratch(blocks, Update.SUMS, 2))
        .isInstanceOf(TooManySumsException.class)
        .hasMessageContaining("distillation.items");
  }

  @Test
  void driverTakesWhatFitsHalfOfItsHeap() {
    assertThat(EngineChoice.localPairs(32, Long.MAX_VALUE / 4)).isEqualTo(EngineChoice.LOCAL_PAIRS);
    assertThat(EngineChoice.localPairs(64, 1L << 30)).isLessThan(1_000_000);
  }
}
