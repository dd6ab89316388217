package io.perennial.model.blend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.perennial.model.FactorRows;
import io.perennial.model.Scorer;
import io.perennial.model.history.ItemStatistics;
import io.perennial.model.history.Past;
import io.perennial.model.scoring.FactorScorer;
import io.perennial.model.scoring.TopRows;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A small shop in which shoppers take again what they had, or never do. */
class BlendTest {
  private static final int USERS = 40;
  private static final int ITEMS = 90;
  private static final int RANK = 5;
  private static final Instant NOW = Instant.parse("2026-03-01T00:00:00Z");
  private static final long DAY = Duration.ofDays(1).toMillis();

  private FactorRows users;
  private FactorRows items;
  private final List<Past> pasts = new ArrayList<>();
  private ItemStatistics statistics;

  @BeforeEach
  void stockTheShop() {
    Random random = new Random(11);
    users = rows(USERS, random);
    items = rows(ITEMS, random);
    statistics = ItemStatistics.ofCapacity(ITEMS);
    for (int item = 0; item < ITEMS; item++) {
      int events = 1 + random.nextInt(60);
      statistics.eventCounts()[item] = events;
      statistics.recentCounts()[item] = events * random.nextFloat();
      statistics.slowCounts()[item] = events * random.nextFloat();
      statistics.userCounts()[item] = 1 + random.nextInt(events);
      statistics.firstTimes()[item] = NOW.toEpochMilli() - DAY * (10 + random.nextInt(200));
      statistics.lastTimes()[item] = NOW.toEpochMilli() - DAY * random.nextInt(10);
    }
    for (int user = 0; user < USERS; user++) {
      int[] had = user == 0 ? new int[0] : random.ints(12, 0, ITEMS).sorted().distinct().toArray();
      float[] counts = new float[had.length];
      int[] events = new int[had.length];
      long[] last = new long[had.length];
      for (int n = 0; n < had.length; n++) {
        events[n] = 1 + random.nextInt(4);
        counts[n] = events[n] * random.nextFloat();
        last[n] = NOW.toEpochMilli() - DAY * random.nextInt(120);
      }
      pasts.add(new Past(had, counts, events, last));
    }
  }

  private static FactorRows rows(int count, Random random) {
    float[] values = new float[count * RANK];
    for (int n = 0; n < values.length; n++) {
      values[n] = random.nextFloat();
    }
    return new FactorRows(RANK, IntStream.range(0, count).toArray(), values, new float[count]);
  }

  private Scorer model() {
    return new FactorScorer(users, items);
  }

  private BlendInputs inputs() {
    return BlendInputs.of(
        model(), items, IntStream.range(0, USERS).toArray(), pasts, statistics, NOW);
  }

  /** Every shopper with a past takes items that he had. */
  private List<Choice> again() {
    List<Choice> choices = new ArrayList<>();
    for (int user = 1; user < USERS; user++) {
      choices.add(new Choice(user, Arrays.copyOf(pasts.get(user).items(), 3)));
    }
    return choices;
  }

  /** No shopper takes what he had. */
  private List<Choice> neverAgain() {
    Random random = new Random(5);
    List<Choice> choices = new ArrayList<>();
    for (int user = 1; user < USERS; user++) {
      Past past = pasts.get(user);
      int[] taken =
          random
              .ints(0, ITEMS)
              .filter(i -> past.position(i) < 0)
              .limit(3)
              .sorted()
              .distinct()
              .toArray();
      choices.add(new Choice(user, taken));
    }
    return choices;
  }

  private static BlendWeights drawn() {
    Random random = new Random(3);
    BlendWeights untaught = BlendWeights.untaught();
    return new BlendWeights(
        Arrays.stream(untaught.mean()).map(w -> w + random.nextGaussian()).toArray(),
        untaught.precision());
  }

  private static Integer[] order(float[] scores) {
    Integer[] order = IntStream.range(0, scores.length).boxed().toArray(Integer[]::new);
    Arrays.sort(order, Comparator.comparingDouble((Integer i) -> -scores[i]).thenComparing(i -> i));
    return order;
  }

  @Test
  void anUntaughtBlendRanksAsTheModelDoes() {
    float[] blended = new float[ITEMS];
    float[] alone = new float[ITEMS];
    Scorer scorer = new BlendedScorer(BlendWeights.untaught(), inputs());
    for (int user = 0; user < USERS; user++) {
      scorer.score(new int[] {user}, blended);
      model().score(new int[] {user}, alone);
      assertThat(order(blended)).containsExactly(order(alone));
    }
    assertThat(scorer.knowsUser(3)).isTrue();
    assertThat(scorer.knowsUser(USERS)).isFalse();
    assertThat(scorer.knowsItem(ITEMS)).isFalse();
  }

  @Test
  void slopeAndCurvatureAreThoseOfTheLoss() {
    BlendInputs inputs = inputs();
    int[] known = IntStream.range(0, ITEMS).toArray();
    ChoiceTable table =
        ChoiceTable.of(
            inputs, new Choice(4, new int[] {2, 40}), known, ITEMS, new SplittableRandom(1), 2);
    double[] weights = drawn().mean();
    int features = weights.length;
    double[] gradient = new double[features];
    double[] hessian = new double[features * features];
    table.add(weights, gradient, hessian);
    double h = 1e-5;
    for (int f = 0; f < features; f++) {
      double[] more = weights.clone();
      double[] less = weights.clone();
      more[f] += h;
      less[f] -= h;
      double slope = (loss(table, more) - loss(table, less)) / (2 * h);
      assertThat(gradient[f]).isCloseTo(slope, within(1e-5 * Math.max(1, Math.abs(slope))));
      double[] above = new double[features];
      double[] below = new double[features];
      table.add(more, above, new double[features * features]);
      table.add(less, below, new double[features * features]);
      for (int c = 0; c < features; c++) {
        double bend = (above[c] - below[c]) / (2 * h);
        assertThat(hessian[f * features + c])
            .isCloseTo(bend, within(1e-4 * Math.max(1, Math.abs(bend))));
      }
    }
  }

  static double loss(ChoiceTable table, double[] weights) {
    return table.add(
        weights, new double[weights.length], new double[weights.length * weights.length]);
  }

  @Test
  void whoTakesThingsAgainIsShownThemAndWhoNeverDoesIsNot() {
    BlendWeights repeating = BlendFit.fit(BlendWeights.untaught(), inputs(), again(), 1);
    BlendWeights exploring = BlendFit.fit(BlendWeights.untaught(), inputs(), neverAgain(), 1);
    assertThat(firstOwn(repeating)).isGreaterThan(0.9);
    assertThat(firstOwn(exploring)).isLessThan(0.1);
  }

  /** Share of shoppers whose best three items are items that they had. */
  private double firstOwn(BlendWeights weights) {
    Scorer scorer = new BlendedScorer(weights, inputs());
    float[] scores = new float[ITEMS];
    int own = 0;
    for (int user = 1; user < USERS; user++) {
      scorer.score(new int[] {user}, scores);
      Integer[] order = order(scores);
      Past past = pasts.get(user);
      own += IntStream.range(0, 3).allMatch(r -> past.position(order[r]) >= 0) ? 1 : 0;
    }
    return (double) own / (USERS - 1);
  }

  @Test
  void whatEarlierNightsKnewIsKeptAndTheSameNightTeachesTheSame() {
    BlendWeights once = BlendFit.fit(BlendWeights.untaught(), inputs(), again(), 1);
    BlendWeights twice = BlendFit.fit(once, inputs(), again(), 1);
    for (int f = 0; f < BlendFeature.COUNT; f++) {
      int diagonal = f * BlendFeature.COUNT + f;
      assertThat(twice.precision()[diagonal]).isGreaterThan(0.97 * once.precision()[diagonal]);
    }
    assertThat(once.isFinite()).isTrue();
    assertThat(BlendFit.fit(once, inputs(), again(), 1).mean()).isEqualTo(twice.mean());
  }

  @Test
  void nobodyKnownTakesAnythingKnownAndNothingIsLearnt() {
    BlendWeights prior = drawn();
    List<Choice> strangers =
        List.of(new Choice(USERS + 3, new int[] {1}), new Choice(2, new int[] {ITEMS + 1}));
    assertThat(BlendFit.fit(prior, inputs(), strangers, 1)).isSameAs(prior);
    assertThat(BlendFit.fit(prior, inputs(), List.of(), 1)).isSameAs(prior);
  }

  @Test
  void sampledItemsStandForThoseLeftOut() {
    BlendInputs inputs = inputs();
    int[] known = IntStream.range(0, ITEMS).toArray();
    Choice choice = new Choice(4, new int[] {2, 40});
    double[] weights = BlendWeights.untaught().mean();
    double whole =
        loss(ChoiceTable.of(inputs, choice, known, ITEMS, new SplittableRandom(0), 2), weights);
    double sum = 0;
    for (int seed = 0; seed < 200; seed++) {
      sum +=
          loss(
              ChoiceTable.of(inputs, choice, known, ITEMS / 3, new SplittableRandom(seed), 2),
              weights);
    }
    assertThat(sum / 200).isCloseTo(whole, within(0.02 * whole));
  }

  @Test
  void itemsOutOfThoseThatAreHeldAreRankedAsAmongAll() {
    BlendWeights weights = BlendFit.fit(drawn(), inputs(), again(), 1);
    int[] some = IntStream.range(0, ITEMS).filter(i -> i % 3 != 1).toArray();
    // Somebody's past may hold any item: only what is held says something of his taste.
    List<Past> held =
        pasts.stream()
            .map(
                past -> {
                  int[] at =
                      IntStream.range(0, past.size())
                          .filter(n -> Arrays.binarySearch(some, past.items()[n]) >= 0)
                          .toArray();
                  return new Past(
                      IntStream.of(at).map(n -> past.items()[n]).toArray(),
                      floats(at, past.counts()),
                      IntStream.of(at).map(n -> past.events()[n]).toArray(),
                      IntStream.of(at).mapToLong(n -> past.lastTimes()[n]).toArray());
                })
            .toList();
    Past[] had = held.toArray(Past[]::new);
    TopRows among =
        new BlendedTopItems(items, items, some, weights, statistics, NOW)
            .best(users.values(), USERS, 5, new int[USERS][], had);
    FactorRows few = items.among(some);
    TopRows alone =
        new BlendedTopItems(few, few, some, weights, statistics, NOW)
            .best(users.values(), USERS, 5, new int[USERS][], had);
    for (int user = 0; user < USERS; user++) {
      for (int rank = 0; rank < 5; rank++) {
        assertThat(alone.item(user, rank)).isEqualTo(among.item(user, rank));
        assertThat(alone.score(user, rank)).isCloseTo(among.score(user, rank), within(1e-5f));
      }
    }
  }

  private static float[] floats(int[] at, float[] values) {
    float[] some = new float[at.length];
    for (int n = 0; n < at.length; n++) {
      some[n] = values[at[n]];
    }
    return some;
  }

  @Test
  void theBestItemsAreThoseOfTheFullOrder() {
    BlendWeights weights = BlendFit.fit(drawn(), inputs(), again(), 1);
    int[] allowed = IntStream.range(0, ITEMS).filter(i -> i % 7 != 0).toArray();
    BlendedTopItems top = new BlendedTopItems(items, items, allowed, weights, statistics, NOW);
    int[][] seen = new int[USERS][];
    for (int user = 0; user < USERS; user += 2) {
      seen[user] = pasts.get(user).items();
    }
    TopRows found = top.best(users.values(), USERS, 8, seen, pasts.toArray(Past[]::new));
    Scorer scorer = new BlendedScorer(weights, inputs());
    float[] scores = new float[ITEMS];
    TreeSet<Integer> choosable = new TreeSet<>(Arrays.stream(allowed).boxed().toList());
    for (int user = 0; user < USERS; user++) {
      scorer.score(new int[] {user}, scores);
      int[] hidden = seen[user] == null ? new int[0] : seen[user];
      List<Integer> expected =
          Arrays.stream(order(scores))
              .filter(choosable::contains)
              .filter(i -> Arrays.binarySearch(hidden, i) < 0)
              .limit(8)
              .toList();
      for (int rank = 0; rank < 8; rank++) {
        assertThat(found.item(user, rank)).isEqualTo(expected.get(rank));
        assertThat(found.score(user, rank)).isCloseTo(scores[expected.get(rank)], within(1e-4f));
      }
    }
  }

  @Test
  void anItemsOwnPartIsNoSignOfTaste() {
    Past one =
        new Past(new int[] {7}, new float[] {1}, new int[] {1}, new long[] {NOW.toEpochMilli()});
    PastTraits traits = new PastTraits(one, NOW.toEpochMilli());
    FactorRows directions = ItemTraits.directions(items);
    float[] taste = new float[RANK];
    traits.addTaste(directions, taste, 0);
    double cosine = 0;
    for (int c = 0; c < RANK; c++) {
      cosine += taste[c] * directions.values()[7 * RANK + c];
    }
    assertThat(cosine).isCloseTo(1, within(1e-5));
    assertThat(traits.tasteWithout(0, cosine)).isCloseTo(0, within(1e-5));
  }

  @Test
  void weightsAreKeptAndThoseOfOtherFeaturesAreNotTaken() {
    BlendWeights weights = drawn();
    BlendWeights read = BlendWeights.of(weights.arrays()).orElseThrow();
    assertThat(read.mean()).isEqualTo(weights.mean());
    assertThat(read.precision()).isEqualTo(weights.precision());
    assertThat(BlendWeights.of(Map.of())).isEmpty();
    assertThat(
            BlendWeights.of(Map.of("blend_mean", new double[3], "blend_precision", new double[9])))
        .isEmpty();
    assertThatThrownBy(() -> new BlendWeights(new double[3], new double[9]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("3 weights");
  }
}
