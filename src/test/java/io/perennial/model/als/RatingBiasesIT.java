package io.perennial.model.als;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.perennial.Progress;
import io.perennial.distillation.DistillationOptions;
import io.perennial.model.FactorRows;
import io.perennial.model.Feedback;
import io.perennial.model.IncompatibleParentException;
import io.perennial.model.TrainingEvents;
import io.perennial.model.TrainingTask;
import io.perennial.model.als.AlsHyperparameters.Solver;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Vectors with biases solve the equations in which the opposite bias is part of the rating. */
class RatingBiasesIT {
  private static final int RANK = 6;
  private static final int ITEMS = 15;
  private static final AlsHyperparameters PARAMETERS =
      AlsParameters.biased(RANK, new RatingBiases(true, 2, 3), Solver.LOCAL);
  private final TrainingEvents events =
      new TrainingEvents().random(500, 40, ITEMS, 0, Feedback.EXPLICIT, 5).add(60, 2, 0, 0);

  private AlsModel learnt() {
    return new AlsTrainer(PARAMETERS, DistillationOptions.RATINGS)
        .train(
            new TrainingTask<>(
                events.dataset(2),
                Optional.empty(),
                Optional.empty(),
                TrainingEvents.day(1),
                3,
                Progress.SILENT));
  }

  /** The last rating of each pair; of those at the same instant, the highest. */
  private Map<Integer, Map<Integer, Double>> byItem() {
    Map<Integer, Map<Integer, Double>> ratings = new HashMap<>();
    for (TrainingEvents.Event e : events.events()) {
      ratings.computeIfAbsent(e.item(), i -> new HashMap<>()).merge(e.user(), e.value(), Math::max);
    }
    return ratings;
  }

  @Test
  void itemsSolveTheRatingsLessTheBiasesOfTheirUsers() {
    AlsModel model = learnt();
    FactorRows users = model.users().all();
    double mean =
        byItem().values().stream()
            .flatMap(ratings -> ratings.values().stream())
            .mapToDouble(Double::doubleValue)
            .average()
            .orElseThrow();
    assertThat(model.meanRating()).hasValue(mean);
    for (Map.Entry<Integer, Map<Integer, Double>> item : byItem().entrySet()) {
      DenseCatalogue taste = new DenseCatalogue(RANK - 1);
      for (Map.Entry<Integer, Double> rating : item.getValue().entrySet()) {
        double[] user = DenseCatalogue.row(users, rating.getKey());
        assertThat(user[RANK - 1]).isEqualTo(1);
        double[] known = Arrays.copyOf(user, RANK - 1);
        known[RANK - 2] = 1;
        taste.add(known, 1, rating.getValue() - user[RANK - 2] - mean);
      }
      double ridge = PARAMETERS.regParam() * item.getValue().size();
      for (int c = 0; c < RANK - 1; c++) {
        double[] axis = new double[RANK - 1];
        axis[c] = 1;
        taste.add(axis, c < RANK - 2 ? ridge : 3, 0);
      }
      double[] solved = taste.solve();
      double[] row = DenseCatalogue.row(model.items(), item.getKey());
      assertThat(row[RANK - 2]).isEqualTo(1);
      assertThat(row[RANK - 1]).isCloseTo(mean + solved[RANK - 2], within(2e-4));
      assertThat(Arrays.copyOf(row, RANK - 2))
          .containsExactly(Arrays.copyOf(solved, RANK - 2), within(2e-4));
    }
  }

  @Test
  void aParentWithoutBiasesIsRefusedWithWhatToDo() {
    AlsModel plain = AlsModel.of(learnt().users().all(), learnt().items(), Feedback.EXPLICIT);
    assertThatThrownBy(
            () ->
                new AlsTrainer(PARAMETERS, DistillationOptions.RATINGS)
                    .train(
                        new TrainingTask<>(
                            events.dataset(1),
                            Optional.of(plain),
                            Optional.of(events.history()),
                            TrainingEvents.day(2),
                            3,
                            Progress.SILENT)))
        .isInstanceOf(IncompatibleParentException.class)
        .hasMessageContaining("model.biases.learnt");
  }

  @Test
  void biasesAreForRatings() {
    assertThatThrownBy(() -> AlsParameters.biased(2, RatingBiases.LEARNT, Solver.LOCAL))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("model.biases.learnt");
    assertThatThrownBy(() -> new RatingBiases(true, -1, 1))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
