package io.perennial.model.embedding;

import static java.util.Comparator.comparingDouble;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.perennial.Progress;
import io.perennial.model.FactorRows;
import io.perennial.model.Feedback;
import io.perennial.model.IncompatibleParentException;
import io.perennial.model.ModelState;
import io.perennial.model.NoTrainingEventsException;
import io.perennial.model.Scorer;
import io.perennial.model.TrainingEvents;
import io.perennial.model.TrainingLoss;
import io.perennial.model.TrainingTask;
import io.perennial.model.embedding.replay.Replay;
import io.perennial.model.embedding.rounds.EarlyStopping;
import io.perennial.model.embedding.step.ExplodedLossException;
import io.perennial.model.embedding.step.Recipe;
import io.perennial.model.embedding.step.Teaching;
import io.perennial.model.history.DatasetHistoryTable;
import io.perennial.model.history.HistoryBuilder;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

/** Night after night: what a version keeps is all that the next one needs. */
class EmbeddingNightsIT {
  private static final Teaching TEACHING = new Teaching(0.5, 2, 0.3, 0.1, 8, 4, 0.2);

  private static EmbeddingFamily family(
      EmbeddingOptions options, Replay.Owner owner, Replay.Selection selection) {
    return new EmbeddingFamily(
        options,
        new EmbeddingDistillation(
            TEACHING,
            EmbeddingDistillation.Strength.ADAPTIVE,
            new Replay(4, owner, selection, 0.5)));
  }

  static EmbeddingModel learn(
      EmbeddingFamily family, Optional<EmbeddingModel> parent, Dataset<Row> events, int night) {
    return family
        .trainer()
        .train(
            new TrainingTask<>(
                events,
                parent,
                Optional.empty(),
                TrainingEvents.day(night + 1),
                5,
                Progress.SILENT));
  }

  private static TrainingEvents night(EmbeddingFamily family, int night) {
    int count = night == 0 ? 700 : 60;
    return new TrainingEvents()
        .random(count, 30 + 5 * night, 25 + 2 * night, night, family.feedback(), night);
  }

  private static TrainingEvents tenDays(EmbeddingFamily family) {
    TrainingEvents events = new TrainingEvents();
    for (int day = 0; day < 10; day++) {
      events.random(70, 30 + day, 25 + day, day, family.feedback(), day);
    }
    return events;
  }

  static void assertSame(EmbeddingModel actual, EmbeddingModel expected) {
    ModelState one = new EmbeddingCodec().encode(actual);
    ModelState other = new EmbeddingCodec().encode(expected);
    assertThat(one.arrays()).containsOnlyKeys(other.arrays().keySet());
    one.arrays()
        .forEach((name, array) -> assertThat(array).as(name).isEqualTo(other.arrays().get(name)));
    assertThat(one.attributes()).isEqualTo(other.attributes());
    assertThat(one.remembered()).usingRecursiveComparison().isEqualTo(other.remembered());
    assertThat(one.users().all().values()).isEqualTo(other.users().all().values());
    assertThat(one.users().all().eventCounts()).isEqualTo(other.users().all().eventCounts());
    assertThat(one.items().all().indices()).isEqualTo(other.items().all().indices());
    assertThat(one.items().all().values()).isEqualTo(other.items().all().values());
    assertThat(one.items().all().eventCounts()).isEqualTo(other.items().all().eventCounts());
  }

  @Test
  void nightsWithReadingBackInBetweenAreNightsInARow() {
    for (Replay.Selection selection : Replay.Selection.values()) {
      EmbeddingFamily family = family(EmbeddingOptions.ratings(), Replay.Owner.ITEM, selection);
      Optional<EmbeddingModel> inARow = Optional.empty();
      Optional<EmbeddingModel> readBack = Optional.empty();
      for (int night = 0; night < 4; night++) {
        Dataset<Row> events = night(family, night).dataset(2);
        inARow = Optional.of(learn(family, inARow, events, night));
        EmbeddingModel model = learn(family, readBack, events, night);
        readBack = Optional.of(family.codec().decode(family.codec().encode(model)));
      }
      assertSame(readBack.get(), inARow.get());
      assertThat(inARow.get().exemplars().size()).isPositive();
      assertThat(inARow.get().isFinite()).isTrue();
    }
  }

  @Test
  void workersOnSparkMakeTheModelOfWorkersInTheDriver() {
    for (EmbeddingOptions options :
        new EmbeddingOptions[] {EmbeddingOptions.ratings(), EmbeddingOptions.retrieval()}) {
      EmbeddingOptions few = options.withEpochs(2, 2);
      EmbeddingFamily driver =
          family(
              few.with(new EmbeddingOptions.Sharing(3, 2, 1_000_000)),
              Replay.Owner.USER,
              Replay.Selection.HERDING);
      EmbeddingFamily spark =
          family(
              few.with(new EmbeddingOptions.Sharing(3, 2, 0)),
              Replay.Owner.USER,
              Replay.Selection.HERDING);
      Dataset<Row> base = night(driver, 0).dataset(8);
      Dataset<Row> second = night(driver, 1).dataset(1);
      EmbeddingModel here = learn(driver, Optional.empty(), base, 0);
      EmbeddingModel there = learn(spark, Optional.empty(), base, 0);
      assertSame(there, here);
      assertSame(
          learn(spark, Optional.of(there), second, 1), learn(driver, Optional.of(here), second, 1));
    }
  }

  @Test
  void whatTonightsUsersDidBeforeIsSeenAgainAndNothingIsRemembered() {
    for (EmbeddingOptions options :
        new EmbeddingOptions[] {EmbeddingOptions.ratings(), EmbeddingOptions.retrieval()}) {
      EmbeddingModel with = seenAgain(options, Replay.ofHistory(5, 0.5));
      EmbeddingModel without = seenAgain(options, Replay.NONE);
      assertThat(with.users().all().values()).isNotEqualTo(without.users().all().values());
    }
  }

  @Test
  void historiesOfOthersHoldTheItemsAndTheirOwnVectorsStay() {
    for (EmbeddingOptions options :
        new EmbeddingOptions[] {EmbeddingOptions.ratings(), EmbeddingOptions.retrieval()}) {
      EmbeddingModel with = seenAgain(options, Replay.ofHistory(5, 0.5, 3));
      EmbeddingModel without = seenAgain(options, Replay.ofHistory(5, 0.5));
      assertThat(with.itemTable().values()).isNotEqualTo(without.itemTable().values());
      assertThat(with.users().all().indices()).isEqualTo(without.users().all().indices());
      assertThat(with.changed().orElseThrow().users().all().indices())
          .isEqualTo(without.changed().orElseThrow().users().all().indices());
    }
  }

  /** The second night, which is the same in the driver and on Spark. */
  private static EmbeddingModel seenAgain(EmbeddingOptions options, Replay replay) {
    List<EmbeddingModel> found = new ArrayList<>();
    for (long local : new long[] {1_000_000, 0}) {
      EmbeddingFamily family =
          new EmbeddingFamily(
              options.withEpochs(2, 2).with(new EmbeddingOptions.Sharing(3, 1, local)),
              EmbeddingDistillation.NONE.with(replay));
      Dataset<Row> base = night(family, 0).dataset(4);
      EmbeddingModel first = learn(family, Optional.empty(), base, 0);
      EmbeddingModel model =
          family
              .trainer()
              .train(
                  new TrainingTask<>(
                      night(family, 1).dataset(2),
                      Optional.of(first),
                      Optional.of(
                          new DatasetHistoryTable(
                              new HistoryBuilder(family.decay(), ZoneOffset.UTC)
                                  .fromScratch(base))),
                      TrainingEvents.day(2),
                      5,
                      Progress.SILENT));
      assertThat(model.exemplars().size()).isZero();
      found.add(model);
    }
    assertSame(found.get(1), found.get(0));
    return found.get(0);
  }

  @Test
  void stoppedByTheNewestEventsItIsTheModelOfAllEventsAfterAsManyEpochs() {
    EarlyStopping tenth = new EarlyStopping(0.1, 1, true);
    for (EmbeddingOptions options :
        new EmbeddingOptions[] {EmbeddingOptions.ratings(), EmbeddingOptions.retrieval()}) {
      EmbeddingOptions fast = options.with(fast(options.recipe()));
      List<EmbeddingModel> found = new ArrayList<>();
      for (long local : new long[] {1_000_000, 0}) {
        EmbeddingFamily stopping =
            family(
                stopped(fast.withEpochs(30, 2), tenth)
                    .with(new EmbeddingOptions.Sharing(2, 1, local)),
                Replay.Owner.USER,
                Replay.Selection.HERDING);
        found.add(learn(stopping, Optional.empty(), tenDays(stopping).dataset(4), 9));
      }
      assertSame(found.get(1), found.get(0));
      List<TrainingLoss> held =
          found.get(0).losses().stream()
              .filter(loss -> loss.part().equals(TrainingLoss.VALIDATION))
              .toList();
      TrainingLoss best = held.stream().min(comparingDouble(TrainingLoss::value)).orElseThrow();
      assertThat(held).hasSizeLessThan(31).hasSize(best.epoch() + 2);
      EmbeddingFamily all =
          family(
              fast.withEpochs(Math.max(1, best.epoch()), 2)
                  .with(new EmbeddingOptions.Sharing(2, 1, 1_000_000)),
              Replay.Owner.USER,
              Replay.Selection.HERDING);
      assertSame(found.get(0), learn(all, Optional.empty(), tenDays(all).dataset(4), 9));
    }
  }

  /** One that soon learns by heart. */
  private static Recipe fast(Recipe recipe) {
    return new Recipe(
        recipe.objective(),
        recipe.similarity(),
        recipe.dimension(),
        recipe.biases(),
        recipe.temperature(),
        recipe.negatives(),
        recipe.popularityPower(),
        recipe.adam().withLearningRate(0.1),
        recipe.common(),
        0,
        recipe.biasL2(),
        0,
        0);
  }

  private static EmbeddingOptions stopped(EmbeddingOptions options, EarlyStopping stopping) {
    EmbeddingOptions.Training training = options.training();
    return options.with(
        new EmbeddingOptions.Training(
            training.batch(),
            training.epochs(),
            training.nightlyEpochs(),
            training.schedule(),
            stopping));
  }

  @Test
  void anotherSeedOrNumberOfWorkersIsAnotherModel() {
    EmbeddingFamily one =
        family(EmbeddingOptions.ratings(), Replay.Owner.ITEM, Replay.Selection.LOSS);
    EmbeddingFamily three =
        family(
            EmbeddingOptions.ratings().with(new EmbeddingOptions.Sharing(3, 1, 1_000_000)),
            Replay.Owner.ITEM,
            Replay.Selection.LOSS);
    Dataset<Row> base = night(one, 0).dataset(2);
    assertThat(learn(three, Optional.empty(), base, 0).itemTable().values())
        .isNotEqualTo(learn(one, Optional.empty(), base, 0).itemTable().values());
  }

  @Test
  void exemplarsAreBoundedNightAfterNightAndKnowWhenTheyHappened() {
    for (Replay.Selection selection : Replay.Selection.values()) {
      for (Replay.Owner owner : Replay.Owner.values()) {
        EmbeddingFamily family = family(EmbeddingOptions.ratings(), owner, selection);
        EmbeddingModel first = learn(family, Optional.empty(), night(family, 0).dataset(2), 0);
        EmbeddingModel second = learn(family, Optional.of(first), night(family, 1).dataset(2), 1);
        for (EmbeddingModel model : List.of(first, second)) {
          int[] owners =
              owner == Replay.Owner.USER ? model.exemplars().users() : model.exemplars().items();
          int[] counts = new int[40];
          for (int one : owners) {
            counts[one]++;
          }
          assertThat(Arrays.stream(counts).max().getAsInt())
              .as("%s of each %s", selection, owner)
              .isEqualTo(4);
        }
        assertThat(Arrays.stream(second.exemplars().times()).distinct())
            .as("the day of each event: %s of each %s", selection, owner)
            .containsExactlyInAnyOrder(
                TrainingEvents.day(0).toEpochMilli(), TrainingEvents.day(1).toEpochMilli());
      }
    }
  }

  @Test
  void explodingValuesMakeNoModel() {
    EmbeddingFamily family =
        family(EmbeddingOptions.tutorial(), Replay.Owner.ITEM, Replay.Selection.LOSS);
    Dataset<Row> events = new TrainingEvents().add(1, 1, 1e30, 0).add(2, 1, -1e30, 0).dataset(1);
    assertThatThrownBy(() -> learn(family, Optional.empty(), events, 0))
        .isInstanceOf(ExplodedLossException.class);
  }

  @Test
  void valueThatIsNoNumberIsRefusedWithItsPair() {
    for (long local : new long[] {0, 1_000}) {
      EmbeddingFamily family =
          family(
              EmbeddingOptions.ratings().with(new EmbeddingOptions.Sharing(2, 1, local)),
              Replay.Owner.ITEM,
              Replay.Selection.LOSS);
      Dataset<Row> events =
          new TrainingEvents().add(1, 1, 3, 0).add(7, 4, Double.NaN, 0).dataset(2);
      assertThatThrownBy(() -> learn(family, Optional.empty(), events, 0))
          .isInstanceOf(UnusableRatingException.class)
          .hasMessageContaining("user index 7 and item index 4");
    }
  }

  @Test
  void parentOfAnotherShapeIsRefused() {
    EmbeddingFamily family =
        family(EmbeddingOptions.ratings(), Replay.Owner.ITEM, Replay.Selection.LOSS);
    EmbeddingModel parent = learn(family, Optional.empty(), night(family, 0).dataset(1), 0);
    EmbeddingFamily other =
        family(EmbeddingOptions.tutorial(), Replay.Owner.ITEM, Replay.Selection.LOSS);
    assertThatThrownBy(() -> learn(other, Optional.of(parent), night(family, 1).dataset(1), 1))
        .isInstanceOf(IncompatibleParentException.class)
        .hasMessageContaining("model.recipe.biases");
    assertThatThrownBy(() -> learn(family, Optional.empty(), new TrainingEvents().dataset(1), 0))
        .isInstanceOf(NoTrainingEventsException.class);
  }

  @Test
  void userWhoIsFoldedInRanksLikeHisKind() {
    EmbeddingOptions options = EmbeddingOptions.retrieval().withEpochs(60, 3);
    EmbeddingFamily family = new EmbeddingFamily(options, EmbeddingDistillation.NONE);
    EmbeddingModel model =
        learn(
            family,
            Optional.empty(),
            new TrainingEvents().random(2000, 60, 40, 0, Feedback.IMPLICIT, 3).dataset(2),
            0);
    TrainingEvents newcomer =
        new TrainingEvents().add(900, 2, 1, 0).add(900, 6, 1, 0).add(900, 14, 1, 0);
    FactorRows rows =
        family
            .foldIn(model, TrainingEvents.day(1))
            .vectors(newcomer.history().rows(new int[] {900}));
    Scorer scorer = model.scorer(rows);
    float[] scores = new float[scorer.itemCount()];
    scorer.score(new int[] {900}, scores);
    double own = 0;
    double others = 0;
    for (int item = 0; item < 40; item++) {
      own += item % 4 == 2 ? scores[item] / 10 : 0;
      others += item % 4 == 2 ? 0 : scores[item] / 30;
    }
    assertThat(own).isGreaterThan(others + 1);
    assertThat(rows.rank()).isEqualTo(options.recipe().width());
  }
}
