package io.perennial.model.als;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.perennial.Progress;
import io.perennial.distillation.DistillationOptions;
import io.perennial.distillation.DistillationOptions.Update;
import io.perennial.model.DatasetFactorTable;
import io.perennial.model.FactorRows;
import io.perennial.model.FarTable;
import io.perennial.model.Feedback;
import io.perennial.model.ModelState;
import io.perennial.model.Scorer;
import io.perennial.model.TrainingEvents;
import io.perennial.model.TrainingTask;
import io.perennial.model.als.AlsHyperparameters.Solver;
import io.perennial.model.history.InteractionHistory;
import io.perennial.model.history.ItemCounts;
import io.perennial.model.history.ItemStatistics;
import io.perennial.model.history.Past;
import io.perennial.model.scoring.DistributedFactors;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** With the solver in blocks, a night never brings the catalogue's vectors to the driver. */
class ItemsOnExecutorsIT {
  private static final int USERS = 60;
  private static final int ITEMS = 120;
  private static final DistillationOptions OPTIONS =
      new DistillationOptions(0.3, 0.5, 20, Update.EXACT, Update.DISTILLED);

  private static AlsFamily family(Feedback feedback, Solver solver) {
    return new AlsFamily(
        feedback == Feedback.IMPLICIT
            ? AlsParameters.ials(8, solver)
            : AlsParameters.biased(8, RatingBiases.LEARNT, solver),
        OPTIONS);
  }

  private static AlsFamily fading(Solver solver) {
    return new AlsFamily(
        AlsParameters.ials(8, solver).withItemHalfLife(Optional.of(Duration.ofDays(9))), OPTIONS);
  }

  private static TrainingEvents base(Feedback feedback) {
    return new TrainingEvents().random(1500, USERS, ITEMS, 0, feedback, 41);
  }

  private static AlsModel fromScratch(AlsFamily family) {
    return family
        .trainer()
        .train(
            new TrainingTask<>(
                base(family.feedback()).dataset(2),
                Optional.empty(),
                Optional.empty(),
                TrainingEvents.day(1),
                5,
                Progress.SILENT));
  }

  private static AlsModel night(AlsFamily family, AlsModel parent) {
    return family
        .trainer()
        .train(
            new TrainingTask<>(
                new TrainingEvents()
                    .random(120, USERS, ITEMS, 1, family.feedback(), 42)
                    .add(USERS + 4, 3, 4, 1)
                    .add(USERS + 4, ITEMS + 7, 4, 1)
                    .dataset(2),
                Optional.of(parent),
                Optional.of(base(family.feedback()).history()),
                TrainingEvents.day(2),
                5,
                Progress.SILENT,
                Optional.of(statistics())));
  }

  /** Half of the items were taken last on day 0, the others long before. */
  private static ItemStatistics statistics() {
    float[] counts = new float[ITEMS];
    Arrays.fill(counts, 3);
    long[] last = new long[ITEMS];
    for (int item = 0; item < ITEMS; item++) {
      last[item] = TrainingEvents.day(item % 2 == 0 ? 0 : -20).toEpochMilli();
    }
    return ItemCounts.of(counts, counts.clone(), last);
  }

  /** As a version that a night reads: the items lie where nobody may bring them home from. */
  private static AlsModel stored(AlsFamily family, AlsModel model) {
    ModelState state = family.codec().encode(model);
    return family
        .codec()
        .decode(
            new ModelState(
                state.family(),
                state.users(),
                new FarTable(
                    new DatasetFactorTable(
                        state.items().dataset(), model.rank(), state.items().size())),
                Optional.empty(),
                Optional.empty(),
                state.arrays(),
                state.attributes()));
  }

  private static FactorRows items(ModelState state) {
    return new DatasetFactorTable(state.items().dataset(), state.items().rank(), 0).all();
  }

  private static void assertSame(FactorRows actual, FactorRows expected) {
    assertThat(actual.indices()).isEqualTo(expected.indices());
    assertThat(actual.eventCounts()).isEqualTo(expected.eventCounts());
    assertThat(actual.values()).containsExactly(expected.values(), within(1e-5f));
  }

  private static void assertSame(AlsFamily family, AlsModel far, AlsModel near) {
    ModelState written = family.codec().encode(far);
    assertSame(items(written), near.items());
    assertThat(written.items().size()).isEqualTo(near.items().size());
    assertThat(written.items().capacity()).isEqualTo(near.items().capacity());
    assertThat(written.attributes()).containsEntry("items", "" + near.items().size());
    assertThat(far.itemGramian().values())
        .containsExactly(near.itemGramian().values(), within(1e-3));
    assertThat(far.itemGramian().weight()).isEqualTo(near.itemGramian().weight(), within(1e-9));
    assertThat(far.isFinite()).isTrue();
  }

  @ParameterizedTest
  @EnumSource(Feedback.class)
  void nightsAreReadTrainedAndWrittenWithoutACatalogueInTheDriver(Feedback feedback) {
    AlsFamily blocks = family(feedback, Solver.BLOCKS);
    AlsFamily local = family(feedback, Solver.LOCAL);
    AlsModel near = fromScratch(local);
    AlsModel far = fromScratch(blocks);
    assertSame(blocks, far, near);
    AlsModel nearNight = night(local, near);
    AlsModel farNight = night(blocks, stored(blocks, far));
    assertSame(blocks, farNight, nearNight);
    assertSame(
        farNight.changedItems().orElseThrow().all(), nearNight.changedItems().orElseThrow().all());
    assertThat(farNight.changedItems().orElseThrow().size())
        .isEqualTo(nearNight.changedItems().orElseThrow().size())
        .isLessThan(ITEMS);
    assertThat(farNight.scorer(new int[] {1, 2})).isInstanceOf(DistributedFactors.class);
  }

  @Test
  void itemsFadeOnExecutorsAndAreKeptUnfaded() {
    AlsFamily blocks = fading(Solver.BLOCKS);
    AlsFamily local = fading(Solver.LOCAL);
    AlsModel near = fromScratch(local);
    AlsModel far = stored(blocks, fromScratch(blocks));
    AlsModel nearServed = local.asOf(near, statistics(), TrainingEvents.day(30));
    AlsModel farServed = blocks.asOf(far, statistics(), TrainingEvents.day(30));
    assertThat(nearServed.items().values()).isNotEqualTo(near.items().values());
    assertSame(blocks, farServed, nearServed);
    assertSame(blocks, night(blocks, far), night(local, near));
  }

  @Test
  void usersAreSolvedAnewAgainstTheItemsThatTheyHad() {
    AlsHyperparameters fresh =
        AlsParameters.ials(8, Solver.BLOCKS)
            .with(
                new Serving(
                    Serving.Users.FRESH,
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty()));
    AlsFamily blocks = new AlsFamily(fresh, OPTIONS);
    AlsModel model = fromScratch(blocks);
    int[] users = {1, 5, 9};
    InteractionHistory history = base(Feedback.IMPLICIT).history().rows(users);
    List<Past> pasts =
        IntStream.of(users)
            .mapToObj(
                user ->
                    Past.of(history, user, blocks.decay(), TrainingEvents.day(2).toEpochMilli()))
            .toList();
    DistributedFactors far =
        (DistributedFactors)
            blocks.served(stored(blocks, model), users, pasts, TrainingEvents.day(2));
    Scorer near =
        AlsModel.of(model.users().all(), model.items(), Feedback.IMPLICIT)
            .scorer(
                blocks
                    .foldIn(model, TrainingEvents.day(2))
                    .vectors(
                        InteractionHistory.of(users, pasts, TrainingEvents.day(2).toEpochMilli())));
    int[][] wanted = {{0, 3, ITEMS + 50}, {7}, {}};
    float[][] scores = far.scores(users, wanted);
    float[] row = new float[near.itemCount()];
    for (int n = 0; n < users.length; n++) {
      near.score(new int[] {users[n]}, row);
      for (int p = 0; p < wanted[n].length; p++) {
        if (wanted[n][p] < row.length && near.knowsItem(wanted[n][p])) {
          assertThat(scores[n][p]).isEqualTo(row[wanted[n][p]], within(1e-5f));
        } else {
          assertThat(scores[n][p]).isNaN();
        }
      }
    }
  }
}
