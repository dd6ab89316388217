package io.perennial.model.als;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.perennial.Progress;
import io.perennial.distillation.DistillationOptions;
import io.perennial.distillation.DistillationOptions.Update;
import io.perennial.model.FactorRows;
import io.perennial.model.Feedback;
import io.perennial.model.TrainingEvents;
import io.perennial.model.TrainingTask;
import io.perennial.model.als.AlsHyperparameters.RegScaling;
import io.perennial.model.als.AlsHyperparameters.Solver;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The closed form equals the distillation summed explicitly over the whole catalogue. */
class ScoreDistillationIT {
  private static final int USERS = 50;
  private static final int ITEMS = 35;
  private static final double TOLERANCE = 2e-4;
  private final TrainingEvents base =
      new TrainingEvents().random(700, USERS, ITEMS, 0, Feedback.IMPLICIT, 11);
  private final TrainingEvents night =
      new TrainingEvents()
          .random(50, 20, ITEMS, 1, Feedback.IMPLICIT, 12)
          .add(USERS + 1, 4, 1, 1)
          .add(USERS + 1, 9, 1, 1)
          .add(USERS + 2, ITEMS + 1, 1, 1)
          .add(3, ITEMS + 1, 1, 1)
          .add(5, ITEMS + 4, 1, 1);

  /** Everything that one side is solved from. */
  private record Side(
      TreeMap<Integer, Map<Integer, Integer>> counts,
      FactorRows teacher,
      FactorRows opposite,
      FactorRows oppositeTeacher) {}

  private static AlsHyperparameters parameters(int nightlySweeps) {
    AlsHyperparameters p = AlsParameters.ials(6, Solver.LOCAL);
    return new AlsHyperparameters(
        p.rank(),
        p.maxIter(),
        nightlySweeps,
        p.regParam(),
        p.regScaling(),
        true,
        p.alpha(),
        p.confidence(),
        p.unobservedWeight(),
        p.decay(),
        p.numBlocks(),
        p.solver(),
        p.initialScale());
  }

  private AlsModel parent() {
    return new AlsTrainer(parameters(1), DistillationOptions.DEFAULT)
        .train(
            new TrainingTask<>(
                base.dataset(2),
                Optional.empty(),
                Optional.empty(),
                TrainingEvents.day(1),
                3,
                Progress.SILENT));
  }

  private AlsModel child(AlsModel parent, int sweeps, DistillationOptions options) {
    return new AlsTrainer(parameters(sweeps), options)
        .train(
            new TrainingTask<>(
                night.dataset(2),
                Optional.of(parent),
                Optional.of(base.history()),
                TrainingEvents.day(2),
                3,
                Progress.SILENT));
  }

  private static TreeMap<Integer, Map<Integer, Integer>> counts(
      TrainingEvents events, boolean byUser) {
    TreeMap<Integer, Map<Integer, Integer>> counts = new TreeMap<>();
    for (TrainingEvents.Event event : events.events()) {
      counts
          .computeIfAbsent(byUser ? event.user() : event.item(), key -> new HashMap<>())
          .merge(byUser ? event.item() : event.user(), 1, Integer::sum);
    }
    return counts;
  }

  private static double[] expected(
      int entity, Side side, DistillationOptions options, AlsHyperparameters p) {
    Map<Integer, Integer> pairs = side.counts().get(entity);
    double[] taught = DenseCatalogue.row(side.teacher(), entity);
    double beta = 0;
    if (taught != null) {
      float events = side.teacher().eventCounts()[side.teacher().position(entity)];
      beta =
          options.beta()
              * Math.pow(Math.min(1, events / options.betaSaturation()), options.betaGrowth());
    }
    DenseCatalogue sum = new DenseCatalogue(p.rank());
    int[] catalogue = side.opposite().indices();
    int known = side.oppositeTeacher().size();
    for (int other : catalogue) {
      double[] v = DenseCatalogue.row(side.opposite(), other);
      double[] before = DenseCatalogue.row(side.oppositeTeacher(), other);
      if (pairs.containsKey(other)) {
        sum.add(v, 1 + p.alpha() * Math.log1p(pairs.get(other)), 1);
      }
      if (beta > 0 && before != null) {
        sum.add(v, beta, DenseCatalogue.dot(taught, before));
      } else {
        sum.add(v, p.unobservedWeight(), 0);
      }
    }
    if (beta > 0) {
      sum.pull(
          p.regParam() * options.shrink() * (pairs.size() + beta * known), new double[p.rank()]);
      float events = side.teacher().eventCounts()[side.teacher().position(entity)];
      sum.pull(p.regParam() * options.anchor() * (events + p.unobservedWeight() * known), taught);
      sum.pull(1e-6 * sum.meanDiagonal(), taught);
    } else {
      sum.pull(
          p.regParam() * (pairs.size() + p.unobservedWeight() * catalogue.length),
          new double[p.rank()]);
    }
    return sum.solve();
  }

  private static void assertSolves(
      FactorRows solved, Side side, DistillationOptions options, AlsHyperparameters p) {
    for (int entity : side.counts().keySet()) {
      assertThat(DenseCatalogue.row(solved, entity))
          .as("entity %d", entity)
          .containsExactly(expected(entity, side, options, p), within(TOLERANCE));
    }
  }

  private void assertNight(DistillationOptions options) {
    AlsModel parent = parent();
    AlsModel one = child(parent, 1, options);
    AlsHyperparameters p = parameters(1);
    FactorRows newItemsAtZero = parent.items();
    for (int item : new int[] {ITEMS + 1, ITEMS + 4}) {
      newItemsAtZero =
          newItemsAtZero.overlaidBy(
              new FactorRows(p.rank(), new int[] {item}, new float[p.rank()], new float[] {0}));
    }
    FactorRows teachers = parent.users().all();
    assertSolves(
        one.users().all(),
        new Side(counts(night, true), teachers, newItemsAtZero, parent.items()),
        options,
        p);
    assertSolves(
        one.items(),
        new Side(counts(night, false), parent.items(), one.users().all(), teachers),
        options,
        p);
    AlsModel two = child(parent, 2, options);
    assertSolves(
        two.users().all(),
        new Side(counts(night, true), teachers, one.items(), parent.items()),
        options,
        p);
    assertSolves(
        two.items(),
        new Side(counts(night, false), parent.items(), two.users().all(), teachers),
        options,
        p);
  }

  @Test
  void closedFormIsTheSumOverTheWholeCatalogue() {
    assertThat(parameters(1).regScaling()).isEqualTo(RegScaling.COUNT_AND_CATALOGUE);
    assertNight(new DistillationOptions(0.8, 0, 20, Update.DISTILLED, Update.DISTILLED));
  }

  @Test
  void closedFormHoldsWithBetaThatGrowsByEntityAndWithShrinking() {
    assertNight(new DistillationOptions(0.5, 0.7, 25, Update.DISTILLED, Update.DISTILLED, 0.4, 0));
  }

  @Test
  void closedFormHoldsWithAnAnchor() {
    assertNight(new DistillationOptions(0.5, 0, 20, Update.DISTILLED, Update.DISTILLED, 1, 1));
  }

  @Test
  void withoutATeacherTouchedEntitiesAreSolvedFromTonightAlone() {
    assertNight(new DistillationOptions(0, 0, 20, Update.DISTILLED, Update.DISTILLED));
  }

  @Test
  void exactUsersAreSolvedFromAllTheyDid() {
    AlsModel parent = parent();
    DistillationOptions options =
        new DistillationOptions(0.3, 0, 20, Update.EXACT, Update.DISTILLED);
    AlsModel child = child(parent, 1, options);
    TrainingEvents all = new TrainingEvents();
    base.events().forEach(e -> all.add(e.user(), e.item(), e.value(), e.day()));
    night.events().forEach(e -> all.add(e.user(), e.item(), e.value(), e.day()));
    TreeMap<Integer, Map<Integer, Integer>> counts = counts(all, true);
    counts.keySet().retainAll(counts(night, true).keySet());
    FactorRows items = parent.items();
    for (int item : new int[] {ITEMS + 1, ITEMS + 4}) {
      items = items.overlaidBy(new FactorRows(6, new int[] {item}, new float[6], new float[] {0}));
    }
    assertSolves(
        child.users().all(),
        new Side(counts, FactorRows.empty(6), items, parent.items()),
        options,
        parameters(1));
    assertSolves(
        child.items(),
        new Side(counts(night, false), parent.items(), child.users().all(), parent.users().all()),
        options,
        parameters(1));
  }

  @Test
  void keptGramiansAreThoseOfTheRows() {
    AlsModel model = child(parent(), 2, DistillationOptions.DEFAULT);
    AlsModel afresh = AlsModel.of(model.users().all(), model.items(), Feedback.IMPLICIT);
    assertThat(model.userGramian().values())
        .containsExactly(afresh.userGramian().values(), within(1e-9));
    assertThat(model.itemGramian().values())
        .containsExactly(afresh.itemGramian().values(), within(1e-9));
    assertThat(model.userGramian().weight()).isEqualTo(model.users().size());
    assertThat(model.itemGramian().weight()).isEqualTo(model.items().size());
  }
}
