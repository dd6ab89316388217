package io.perennial.model.blend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.perennial.TestSession;
import io.perennial.evaluation.Comparison;
import io.perennial.evaluation.EvaluationOptions;
import io.perennial.evaluation.EvaluationWindow;
import io.perennial.evaluation.Evaluator;
import io.perennial.evaluation.Subject;
import io.perennial.evaluation.UserCase;
import io.perennial.evaluation.baseline.PopularityScorer;
import io.perennial.model.DatasetFactorTable;
import io.perennial.model.FactorRows;
import io.perennial.model.FarTable;
import io.perennial.model.Feedback;
import io.perennial.model.MemoryFactorTable;
import io.perennial.model.Scorer;
import io.perennial.model.history.ItemStatistics;
import io.perennial.model.history.Past;
import io.perennial.model.scoring.DistributedFactors;
import io.perennial.model.scoring.DistributedItems;
import io.perennial.model.scoring.FactorScorer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;

/** A blend over items on executors ranks, and learns, as one over items in memory does. */
class DistributedBlendIT {
  private static final Instant NOW = Instant.parse("2026-03-01T00:00:00Z");
  private static final long DAY = Duration.ofDays(1).toMillis();
  private static final int RANK = 6;
  private static final int ITEMS = 1_300;
  private static final int[] USERS = IntStream.range(0, 150).toArray();
  private final JavaSparkContext spark = new JavaSparkContext(TestSession.get().sparkContext());
  private final Random random = new Random(13);
  private final FactorRows items = rows(ITEMS, 10);
  private final FactorRows users = rows(USERS.length, 9);
  private final ItemStatistics statistics = statistics();
  private final List<Past> pasts = pasts();

  /** One row in so many is missing; none where they are fewer than ten. */
  private FactorRows rows(int count, int missing) {
    int[] indices = IntStream.range(0, count).filter(n -> n % missing != 9).toArray();
    float[] values = new float[indices.length * RANK];
    for (int n = 0; n < values.length; n++) {
      values[n] = random.nextFloat() - 0.1f;
    }
    return new FactorRows(RANK, indices, values, new float[indices.length]);
  }

  private ItemStatistics statistics() {
    ItemStatistics some = ItemStatistics.ofCapacity(ITEMS - 20);
    for (int item = 0; item < some.capacity(); item++) {
      some.eventCounts()[item] = 1 + random.nextInt(500);
      some.recentCounts()[item] = some.eventCounts()[item] * random.nextFloat();
      some.slowCounts()[item] = some.eventCounts()[item] * random.nextFloat();
      some.userCounts()[item] = 1 + random.nextInt((int) some.eventCounts()[item]);
      some.lastTimes()[item] = NOW.toEpochMilli() - DAY * random.nextInt(60);
      some.firstTimes()[item] = some.lastTimes()[item] - DAY * random.nextInt(300);
    }
    return some;
  }

  /** Somebody had nothing; others had items that the model does not know. */
  private List<Past> pasts() {
    List<Past> all = new ArrayList<>();
    for (int user : USERS) {
      int[] had = random.ints(0, ITEMS + 40).limit(user % 9).sorted().distinct().toArray();
      int[] events = new int[had.length];
      float[] counts = new float[had.length];
      long[] last = new long[had.length];
      for (int n = 0; n < had.length; n++) {
        events[n] = 1 + random.nextInt(4);
        counts[n] = events[n] * random.nextFloat();
        last[n] = NOW.toEpochMilli() - DAY * random.nextInt(120);
      }
      all.add(new Past(had, counts, events, last));
    }
    return all;
  }

  private static BlendWeights drawn() {
    Random random = new Random(3);
    BlendWeights untaught = BlendWeights.untaught();
    return new BlendWeights(
        Arrays.stream(untaught.mean()).map(w -> w + 0.3 * random.nextGaussian()).toArray(),
        untaught.precision());
  }

  private BlendInputs inputs() {
    return BlendInputs.of(new FactorScorer(users, items), items, USERS, pasts, statistics, NOW);
  }

  private DistributedFactors far() {
    return new DistributedFactors(
        users,
        new DistributedItems(
            new FarTable(
                new DatasetFactorTable(
                    new MemoryFactorTable(items).dataset().repartition(3), RANK, items.size()))));
  }

  private DistributedBlend farBlend() {
    return new DistributedBlend(drawn(), far(), USERS, pasts, statistics, NOW);
  }

  @Test
  void everyScoreIsThatOfTheBlendInMemory() {
    Scorer near = new BlendedScorer(drawn(), inputs());
    float[] expected = new float[USERS.length * near.itemCount()];
    near.score(USERS, expected);
    int[][] all = new int[USERS.length][];
    Arrays.fill(all, IntStream.range(0, ITEMS + 5).toArray());
    float[][] scores = farBlend().scores(USERS, all);
    for (int user : USERS) {
      for (int item = 0; item < ITEMS + 5; item++) {
        if (near.knowsItem(item)) {
          float wanted = expected[user * near.itemCount() + item];
          assertThat(scores[user][item]).as("%d", item).isEqualTo(wanted, within(1e-4f));
        } else {
          assertThat(scores[user][item]).isNaN();
        }
      }
    }
  }

  @Test
  void figuresAreThoseOfTheBlendInMemory() {
    List<UserCase> cases = new ArrayList<>();
    for (int user : USERS) {
      int[] took = random.ints(0, ITEMS).limit(1 + user % 5).sorted().distinct().toArray();
      cases.add(new UserCase(user, took, new float[took.length], pasts.get(user)));
    }
    Comparison far = compare(cases, farBlend());
    Comparison near = compare(cases, new BlendedScorer(drawn(), inputs()));
    assertThat(near.measurements()).hasSizeGreaterThan(20);
    for (int n = 0; n < near.measurements().size(); n++) {
      double value = near.measurements().get(n).estimate().value();
      assertThat(far.measurements().get(n).estimate().value())
          .as("%s", near.measurements().get(n))
          .isCloseTo(value, within(1e-5));
    }
  }

  private Comparison compare(List<UserCase> cases, Scorer scorer) {
    return new Evaluator(spark, EvaluationOptions.DEFAULT, Feedback.IMPLICIT)
        .compare(
            new EvaluationWindow("validation", cases, cases.size(), new BitSet()),
            List.of(new Subject("candidate", scorer)),
            PopularityScorer.of(statistics),
            statistics,
            7,
            "night/1");
  }

  /**
   * They take, of all items, those with the highest scores by other weights, and some at random.
   */
  private List<Choice> choices() {
    Scorer liked = new BlendedScorer(drawn(), inputs());
    float[] scores = new float[liked.itemCount()];
    List<Choice> all = new ArrayList<>();
    for (int user : USERS) {
      liked.score(new int[] {user}, scores);
      int[] best =
          IntStream.range(0, scores.length)
              .filter(item -> Float.isFinite(scores[item]))
              .boxed()
              .sorted((a, b) -> Float.compare(scores[b], scores[a]))
              .limit(30)
              .mapToInt(Integer::intValue)
              .toArray();
      all.add(
          new Choice(
              user,
              IntStream.of(best[random.nextInt(30)], best[random.nextInt(30)], user * 8)
                  .sorted()
                  .distinct()
                  .toArray()));
    }
    return all;
  }

  @Test
  void weightsAreLearntFromTheWholeOfASmallCatalogue() {
    List<Choice> choices = choices();
    BlendWeights near = BlendFit.fit(BlendWeights.untaught(), inputs(), choices, 4);
    BlendWeights far =
        ThinnedCatalogue.of(far(), USERS, pasts, choices, statistics, NOW, 4)
            .fit(BlendWeights.untaught(), 4);
    assertThat(near.mean()).isNotEqualTo(BlendWeights.untaught().mean());
    assertThat(far.mean()).containsExactly(near.mean(), within(1e-6));
    assertThat(far.precision()).containsExactly(near.precision(), within(1e-4));
  }

  @Test
  void itemsThatAreNamedAnewTeachWhatTheyTaughtBefore() {
    int shown = ITEMS / 4;
    double share = (double) shown / items.size();
    SplittableRandom draw = new SplittableRandom(9);
    int[] sample =
        Arrays.stream(items.indices()).filter(item -> draw.nextDouble() < share).toArray();
    assertThat(sample.length).isBetween(shown / 2, 2 * shown);
    List<Choice> choices = choices();
    BlendWeights near =
        BlendFit.fit(
            BlendWeights.untaught(),
            inputs(),
            choices,
            4,
            new BlendFit.Shelf(sample, (double) sample.length / items.size()));
    BlendWeights far =
        ThinnedCatalogue.of(far(), USERS, pasts, choices, statistics, NOW, 9, shown)
            .fit(BlendWeights.untaught(), 4);
    assertThat(far.mean()).containsExactly(near.mean(), within(1e-6));
  }

  /** What was left out of a sample counts as if it were there. */
  @Test
  void aSampleStandsForTheWholeCatalogue() {
    List<Choice> choices = choices();
    double whole = loss(choices, items.indices(), 1);
    for (int seed = 0; seed < 6; seed++) {
      SplittableRandom draw = new SplittableRandom(seed);
      int[] sample = Arrays.stream(items.indices()).filter(item -> draw.nextInt(4) == 0).toArray();
      double share = (double) sample.length / items.size();
      assertThat(loss(choices, sample, share)).isCloseTo(whole, within(0.15));
      assertThat(loss(choices, sample, 1)).isLessThan(whole - 1);
    }
  }

  /** Mean loss of a choice. */
  private double loss(List<Choice> choices, int[] sample, double share) {
    BlendInputs inputs = inputs();
    float[] scores = new float[inputs.itemCount()];
    float[] tastes = new float[inputs.itemCount()];
    double sum = 0;
    for (Choice choice : choices) {
      int[] user = {choice.user()};
      inputs.model().score(user, scores);
      inputs.tastes(user, tastes);
      int[] shown =
          Stream.of(sample, choice.items(), pasts.get(choice.user()).items())
              .flatMapToInt(Arrays::stream)
              .filter(inputs.model()::knowsItem)
              .sorted()
              .distinct()
              .toArray();
      ChoiceTable table =
          ChoiceTable.of(
              inputs,
              choice,
              shown,
              share,
              shown.length,
              new SplittableRandom(1),
              1,
              scores,
              tastes,
              0);
      sum += BlendTest.loss(table, drawn().mean());
    }
    return sum / choices.size();
  }
}
