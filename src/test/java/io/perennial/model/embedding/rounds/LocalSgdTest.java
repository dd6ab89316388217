package io.perennial.model.embedding.rounds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.perennial.Progress;
import io.perennial.model.FactorRows;
import io.perennial.model.TrainingLoss;
import io.perennial.model.embedding.replay.ReplayWeight;
import io.perennial.model.embedding.rounds.LocalSgd.Trained;
import io.perennial.model.embedding.rounds.RoundInput.Shared;
import io.perennial.model.embedding.step.Adam;
import io.perennial.model.embedding.step.ItemChances;
import io.perennial.model.embedding.step.Objective;
import io.perennial.model.embedding.step.ParameterRows;
import io.perennial.model.embedding.step.Parameters;
import io.perennial.model.embedding.step.Recipe;
import io.perennial.model.embedding.step.RowEvidence;
import io.perennial.model.embedding.step.Similarity;
import io.perennial.model.embedding.step.StillRows;
import io.perennial.model.embedding.step.Teaching;
import io.perennial.model.embedding.step.TrainingStep;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LocalSgdTest {
  private static final int USERS = 40;
  private static final int ITEMS = 30;
  private static final int EPOCHS = 4;
  private static final int BATCH = 16;

  private static final Schedule COSINE = new Schedule(Schedule.Kind.COSINE, 0.2);

  private static Recipe recipe(Objective objective) {
    return new Recipe(
        objective, Similarity.COSINE, 4, true, 0.3, 5, 0.5, Adam.DEFAULT, 0, 0.1, 0.5, 0.1, 0);
  }

  private static EventRows events() {
    SplittableRandom random = new SplittableRandom(9);
    int size = 500;
    EventRows events =
        new EventRows(
            new int[size], new int[size], new float[size], new float[size], new long[size]);
    for (int n = 0; n < size; n++) {
      events.users()[n] = random.nextInt(USERS);
      events.items()[n] = random.nextInt(ITEMS);
      boolean alike = events.users()[n] % 3 == events.items()[n] % 3;
      events.values()[n] = (alike ? 4 : 2) + (float) random.nextGaussian() / 2;
      events.weights()[n] = 1f;
      events.times()[n] = n * 3_600_000L;
    }
    return events.sorted();
  }

  /** Holds the newest events back. */
  private static Beginning beginning(Recipe recipe, double share) {
    int[] items = new int[ITEMS];
    Arrays.setAll(items, n -> n);
    boolean[] touched = new boolean[ITEMS];
    Arrays.fill(touched, true);
    HeldBack held =
        share == 0
            ? HeldBack.NOTHING
            : new HeldBack(HourCounts.of(events()).newest(share).orElseThrow(), touched);
    return new Beginning(recipe, 1, new float[0], items, held, ReplayWeight.FULL, touched, 3);
  }

  private static List<WorkerState> states(Beginning beginning, int workers) {
    EventRows events = events();
    int width = beginning.recipe().width();
    List<WorkerState> states = new ArrayList<>();
    for (int id = 0; id < workers; id++) {
      int worker = id;
      int[] rows =
          IntStream.range(0, events.size())
              .filter(n -> Partition.worker(events.users()[n], workers) == worker)
              .toArray();
      states.add(
          beginning.worker(
              id,
              events.some(rows),
              EventRows.none(),
              FactorRows.empty(width),
              FactorRows.empty(2 * width)));
    }
    return states;
  }

  private static Shared shared(Beginning beginning) {
    int width = beginning.recipe().width();
    return new Shared(
        beginning.items(FactorRows.empty(width), FactorRows.empty(2 * width), new float[0]),
        Parameters.denseUnit(1, 3),
        ParameterRows.fresh(1, new float[1]));
  }

  private static Course course(Recipe recipe, int rounds, int epochs, Schedule schedule) {
    float[] counts = new float[ITEMS];
    Arrays.fill(counts, 15f);
    return new Course(
        recipe,
        Teaching.NONE,
        TaughtItems.NOBODY,
        new int[0],
        schedule,
        epochs,
        rounds,
        BATCH,
        3,
        new ItemChances(counts, counts, 0.5),
        counts,
        StillRows.NONE);
  }

  /** Everything that a training leaves behind. */
  private record Left(
      FactorRows users, FactorRows moments, Shared shared, List<TrainingLoss> losses, int best) {}

  private static Left train(
      Recipe recipe, int workers, int threads, int rounds, EarlyStopping stopping, int epochs) {
    // With what is held back, a training that ends early takes the steps of a shorter one.
    Schedule schedule = stopping.share() > 0 ? Schedule.CONSTANT : COSINE;
    Beginning beginning = beginning(recipe, stopping.share());
    try (Workers all = new LocalWorkers(states(beginning, workers), threads)) {
      Trained trained =
          new LocalSgd(course(recipe, rounds, epochs, schedule), stopping)
              .train(all, shared(beginning), Progress.SILENT);
      int width = recipe.width();
      return new Left(
          all.rows(UserRows::values, width, USERS).all(),
          all.rows(UserRows::moments, 2 * width, USERS).all(),
          trained.shared(),
          trained.losses(),
          trained.best());
    }
  }

  private static void assertSame(Left actual, Left expected) {
    assertThat(actual.users().values()).isEqualTo(expected.users().values());
    assertThat(actual.moments().values()).isEqualTo(expected.moments().values());
    assertThat(actual.shared()).isEqualTo(expected.shared());
  }

  @Test
  void oneWorkerIsPlainMiniBatchTraining() {
    for (Objective objective : Objective.values()) {
      Recipe recipe = recipe(objective);
      Left left = train(recipe, 1, 1, 1, EarlyStopping.NEVER, EPOCHS);
      Beginning beginning = beginning(recipe, 0);
      WorkerState state = states(beginning, 1).get(0);
      Shared shared = shared(beginning);
      Course course = course(recipe, 1, EPOCHS, COSINE);
      Parameters parameters =
          new Parameters(
              state.users().copy(), shared.items(), shared.dense(), shared.discriminator());
      try (TrainingStep step =
          new TrainingStep(
              recipe,
              parameters,
              StillRows.NONE,
              new RowEvidence(state.evidence(), course.itemEvidence()),
              course.chances(),
              Optional.empty(),
              Teaching.NONE,
              new int[0])) {
        int size = state.training().size();
        int batches = (size + BATCH - 1) / BATCH;
        double all = EPOCHS * (double) batches;
        for (int epoch = 0; epoch < EPOCHS; epoch++) {
          int[] order = Round.order(size, Partition.seed(3, 0, epoch));
          for (int b = 0; b < batches; b++) {
            step.learn(
                state.training(),
                order,
                b * BATCH,
                Math.min(size, (b + 1) * BATCH),
                0.001 * course.schedule().factor((epoch * (double) batches + b) / all, 1 / all),
                new SplittableRandom(Partition.seed(3, 0, epoch, b)));
          }
        }
      }
      assertThat(left.users().values()).isEqualTo(parameters.users().values());
      assertThat(left.shared().items()).isEqualTo(parameters.items());
      assertThat(left.shared().dense()).isEqualTo(parameters.dense());
    }
  }

  @Test
  void whereAnEpochIsCutMakesNoDifferenceToOneWorker() {
    for (Objective objective : Objective.values()) {
      Recipe recipe = recipe(objective);
      assertSame(
          train(recipe, 1, 1, 5, EarlyStopping.NEVER, EPOCHS),
          train(recipe, 1, 1, 1, EarlyStopping.NEVER, EPOCHS));
    }
  }

  @Test
  void threadsMakeNoDifference() {
    Recipe recipe = recipe(Objective.SOFTMAX);
    assertSame(
        train(recipe, 5, 4, 2, EarlyStopping.NEVER, EPOCHS),
        train(recipe, 5, 1, 2, EarlyStopping.NEVER, EPOCHS));
  }

  @Test
  void severalWorkersLearnToo() {
    Recipe recipe = recipe(Objective.RATING);
    List<TrainingLoss> losses = train(recipe, 3, 2, 2, EarlyStopping.NEVER, 60).losses();
    double first = losses.get(0).value();
    double last = losses.get(losses.size() - 2).value();
    assertThat(losses.get(losses.size() - 2).part()).isEqualTo(TrainingLoss.TRAINING);
    assertThat(last).isLessThan(0.97 * first);
  }

  @Test
  void bestEpochIsRestored() {
    Recipe recipe = recipe(Objective.RATING);
    Recipe fast =
        new Recipe(
            recipe.objective(),
            recipe.similarity(),
            recipe.dimension(),
            true,
            1,
            0,
            1,
            Adam.DEFAULT.withLearningRate(0.05),
            0,
            0,
            0,
            0,
            0);
    EarlyStopping stopping = new EarlyStopping(0.3, 3, false);
    Left stopped = train(fast, 1, 1, 1, stopping, 200);
    List<TrainingLoss> validation =
        stopped.losses().stream().filter(l -> l.part().equals(TrainingLoss.VALIDATION)).toList();
    int best = 0;
    for (int n = 0; n < validation.size(); n++) {
      if (validation.get(n).value() < validation.get(best).value()) {
        best = n;
      }
    }
    assertThat(best).isPositive();
    assertThat(validation).hasSize(best + 1 + 3);
    assertThat(stopped.best()).isEqualTo(best);
    // The same training that ends at that epoch leaves the same behind; its rate is constant.
    Left ended = train(fast, 1, 1, 1, new EarlyStopping(0.3, 200, false), best);
    assertThat(stopped.shared().items()).isEqualTo(ended.shared().items());
    assertThat(stopped.users().values()).isEqualTo(ended.users().values());
  }

  @Test
  void theNewestAreHeldBackAndThoseOfWhomNothingIsLearntTellNothing() {
    EventRows events = events();
    long from = HourCounts.of(events).newest(0.3).orElseThrow();
    boolean[] older = new boolean[ITEMS];
    Arrays.fill(older, true);
    older[7] = false;
    int[] items = IntStream.range(0, ITEMS).toArray();
    Beginning beginning =
        new Beginning(
            recipe(Objective.SOFTMAX),
            1,
            new float[0],
            items,
            new HeldBack(from, older),
            ReplayWeight.FULL,
            older,
            3);
    WorkerState state = states(beginning, 1).get(0);
    assertThat(state.training().size() + state.validation().size()).isEqualTo(events.size());
    assertThat(state.validation().size()).isEqualTo(events.size() * 3 / 10);
    assertThat(Arrays.stream(state.trainingTimes())).allMatch(time -> time < from);
    assertThat(Arrays.stream(state.validationTimes())).allMatch(time -> time >= from);
    assertThat(state.measured()).isPositive();
    int[] held = state.validation().items();
    assertThat(Arrays.copyOf(held, state.measured())).doesNotContain(7);
    assertThat(Arrays.copyOfRange(held, state.measured(), held.length)).contains(7);
  }

  @Test
  void combinedRowIsTheMeanByStepsAndALoneOneIsTaken() {
    ParameterRows before = ParameterRows.fresh(1, new float[] {0, 0, 7});
    Shared shared = new Shared(before, Parameters.denseUnit(1, 0), before.some(new int[] {0}));
    RoundResult one = result(new int[] {0, 1}, new float[] {1, 5}, new int[] {1, 2}, shared);
    RoundResult two = result(new int[] {0}, new float[] {4}, new int[] {3}, shared);
    Shared combined = Combination.of(shared, List.of(one, two));
    assertThat(combined.items().values()).containsExactly((1 + 3 * 4) / 4f, 5f, 7f);
    assertThat(combined.items().steps()).containsExactly(3, 2, 0);
  }

  private static RoundResult result(int[] rows, float[] values, int[] moves, Shared shared) {
    ParameterRows items =
        new ParameterRows(
            1, values, new float[values.length], new float[values.length], moves.clone());
    return new RoundResult(rows, items, moves, shared.dense(), shared.discriminator(), 1, null);
  }

  @Test
  void scheduleRisesAndFalls() {
    Schedule cosine = new Schedule(Schedule.Kind.COSINE, 0.1);
    assertThat(cosine.factor(0, 0.01)).isCloseTo(0.1, within(1e-9));
    assertThat(cosine.factor(0.09, 0.01)).isCloseTo(1, within(1e-9));
    assertThat(cosine.factor(0.55, 0.01)).isCloseTo(0.5, within(1e-9));
    assertThat(Schedule.CONSTANT.factor(0.99, 0.01)).isEqualTo(1);
  }
}
