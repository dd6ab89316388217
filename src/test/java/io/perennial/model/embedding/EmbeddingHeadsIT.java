package io.perennial.model.embedding;

import static io.perennial.model.embedding.EmbeddingNightsIT.assertSame;
import static io.perennial.model.embedding.EmbeddingNightsIT.learn;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.when;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.perennial.Behaviours;
import io.perennial.event.BehaviourColumns;
import io.perennial.event.EventColumns;
import io.perennial.model.CorruptStateException;
import io.perennial.model.FactorRows;
import io.perennial.model.Feedback;
import io.perennial.model.IncompatibleParentException;
import io.perennial.model.ModelState;
import io.perennial.model.RememberedEvents;
import io.perennial.model.Scorer;
import io.perennial.model.TrainingEvents;
import io.perennial.model.embedding.replay.Replay;
import io.perennial.model.embedding.step.Teaching;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.BiFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

/** A head for each behaviour, through nights, versions and refusals. */
class EmbeddingHeadsIT {
  private static final Behaviours BEHAVIOURS =
      new Behaviours(Map.of("purchase", 2.0, "view", 0.4, "basket", 1.0));
  private static final int PURCHASE = 0;
  private static final int VIEW = 2;
  private static final EmbeddingOptions FEW = EmbeddingOptions.retrieval().withEpochs(4, 2);

  private static EmbeddingFamily family(EmbeddingOptions options, Behaviours behaviours) {
    return new EmbeddingFamily(
        options,
        new EmbeddingDistillation(
            new Teaching(0.5, 2, 0.3, 0, 8, 4, 0.2),
            EmbeddingDistillation.Strength.FIXED,
            new Replay(4, Replay.Owner.ITEM, Replay.Selection.LOSS, 0.5)),
        behaviours);
  }

  /** Events of three behaviours, of a pair always the same. */
  private static Dataset<Row> night(int night, int partitions) {
    TrainingEvents events =
        new TrainingEvents().random(night == 0 ? 700 : 80, 30, 25, night, Feedback.IMPLICIT, night);
    return BehaviourColumns.weighed(
        BEHAVIOURS,
        events
            .dataset(partitions)
            .withColumn(
                EventColumns.BEHAVIOUR,
                col("user_index").plus(col("item_index")).mod(lit(3)).cast("int")));
  }

  @Test
  void nightsWithReadingBackInBetweenAreNightsInARowHereAndOnSpark() {
    EmbeddingModel model = sameHereOnSparkAndReadBack(FEW, EmbeddingHeadsIT::night);
    assertThat(model.exemplars().behaviours()).contains(0, 1, 2);
    assertThat(model.form().behaviours()).containsExactly("purchase", "basket", "view");
  }

  /** Three nights in the driver, and on Spark with reading back in between, make one model. */
  private static EmbeddingModel sameHereOnSparkAndReadBack(
      EmbeddingOptions options, BiFunction<Integer, Integer, Dataset<Row>> events) {
    EmbeddingFamily here =
        family(options.with(new EmbeddingOptions.Sharing(2, 2, 1_000)), BEHAVIOURS);
    EmbeddingFamily there = family(options.with(new EmbeddingOptions.Sharing(2, 2, 0)), BEHAVIOURS);
    Optional<EmbeddingModel> inARow = Optional.empty();
    Optional<EmbeddingModel> readBack = Optional.empty();
    for (int night = 0; night < 3; night++) {
      inARow = Optional.of(learn(here, inARow, events.apply(night, 2), night));
      EmbeddingModel model = learn(there, readBack, events.apply(night, 5), night);
      readBack = Optional.of(there.codec().decode(there.codec().encode(model)));
    }
    assertSame(readBack.get(), inARow.get());
    return inARow.get();
  }

  @Test
  void headsAreLearntFromScratchAndStayAtNight() {
    EmbeddingFamily family = family(FEW, BEHAVIOURS);
    EmbeddingModel first = learn(family, Optional.empty(), night(0, 1), 0);
    EmbeddingModel second = learn(family, Optional.of(first), night(1, 1), 1);

    int width = first.dense().width();
    assertThat(first.dense().count()).isEqualTo(3);
    for (int head = 1; head < 3; head++) {
      assertThat(first.dense().steps()[head]).isPositive();
      assertThat(first.dense().values()[head * width + 3]).isNotEqualTo(1f);
    }
    assertThat(second.dense()).isEqualTo(first.dense());
    assertThat(second.changed().orElseThrow().users().size()).isPositive();
  }

  /** Purchases, and views of which each has a value as ratings have. */
  private static Dataset<Row> rated(int night, int partitions) {
    return night(night, partitions)
        .withColumn(
            "value",
            when(col(EventColumns.BEHAVIOUR).equalTo(VIEW), col("item_index").mod(lit(4)).plus(2.0))
                .otherwise(lit(1.0)));
  }

  @Test
  void aHeadThatLearnsValuesIsTheSameHereOnSparkAndReadBack() {
    EmbeddingModel parent =
        sameHereOnSparkAndReadBack(FEW.withRated(List.of("view")), EmbeddingHeadsIT::rated);
    assertThat(parent.form().rated()).containsExactly("view");
    EmbeddingFamily alike = family(FEW, BEHAVIOURS);
    assertThatThrownBy(() -> learn(alike, Optional.of(parent), rated(3, 1), 3))
        .isInstanceOf(IncompatibleParentException.class)
        .hasMessageContaining("model.rated");
  }

  @Test
  void aHeadThatLearnsValuesComesNearThem() {
    EmbeddingFamily family = family(FEW.withEpochs(60, 2).withRated(List.of("view")), BEHAVIOURS);
    EmbeddingModel model = learn(family, Optional.empty(), rated(0, 1), 0);
    double error = 0;
    double spread = 0;
    int events = 0;
    for (Row row : rated(0, 1).where(col(EventColumns.BEHAVIOUR).equalTo(VIEW)).collectAsList()) {
      double value = row.getAs("value");
      double said = said(model, VIEW, row.<Integer>getAs("user_index"), row.getAs("item_index"));
      error += (said - value) * (said - value);
      spread += (3.5 - value) * (3.5 - value);
      events++;
    }
    assertThat(events).isGreaterThan(100);
    assertThat(error).isLessThan(0.3 * spread);
  }

  /** {@code scale·cos(u ∘ d, v)…}: what a head that is not the main one says of a user and item. */
  private static double said(EmbeddingModel model, int head, int user, int item) {
    int width = model.form().width();
    float[] dense = model.dense().values();
    int at = head * model.dense().width();
    FactorRows users = model.users().rows(new int[] {user});
    int row = model.itemTable().position(item);
    double dot = 0;
    double ofUser = 0;
    double ofItem = 0;
    for (int c = 0; c < model.form().dimension(); c++) {
      double u = users.values()[c];
      double v = model.itemTable().values()[row * width + c];
      dot += u * dense[at + 3 + c] * v;
      ofUser += u * u;
      ofItem += v * v;
    }
    return dense[at] * dot / Math.sqrt(ofUser * ofItem)
        + dense[at + 1]
        + users.values()[width - 1]
        + dense[at + 2] * model.itemTable().values()[row * width + width - 1];
  }

  @Test
  void whatCannotLearnValuesIsRefused() {
    assertThatThrownBy(() -> family(FEW.withRated(List.of("purchase")), BEHAVIOURS))
        .hasMessageContaining("model.rated")
        .hasMessageContaining("'purchase'")
        .hasMessageContaining("[purchase, basket, view]");
    assertThatThrownBy(() -> family(FEW.withRated(List.of("click")), BEHAVIOURS))
        .hasMessageContaining("'click'");
    assertThatThrownBy(() -> EmbeddingOptions.ratings().withRated(List.of("view")))
        .hasMessageContaining("model.rated")
        .hasMessageContaining("Leave it out");
  }

  @Test
  void oneBehaviourIsTheModelOfNoneWhateverItWeighs() {
    Dataset<Row> events =
        new TrainingEvents().random(500, 30, 25, 0, Feedback.IMPLICIT, 3).dataset(2);
    Behaviours one = new Behaviours(Map.of("purchase", 3.0));
    Dataset<Row> weighed =
        BehaviourColumns.weighed(one, events.withColumn(EventColumns.BEHAVIOUR, lit(0)));

    assertSame(
        learn(family(FEW, one), Optional.empty(), weighed, 0),
        learn(family(FEW, Behaviours.NONE), Optional.empty(), events, 0));
  }

  @Test
  void parentOfOtherBehavioursIsRefused() {
    EmbeddingModel parent = learn(family(FEW, BEHAVIOURS), Optional.empty(), night(0, 1), 0);
    Behaviours reweighed = new Behaviours(Map.of("purchase", 1.0, "view", 0.9, "basket", 0.1));
    Behaviours another = new Behaviours(Map.of("purchase", 1.0, "view", 2.0, "basket", 0.1));

    for (Behaviours other : new Behaviours[] {Behaviours.NONE, another}) {
      EmbeddingFamily family = family(FEW, other);
      assertThatThrownBy(() -> learn(family, Optional.of(parent), night(1, 1), 1))
          .isInstanceOf(IncompatibleParentException.class)
          .hasMessageContaining("behaviours")
          .hasMessageContaining("[purchase, basket, view]");
    }
    assertThat(learn(family(FEW, reweighed), Optional.of(parent), night(1, 1), 1).isFinite())
        .isTrue();
  }

  @Test
  void brokenHeadsOfAVersionAreToldAsSuch() {
    EmbeddingModel model = learn(family(FEW, BEHAVIOURS), Optional.empty(), night(0, 1), 0);
    ModelState state = new EmbeddingCodec().encode(model);
    for (double[] broken : new double[][] {null, {1}}) {
      Map<String, double[]> arrays = new HashMap<>(state.arrays());
      arrays.compute("heads", (name, kept) -> broken);
      assertCorrupt(state, state.remembered(), arrays, "heads");
    }
  }

  @Test
  void rememberedEventsThatCannotBeAreToldAsSuch() {
    EmbeddingModel model = learn(family(FEW, BEHAVIOURS), Optional.empty(), night(0, 1), 0);
    ModelState state = new EmbeddingCodec().encode(model);
    assertCorrupt(state, event(-1, 3, 0, 1, 0.5f), state.arrays(), "user -1");
    assertCorrupt(state, event(1, 900, 0, 1, 0.5f), state.arrays(), "item 900");
    assertCorrupt(state, event(1, 3, 3, 1, 0.5f), state.arrays(), "behaviour 3");
    assertCorrupt(state, event(1, 3, 0, Float.NaN, 0.5f), state.arrays(), "value NaN");
    Map<String, double[]> former = new HashMap<>(state.arrays());
    former.put("exemplars", new double[] {1, 3, 1, 0.5});
    assertCorrupt(state, Optional.empty(), former, "table exemplars");
    former.put("exemplars", new double[0]);
    assertThat(
            new EmbeddingCodec().decode(with(state, Optional.empty(), former)).exemplars().size())
        .as("an empty array loses nothing")
        .isZero();
  }

  private static Optional<RememberedEvents> event(
      int user, int item, int behaviour, float value, float key) {
    return Optional.of(
        new RememberedEvents(
            new int[] {user},
            new int[] {item},
            new int[] {behaviour},
            new float[] {value},
            new long[] {1},
            new float[] {key}));
  }

  private static void assertCorrupt(
      ModelState state,
      Optional<RememberedEvents> remembered,
      Map<String, double[]> arrays,
      String part) {
    assertThatThrownBy(() -> new EmbeddingCodec().decode(with(state, remembered, arrays)))
        .isInstanceOf(CorruptStateException.class)
        .hasMessageContaining(part);
  }

  private static ModelState with(
      ModelState state, Optional<RememberedEvents> remembered, Map<String, double[]> arrays) {
    return new ModelState(
        state.family(),
        state.users(),
        state.items(),
        state.changedUsers(),
        state.changedItems(),
        state.itemSums(),
        state.changedItemSums(),
        state.companions(),
        remembered,
        arrays,
        state.attributes());
  }

  /**
   * Users buy what is of their kind, and view that and the kind beside it alike. A few purchases,
   * many views: the main head must not rank by what is only looked at.
   */
  @Test
  void theMainHeadRanksWhatIsTakenAboveWhatIsLookedAt() {
    Random random = new Random(7);
    TrainingEvents bought = new TrainingEvents();
    TrainingEvents viewed = new TrainingEvents();
    for (int n = 0; n < 3000; n++) {
      int user = random.nextInt(120);
      int item = random.nextInt(40);
      boolean own = user % 4 == item % 4;
      boolean beside = (user + 1) % 4 == item % 4;
      if (own && n % 4 == 0) {
        bought.add(user, item, 1, 0);
      } else if (own || beside) {
        viewed.add(user, item, 1, 0);
      }
    }
    Behaviours two = new Behaviours(Map.of("purchase", 1.0, "view", 0.3));
    Dataset<Row> both =
        BehaviourColumns.weighed(
            two,
            bought
                .dataset(1)
                .withColumn(EventColumns.BEHAVIOUR, lit(PURCHASE))
                .unionByName(viewed.dataset(1).withColumn(EventColumns.BEHAVIOUR, lit(VIEW - 1))));
    EmbeddingOptions options = EmbeddingOptions.retrieval().withEpochs(60, 3);
    double heads = ahead(learn(family(options, two), Optional.empty(), both, 0));
    double alike =
        ahead(
            learn(
                family(options, Behaviours.NONE),
                Optional.empty(),
                both.drop(EventColumns.BEHAVIOUR, EventColumns.WEIGHT),
                0));
    double alone =
        ahead(learn(family(options, Behaviours.NONE), Optional.empty(), bought.dataset(1), 0));
    System.out.printf(
        "What is taken is ahead: %.3f with heads, %.3f all alike, %.3f by purchases alone%n",
        heads, alike, alone);

    assertThat(heads).as("%s with heads, %s all alike", heads, alike).isGreaterThan(alike);
  }

  /** Share of (own, beside) items of all users in which the own one is ahead. */
  private static double ahead(EmbeddingModel model) {
    int[] users = new int[120];
    for (int user = 0; user < users.length; user++) {
      users[user] = user;
    }
    Scorer scorer = model.scorer(users);
    float[] scores = new float[users.length * scorer.itemCount()];
    scorer.score(users, scores);
    int won = 0;
    int all = 0;
    for (int user : users) {
      for (int own = user % 4; own < 40; own += 4) {
        for (int beside = (user + 1) % 4; beside < 40; beside += 4) {
          int at = user * scorer.itemCount();
          won += scores[at + own] > scores[at + beside] ? 1 : 0;
          all++;
        }
      }
    }
    return (double) won / all;
  }
}
