package io.perennial.model.als;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.perennial.Progress;
import io.perennial.distillation.DistillationOptions;
import io.perennial.model.CorruptStateException;
import io.perennial.model.DatasetFactorTable;
import io.perennial.model.FactorRows;
import io.perennial.model.FactorTable;
import io.perennial.model.Feedback;
import io.perennial.model.IncompatibleParentException;
import io.perennial.model.MemoryFactorTable;
import io.perennial.model.ModelState;
import io.perennial.model.NoTrainingEventsException;
import io.perennial.model.OverlaidFactorTable;
import io.perennial.model.TrainingEvents;
import io.perennial.model.TrainingTask;
import io.perennial.model.als.AlsHyperparameters.Solver;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AlsTrainerIT {
  private final TrainingEvents base =
      new TrainingEvents().random(500, 40, 30, 0, Feedback.IMPLICIT, 41);

  private static AlsModel train(
      int rank, Solver solver, TrainingEvents events, Optional<AlsModel> parent) {
    return new AlsTrainer(AlsParameters.ials(rank, solver), DistillationOptions.DEFAULT)
        .train(
            new TrainingTask<>(
                events.dataset(1),
                parent,
                parent.map(p -> new TrainingEvents().history()),
                TrainingEvents.day(1),
                2,
                Progress.SILENT));
  }

  @Test
  void noEventsFromScratchIsSaidPlainly() {
    for (Solver solver : Solver.values()) {
      assertThatThrownBy(() -> train(4, solver, new TrainingEvents(), Optional.empty()))
          .isInstanceOf(NoTrainingEventsException.class)
          .hasMessageContaining("no events");
    }
  }

  @Test
  void parentOfAnotherRankIsRefused() {
    AlsModel parent = train(4, Solver.LOCAL, base, Optional.empty());
    assertThatThrownBy(() -> train(5, Solver.LOCAL, base, Optional.of(parent)))
        .isInstanceOf(IncompatibleParentException.class)
        .hasMessageContaining("model.rank is 4, the pipeline file says 5");
  }

  @Test
  void valuesThatAreNoNumbersNeverReachAModel() {
    TrainingEvents poisoned = new TrainingEvents().add(1, 1, Double.NaN, 0).add(1, 2, 3, 0);
    AlsHyperparameters parameters = AlsParameters.mllib(3, 2, 0.1, 1, false, Solver.LOCAL);
    assertThatThrownBy(
            () ->
                new AlsTrainer(parameters, DistillationOptions.DEFAULT)
                    .train(
                        new TrainingTask<>(
                            poisoned.dataset(1),
                            Optional.empty(),
                            Optional.empty(),
                            TrainingEvents.day(1),
                            2,
                            Progress.SILENT)))
        .isInstanceOf(DivergedTrainingException.class)
        .hasMessageContaining("user index 1");
  }

  @Test
  void rowsKeepCountOfTheirEvents() {
    AlsModel parent = train(4, Solver.LOCAL, base, Optional.empty());
    TrainingEvents night = new TrainingEvents().add(3, 5, 1, 1).add(3, 6, 1, 1).add(3, 5, 1, 1);
    AlsModel child = train(4, Solver.LOCAL, night, Optional.of(parent));
    assertThat(count(child.users(), 3)).isEqualTo(count(parent.users(), 3) + 3);
    assertThat(count(child.users(), 4)).isEqualTo(count(parent.users(), 4));
    FactorTable items = new MemoryFactorTable(child.items());
    assertThat(count(items, 5)).isEqualTo(count(new MemoryFactorTable(parent.items()), 5) + 2);
    assertThat(child.changedUsers().orElseThrow().all().indices()).containsExactly(3);
    assertThat(child.changedItems().orElseThrow().all().indices()).containsExactly(5, 6);
  }

  private static float count(FactorTable table, int index) {
    return table.rows(new int[] {index}).eventCounts()[0];
  }

  @Test
  void rowsPassThroughDatasetsUnchanged() {
    AlsModel parent = train(4, Solver.LOCAL, base, Optional.empty());
    FactorRows all = parent.users().all();
    FactorTable far = new DatasetFactorTable(parent.users().dataset(), 4, all.size());
    assertThat(far.all().indices()).isEqualTo(all.indices());
    assertThat(far.all().values()).isEqualTo(all.values());
    assertThat(far.rows(new int[] {2, 3, 999}).indices()).containsExactly(2, 3);
    FactorRows newer =
        new FactorRows(4, new int[] {3, 999}, new float[] {1, 2, 3, 4, 5, 6, 7, 8}, new float[2]);
    FactorTable overlaid = new OverlaidFactorTable(far, new MemoryFactorTable(newer), 1);
    FactorRows expected = all.overlaidBy(newer);
    FactorTable back = new DatasetFactorTable(overlaid.dataset(), 4, overlaid.size());
    assertThat(back.all().indices()).isEqualTo(expected.indices());
    assertThat(back.all().values()).isEqualTo(expected.values());
    assertThat(overlaid.rows(new int[] {2, 3, 999}).values())
        .isEqualTo(new MemoryFactorTable(expected).rows(new int[] {2, 3, 999}).values());
    assertThat(overlaid.size()).isEqualTo(expected.size());
  }

  @Test
  void stateThatDoesNotFitItsRowsIsRefused() {
    AlsModel model = train(4, Solver.LOCAL, base, Optional.empty());
    ModelState state = new AlsCodec().encode(model);
    Map<String, double[]> arrays = new HashMap<>(state.arrays());
    arrays.remove("item_gramian");
    assertThatThrownBy(
            () ->
                new AlsCodec()
                    .decode(
                        new ModelState(
                            state.family(),
                            state.users(),
                            state.items(),
                            Optional.empty(),
                            Optional.empty(),
                            arrays,
                            state.attributes())))
        .isInstanceOf(CorruptStateException.class)
        .hasMessageContaining("item_gramian is missing");
  }
}
