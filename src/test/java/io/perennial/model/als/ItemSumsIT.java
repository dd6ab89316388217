package io.perennial.model.als;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.perennial.Progress;
import io.perennial.distillation.DistillationOptions;
import io.perennial.distillation.DistillationOptions.Update;
import io.perennial.model.FactorRows;
import io.perennial.model.Feedback;
import io.perennial.model.IncompatibleParentException;
import io.perennial.model.TrainingEvents;
import io.perennial.model.TrainingTask;
import io.perennial.model.als.AlsHyperparameters.Confidence;
import io.perennial.model.als.AlsHyperparameters.Solver;
import io.perennial.model.history.DecayPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Items on sums are solved as if every night had been kept, with its users as they were then. */
class ItemSumsIT {
  private static final int RANK = 5;
  private static final int ITEMS = 20;
  private static final int NIGHTS = 3;
  private static final DistillationOptions SUMS =
      DistillationOptions.DEFAULT.withItems(Update.SUMS);

  /** A half-life of so many days. */
  private static AlsHyperparameters parameters(Optional<Duration> halfLife) {
    AlsHyperparameters p = AlsParameters.ials(RANK, Solver.LOCAL);
    return new AlsHyperparameters(
        RANK,
        p.maxIter(),
        1,
        p.regParam(),
        p.regScaling(),
        true,
        p.alpha(),
        Confidence.LINEAR,
        p.unobservedWeight(),
        new DecayPolicy(halfLife, DecayPolicy.Aggregate.NONE),
        p.numBlocks(),
        p.solver(),
        p.initialScale());
  }

  private static TrainingEvents events(int day) {
    TrainingEvents events =
        new TrainingEvents()
            .random(day == 0 ? 400 : 30, day == 0 ? 40 : 15, ITEMS, day, Feedback.IMPLICIT, day);
    return day == 2 ? events.add(3, ITEMS + 2, 1, day).add(50, ITEMS + 2, 1, day) : events;
  }

  private static AlsModel learnt(
      AlsHyperparameters p, DistillationOptions options, AlsModel parent, int day) {
    TrainingEvents before = new TrainingEvents();
    for (int d = 0; d < day; d++) {
      events(d).events().forEach(e -> before.add(e.user(), e.item(), e.value(), e.day()));
    }
    return new AlsTrainer(p, options)
        .train(
            new TrainingTask<>(
                events(day).dataset(2),
                Optional.ofNullable(parent),
                parent == null ? Optional.empty() : Optional.of(before.history(p.decay())),
                TrainingEvents.day(day + 1),
                3,
                Progress.SILENT));
  }

  @Test
  void itemsAreSolvedFromEveryNightWithItsUsersAsTheyWere() {
    for (Optional<Duration> halfLife :
        List.of(Optional.<Duration>empty(), Optional.of(Duration.ofDays(2)))) {
      AlsHyperparameters p = parameters(halfLife);
      List<FactorRows> users = new ArrayList<>();
      AlsModel model = null;
      for (int day = 0; day <= NIGHTS; day++) {
        model = learnt(p, SUMS, model, day);
        users.add(model.users().all());
        for (int item : model.changedItems().orElse(model.itemTable()).all().indices()) {
          assertThat(DenseCatalogue.row(model.items(), item))
              .as("item %d, day %d, half-life %s", item, day, halfLife)
              .containsExactly(expected(item, day, p, users), within(2e-4));
        }
      }
    }
  }

  /** Sums everything that ever happened to an item, day by day. */
  private static double[] expected(
      int item, int day, AlsHyperparameters p, List<FactorRows> users) {
    DenseCatalogue sum = new DenseCatalogue(RANK);
    int pairs = 0;
    for (int then = 0; then <= day; then++) {
      double fade =
          p.decay().halfLife().isPresent()
              ? Math.pow(0.5, (day + 1.0 - then) / p.decay().halfLife().get().toDays())
              : 1;
      Map<Integer, Integer> counts = new HashMap<>();
      events(then).events().stream()
          .filter(e -> e.item() == item)
          .forEach(e -> counts.merge(e.user(), 1, Integer::sum));
      for (Map.Entry<Integer, Integer> pair : counts.entrySet()) {
        double[] user = DenseCatalogue.row(users.get(then), pair.getKey());
        sum.add(user, p.alpha() * fade * pair.getValue(), 1);
        pairs++;
      }
    }
    FactorRows now = users.get(day);
    for (int user : now.indices()) {
      sum.add(DenseCatalogue.row(now, user), p.unobservedWeight(), 0);
    }
    sum.pull(p.regParam() * (pairs + p.unobservedWeight() * now.size()), new double[RANK]);
    return sum.solve();
  }

  @Test
  void aParentWithoutSumsIsRefusedWithWhatToDo() {
    AlsHyperparameters p = parameters(Optional.empty());
    AlsModel parent = learnt(p, DistillationOptions.DEFAULT, null, 0);
    assertThatThrownBy(() -> learnt(p, SUMS, parent, 1))
        .isInstanceOf(IncompatibleParentException.class)
        .hasMessageContaining("distillation.items")
        .hasMessageContaining("--full-rebuild");
  }

  @Test
  void packedDaysKeepTheInstantOfYears() {
    long begun = TrainingEvents.day(0).toEpochMilli();
    long now = begun + 3650L * 86_400_000 + 3_600_000;
    int length = ItemSums.width(2) - 1;
    PastSums sums = PastSums.zero(length, 1);
    sums.values()[0] = 8;
    sums.pairs()[0] = 3;
    FactorRows rows = ItemSums.rows(new int[] {7}, sums, 2, begun, now);
    ItemSums stored =
        new ItemSums(new io.perennial.model.MemoryFactorTable(rows), Optional.empty());
    Fading hourly = new Fading(3_600_000);
    PastSums back = stored.of(new int[] {6, 7}, 2, begun, now + 3_600_000, hourly);
    assertThat(back.pairs()).containsExactly(0, 3);
    assertThat(back.values()[length]).isCloseTo(4, within(0.02f));
  }
}
