package io.perennial.model.embedding;

import static io.perennial.model.embedding.EmbeddingNightsIT.assertSame;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.perennial.Progress;
import io.perennial.TestSession;
import io.perennial.model.CorruptStateException;
import io.perennial.model.FactorRows;
import io.perennial.model.IncompatibleParentException;
import io.perennial.model.ModelState;
import io.perennial.model.TrainingEvents;
import io.perennial.model.TrainingTask;
import io.perennial.model.embedding.EmbeddingOptions.Sharing;
import io.perennial.model.embedding.EmbeddingOptions.Tower;
import io.perennial.model.embedding.replay.Replay;
import io.perennial.model.embedding.step.Recipe;
import io.perennial.model.embedding.step.Teaching;
import io.perennial.model.feature.EntityFeatures;
import io.perennial.model.feature.EntityFeatures.Side;
import io.perennial.model.feature.FeatureTable;
import io.perennial.model.feature.RawFeatures;
import io.perennial.model.feature.TagColumn;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.junit.jupiter.api.Test;

/**
 * Nights of embeddings with towers: what they move, and that they are the same wherever they run.
 */
class TowerNightsIT {
  private static final FeatureTable TABLE =
      new FeatureTable(
          "things",
          "id",
          List.of("kind"),
          List.of("size"),
          List.of(new TagColumn("marks", Optional.empty())));

  private static EmbeddingFamily family(EmbeddingOptions options) {
    return new EmbeddingFamily(
        options,
        new EmbeddingDistillation(
            new Teaching(0.5, 2, 0.3, 0.1, 8, 4, 0.2),
            EmbeddingDistillation.Strength.FIXED,
            new Replay(4, Replay.Owner.ITEM, Replay.Selection.LOSS, 0.5)));
  }

  private static EmbeddingOptions few(EmbeddingOptions options) {
    return options.withEpochs(2, 2).with(new Sharing(3, 2, 1_000_000));
  }

  /** Features of some entities; every seventh has none. Kinds are those of their tastes. */
  private static Side side(int count, int partitions) {
    List<Row> rows = new ArrayList<>();
    for (int n = 0; n < count; n++) {
      if (n % 7 != 6) {
        rows.add(
            RowFactory.create(
                n,
                List.of(1L + n % 4),
                List.of((double) n % 5),
                List.of(List.of(10L + n % 3, 20L + n % 2))));
      }
    }
    return new Side(
        TABLE, TestSession.get().createDataFrame(rows, RawFeatures.SCHEMA).repartition(partitions));
  }

  private static EntityFeatures features(int partitions) {
    return new EntityFeatures(Optional.of(side(40, partitions)), Optional.of(side(60, partitions)));
  }

  private static EmbeddingModel learn(
      EmbeddingFamily family,
      Optional<EmbeddingModel> parent,
      Dataset<Row> events,
      int night,
      EntityFeatures features) {
    return family
        .trainer()
        .train(
            new TrainingTask<EmbeddingModel>(
                    events,
                    parent,
                    Optional.empty(),
                    TrainingEvents.day(night + 1),
                    5,
                    Progress.SILENT)
                .with(features));
  }

  /** Night 0 has users below 30 and items below 25; later ones bring more. */
  private static TrainingEvents night(EmbeddingFamily family, int night) {
    int count = night == 0 ? 700 : 60;
    return new TrainingEvents()
        .random(count, 30 + 5 * night, 25 + 2 * night, night, family.feedback(), night);
  }

  @Test
  void threadsAndTasksAndPartitionsMakeTheSameModel() {
    for (EmbeddingOptions options :
        List.of(
            EmbeddingOptions.ratings(),
            EmbeddingOptions.retrieval().with(new Tower(5, 0.5, 3, 1)))) {
      EmbeddingFamily driver = family(few(options));
      EmbeddingFamily spark = family(few(options).with(new Sharing(3, 2, 0)));
      EmbeddingModel here =
          learn(driver, Optional.empty(), night(driver, 0).dataset(1), 0, features(1));
      EmbeddingModel second =
          learn(driver, Optional.of(here), night(driver, 1).dataset(1), 1, features(1));
      for (int partitions : new int[] {2, 8}) {
        Dataset<Row> base = night(driver, 0).dataset(partitions);
        assertSame(learn(driver, Optional.empty(), base, 0, features(partitions)), here);
        EmbeddingModel there = learn(spark, Optional.empty(), base, 0, features(partitions));
        assertSame(there, here);
        assertSame(
            learn(
                spark,
                Optional.of(there),
                night(driver, 1).dataset(partitions),
                1,
                features(partitions)),
            second);
      }
    }
  }

  @Test
  void nightsWithReadingBackInBetweenAreNightsInARow() {
    EmbeddingFamily family =
        family(few(EmbeddingOptions.ratings().with(new Tower(3, 0.5, 100, 2))));
    Optional<EmbeddingModel> inARow = Optional.empty();
    Optional<EmbeddingModel> readBack = Optional.empty();
    for (int night = 0; night < 3; night++) {
      Dataset<Row> events = night(family, night).dataset(2);
      inARow = Optional.of(learn(family, inARow, events, night, features(1)));
      EmbeddingModel model = learn(family, readBack, events, night, features(1));
      readBack = Optional.of(family.codec().decode(family.codec().encode(model)));
    }
    assertSame(readBack.get(), inARow.get());
    assertThat(readBack.get().towers().items().orElseThrow().rows().hidden()).isEqualTo(3);
  }

  /** What a tower makes of everybody who is in a table, by index. */
  private static Map<Integer, float[]> made(SideTower tower, Side side, int width) {
    RawFeatures raw = RawFeatures.together(RawFeatures.pieces(side.rows()).collect());
    float[] rows = tower.rows().rows(tower.encoder().encode(raw).rows(), width);
    Map<Integer, float[]> byIndex = new HashMap<>();
    for (int n = 0; n < raw.size(); n++) {
      float[] row = new float[width];
      System.arraycopy(rows, n * width, row, 0, width);
      byIndex.put(raw.indices()[n], row);
    }
    return byIndex;
  }

  private static float[] row(FactorRows rows, int index) {
    float[] row = new float[rows.rank()];
    System.arraycopy(rows.values(), rows.position(index) * row.length, row, 0, row.length);
    return row;
  }

  @Test
  void anItemWithoutAnEventHasTheRowOfItsTowerAndKeepsIt() {
    EmbeddingFamily family = family(few(EmbeddingOptions.retrieval()));
    EntityFeatures known = features(1);
    EmbeddingModel base = learn(family, Optional.empty(), night(family, 0).dataset(1), 0, known);
    int width = base.form().width();
    Map<Integer, float[]> made =
        made(base.towers().items().orElseThrow(), known.items().get(), width);
    for (int item : new int[] {30, 39}) {
      assertThat(base.itemTable().eventCounts()[base.itemTable().position(item)]).isZero();
      assertThat(row(base.itemTable(), item)).containsExactly(made.get(item), within(1e-6f));
    }
    assertThat(base.itemTable().position(34)).as("34 has no features").isNegative();
    EmbeddingModel second = learn(family, Optional.of(base), night(family, 1).dataset(1), 1, known);
    assertThat(row(second.itemTable(), 39)).isEqualTo(row(base.itemTable(), 39));
    assertThat(second.changed().orElseThrow().items().position(39)).isNegative();
    assertThat(second.towers()).isEqualTo(base.towers());
    // Items 25 and 26 come tonight and move; 25 is in the parent without an event.
    int first = base.itemTable().position(25);
    assertThat(base.itemTable().eventCounts()[first]).isZero();
    assertThat(second.itemTable().eventCounts()[second.itemTable().position(25)]).isPositive();
    assertThat(row(second.itemTable(), 25)).isNotEqualTo(row(base.itemTable(), 25));
    assertThat(second.changed().orElseThrow().items().position(25)).isNotNegative();
  }

  private static Recipe slow(Recipe recipe) {
    return new Recipe(
        recipe.objective(),
        recipe.similarity(),
        recipe.dimension(),
        recipe.biases(),
        recipe.temperature(),
        recipe.negatives(),
        recipe.popularityPower(),
        recipe.adam().withLearningRate(1e-9),
        recipe.common(),
        recipe.l2(),
        recipe.biasL2(),
        recipe.dropout(),
        recipe.clip());
  }

  @Test
  void aNewUserBeginsWhereHisFeaturesSay() {
    // A rate of almost nothing leaves rows where they began.
    EmbeddingOptions options = few(EmbeddingOptions.retrieval());
    EmbeddingFamily family = new EmbeddingFamily(options, EmbeddingDistillation.NONE);
    EntityFeatures known = features(1);
    EmbeddingModel base = learn(family, Optional.empty(), night(family, 0).dataset(1), 0, known);
    EmbeddingFamily slow =
        new EmbeddingFamily(options.with(slow(options.recipe())), EmbeddingDistillation.NONE);
    TrainingEvents events = new TrainingEvents().add(50, 3, 1, 1).add(55, 3, 1, 1);
    EmbeddingModel next = learn(slow, Optional.of(base), events.dataset(1), 1, known);
    Map<Integer, float[]> made =
        made(base.towers().users().orElseThrow(), known.users().get(), base.form().width());
    assertThat(row(next.users().all(), 50)).containsExactly(made.get(50), within(1e-5f));
    assertThat(row(next.users().all(), 55))
        .as("55 has no features")
        .containsExactly(ItemSide.mean(base.userMean()), within(1e-5f));
  }

  @Test
  void aParentWithOtherFeaturesIsRefused() {
    EmbeddingFamily family = family(few(EmbeddingOptions.ratings()));
    EntityFeatures known = features(1);
    EmbeddingModel parent = learn(family, Optional.empty(), night(family, 0).dataset(1), 0, known);
    FeatureTable other =
        new FeatureTable("things", "id", List.of("kind", "colour"), List.of(), List.of());
    Dataset<Row> events = night(family, 1).dataset(1);
    assertRefused(family, parent, events, EntityFeatures.NONE, "features.items");
    assertRefused(
        family,
        parent,
        events,
        new EntityFeatures(known.items(), Optional.empty()),
        "features.users");
    assertRefused(
        family,
        parent,
        events,
        new EntityFeatures(Optional.of(new Side(other, known.items().get().rows())), known.users()),
        "'colour'");
    EmbeddingFamily deeper =
        family(few(EmbeddingOptions.ratings().with(new Tower(4, 0.5, 1000, 2))));
    assertRefused(deeper, parent, events, known, "model.tower.hidden");
    EmbeddingModel plain =
        learn(family, Optional.empty(), night(family, 0).dataset(1), 0, EntityFeatures.NONE);
    assertRefused(family, plain, events, known, "its features.items is none");
    assertThat(new EmbeddingCodec().encode(plain).arrays()).containsOnlyKeys("dense", "user_mean");
  }

  private static void assertRefused(
      EmbeddingFamily family,
      EmbeddingModel parent,
      Dataset<Row> events,
      EntityFeatures features,
      String sentence) {
    assertThatThrownBy(() -> learn(family, Optional.of(parent), events, 1, features))
        .isInstanceOf(IncompatibleParentException.class)
        .hasMessageContaining(sentence);
  }

  @Test
  void aTowerThatDoesNotFitItsEncoderIsCorrupt() {
    EmbeddingFamily family = family(few(EmbeddingOptions.ratings()));
    ModelState state =
        family
            .codec()
            .encode(learn(family, Optional.empty(), night(family, 0).dataset(1), 0, features(1)));
    for (String array : List.of("item_tower", "user_features")) {
      Map<String, double[]> arrays = new HashMap<>(state.arrays());
      arrays.put(array, Arrays.copyOf(arrays.get(array), arrays.get(array).length - 1));
      ModelState broken =
          new ModelState(
              state.family(),
              state.users(),
              state.items(),
              state.changedUsers(),
              state.changedItems(),
              state.itemSums(),
              state.changedItemSums(),
              state.companions(),
              arrays,
              state.attributes());
      assertThatThrownBy(() -> family.codec().decode(broken))
          .isInstanceOf(CorruptStateException.class);
    }
  }
}
