package io.perennial.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.perennial.Progress;
import io.perennial.model.history.InteractionHistory;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What every family of recommenders must keep; one subclass a family. */
public abstract class ModelFamilyContract<M extends Model> {
  private static final int USERS = 60;
  private static final int ITEMS = 40;

  /** The family under test, small and seeded. */
  protected abstract ModelFamily<M> family();

  private TrainingEvents base() {
    return new TrainingEvents().random(900, USERS, ITEMS, 0, family().feedback(), 1);
  }

  private TrainingEvents night() {
    return new TrainingEvents()
        .random(60, USERS / 3, ITEMS, 1, family().feedback(), 2)
        .add(USERS + 5, 3, 4, 1)
        .add(USERS + 5, 7, 4, 1)
        .add(2, ITEMS + 3, 4, 1);
  }

  private M fromScratch(int partitions) {
    return family()
        .trainer()
        .train(
            new TrainingTask<>(
                base().dataset(partitions),
                Optional.empty(),
                Optional.empty(),
                TrainingEvents.day(1),
                7,
                Progress.SILENT));
  }

  private M warm(M parent, TrainingEvents events, int partitions) {
    return family()
        .trainer()
        .train(
            new TrainingTask<>(
                events.dataset(partitions),
                Optional.of(parent),
                Optional.of(base().history()),
                TrainingEvents.day(2),
                7,
                Progress.SILENT));
  }

  private static float[] scores(Model model) {
    int[] users = new int[USERS + 10];
    for (int n = 0; n < users.length; n++) {
      users[n] = n;
    }
    Scorer scorer = model.scorer(users);
    float[] scores = new float[users.length * scorer.itemCount()];
    scorer.score(users, scores);
    return scores;
  }

  private static void assertClose(float[] actual, float[] expected) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int n = 0; n < actual.length; n++) {
      if (Float.isNaN(expected[n])) {
        assertThat(actual[n]).isNaN();
      } else {
        assertThat(actual[n]).isCloseTo(expected[n], within(1e-5f));
      }
    }
  }

  @Test
  void codecKeepsEveryScore() {
    M model = warm(fromScratch(2), night(), 2);
    M back = family().codec().decode(family().codec().encode(model));
    assertThat(scores(back)).isEqualTo(scores(model));
    assertThat(back.family()).isEqualTo(family().name());
  }

  @Test
  void decodedModelContinuesLikeTheOriginal() {
    M parent = fromScratch(2);
    M decoded = family().codec().decode(family().codec().encode(parent));
    assertClose(scores(warm(decoded, night(), 2)), scores(warm(parent, night(), 2)));
  }

  @Test
  void nightWithoutEventsChangesNothing() {
    M parent = fromScratch(2);
    M child = warm(parent, new TrainingEvents(), 1);
    assertThat(scores(child)).isEqualTo(scores(parent));
    ModelState state = family().codec().encode(child);
    assertThat(state.changedUsers().orElseThrow().size()).isZero();
    assertThat(state.changedItems().orElseThrow().size()).isZero();
  }

  @Test
  void sameTaskAndSeedGiveTheSameModelWhateverThePartitions() {
    M one = fromScratch(1);
    M eight = fromScratch(8);
    assertClose(scores(eight), scores(one));
    assertClose(scores(warm(eight, night(), 8)), scores(warm(one, night(), 1)));
  }

  @Test
  void everyScoreOfAKnownPairIsFinite() {
    M model = warm(fromScratch(2), night(), 2);
    assertThat(model.isFinite()).isTrue();
    Scorer scorer = model.scorer(new int[] {0, USERS + 5});
    float[] scores = new float[2 * scorer.itemCount()];
    scorer.score(new int[] {0, USERS + 5}, scores);
    for (int item = 0; item < scorer.itemCount(); item++) {
      assertThat(Float.isFinite(scores[item])).isEqualTo(scorer.knowsItem(item));
    }
    assertThat(scorer.knowsUser(USERS + 5)).isTrue();
    assertThat(scorer.knowsItem(ITEMS + 3)).isTrue();
  }

  @Test
  void whatRanksRecommendationsScoresAsTheModelDoes() {
    M model = warm(fromScratch(2), night(), 2);
    int[] users = {0, 3, USERS + 5};
    FactorRows kept = family().codec().encode(model).users().rows(users);
    DotProduct product = model.dotProduct();
    assertThat(product.users().rank()).isEqualTo(kept.rank());
    Scorer ranking = product.scorer(kept);
    Scorer scorer = model.scorer(users);
    float[] ranked = new float[users.length * ranking.itemCount()];
    float[] scored = new float[users.length * scorer.itemCount()];
    ranking.score(users, ranked);
    scorer.score(users, scored);
    assertClose(ranked, scored);

    InteractionHistory past = base().history().rows(users);
    FactorRows folded = family().foldIn(model, TrainingEvents.day(2)).vectors(past);
    assertThat(folded.size()).isPositive();
    assertThat(folded.rank()).isEqualTo(kept.rank());
    assertThat(folded.isFinite()).isTrue();
  }

  @Test
  void howUsersAreFoldedInTravelsToExecutors() throws IOException, ClassNotFoundException {
    M model = fromScratch(2);
    InteractionHistory past = base().history().rows(new int[] {0, 3});
    FoldIn here = family().foldIn(model, TrainingEvents.day(2));
    assertThat(sent(here).vectors(past).values()).isEqualTo(here.vectors(past).values());
    UserProjection projection = model.dotProduct().users();
    FactorRows kept = family().codec().encode(model).users().rows(new int[] {0, 3});
    assertThat(sent(projection).rows(kept.values(), kept.size()))
        .isEqualTo(projection.rows(kept.values(), kept.size()));
  }

  @SuppressWarnings("unchecked")
  private static <T> T sent(T object) throws IOException, ClassNotFoundException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(object);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      return (T) in.readObject();
    }
  }

  @Test
  void familiesWithTheSameOptionsShareTheirFirstModel() {
    assertThat(family().first()).isEqualTo(family().first());
  }

  @Test
  void parentIsNeverChanged() {
    M parent = fromScratch(2);
    float[] before = scores(parent);
    warm(parent, night(), 2);
    assertThat(scores(parent)).isEqualTo(before);
  }

  @Test
  void untouchedUsersAndItemsKeepTheirScores() {
    M parent = fromScratch(2);
    M child = warm(parent, new TrainingEvents().add(1, 1, 4, 1).add(1, 2, 4, 1), 1);
    int[] untouched = new Random(3).ints(5, 2, USERS).distinct().sorted().toArray();
    Scorer before = parent.scorer(untouched);
    Scorer after = child.scorer(untouched);
    float[] old = new float[untouched.length * before.itemCount()];
    float[] now = new float[untouched.length * after.itemCount()];
    before.score(untouched, old);
    after.score(untouched, now);
    for (int n = 0; n < old.length; n++) {
      int item = n % before.itemCount();
      if (item > 2 && before.knowsItem(item)) {
        assertThat(now[n]).isEqualTo(old[n]);
      }
    }
  }
}
