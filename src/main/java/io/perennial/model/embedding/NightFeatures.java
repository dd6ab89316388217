package io.perennial.model.embedding;

import io.perennial.model.IncompatibleParentException;
import io.perennial.model.TrainingTask;
import io.perennial.model.embedding.EmbeddingOptions.Tower;
import io.perennial.model.embedding.rounds.Partition;
import io.perennial.model.embedding.step.TowerRows;
import io.perennial.model.feature.EncodedFeatures;
import io.perennial.model.feature.EntityFeatures;
import io.perennial.model.feature.EntityFeatures.Side;
import io.perennial.model.feature.FeatureEncoder;
import io.perennial.model.feature.FeatureTable;
import io.perennial.model.feature.RawFeatures;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/**
 * Features of a training: the towers as it begins, and inputs of both sides.
 *
 * @param towers the parent's, or fresh ones
 * @param items inputs of every item of which something is known, in the driver
 * @param users inputs of users, where they are
 */
record NightFeatures(
    ModelTowers towers, EncodedFeatures items, Optional<JavaRDD<EncodedFeatures>> users) {
  /** Users whose features are looked at to make an encoder, about so many at most. */
  private static final int MOST_LOOKED_AT = 200_000;

  private static final long USERS = 11;
  private static final long ITEMS = 12;

  /**
   * @throws IncompatibleParentException where the parent was learnt with other features
   * @throws io.perennial.model.feature.UnusableFeatureException where a column says nothing
   */
  static NightFeatures of(
      TrainingTask<EmbeddingModel> task, NightData night, EmbeddingOptions options) {
    EntityFeatures features = task.features();
    Optional<RawFeatures> ofItems =
        features
            .items()
            .map(side -> RawFeatures.together(RawFeatures.pieces(side.rows()).collect()));
    Optional<JavaRDD<RawFeatures>> ofUsers =
        features.users().map(side -> RawFeatures.pieces(side.rows()));
    ModelTowers towers =
        task.parent()
            .map(EmbeddingModel::towers)
            .orElseGet(
                () -> {
                  Fresh fresh = new Fresh(options, task.seed());
                  return new ModelTowers(
                      features
                          .users()
                          .map(side -> fresh.tower(side, seen(ofUsers.get(), night), USERS)),
                      features
                          .items()
                          .map(side -> fresh.tower(side, seen(ofItems.get(), night), ITEMS)));
                });
    return new NightFeatures(
        towers,
        towers
            .items()
            .map(tower -> tower.encoder().encode(ofItems.get()))
            .orElse(EncodedFeatures.NONE),
        towers.users().map(tower -> encoded(ofUsers.get(), tower.encoder())));
  }

  private static JavaRDD<EncodedFeatures> encoded(
      JavaRDD<RawFeatures> raw, FeatureEncoder encoder) {
    return raw.map(piece -> encoder.encode(RawFeatures.together(List.of(piece))));
  }

  /** Of the items that have events. */
  private static RawFeatures seen(RawFeatures items, NightData night) {
    int[] withEvents = night.counts().items();
    return items.where(index -> Arrays.binarySearch(withEvents, index) >= 0);
  }

  /** Of the users who have events: all of few, of many a sample that depends on nothing else. */
  private static RawFeatures seen(JavaRDD<RawFeatures> users, NightData night) {
    BitSet withEvents = night.users();
    double share = Math.min(1, (double) MOST_LOOKED_AT / Math.max(1, withEvents.cardinality()));
    JavaSparkContext context = JavaSparkContext.fromSparkContext(users.context());
    Broadcast<BitSet> wanted = context.broadcast(withEvents);
    return RawFeatures.together(
        users
            .map(piece -> piece.where(user -> wanted.value().get(user) && isLookedAt(user, share)))
            .collect());
  }

  private static boolean isLookedAt(int user, double share) {
    return (Partition.seed(USERS, user) >>> 11) * 0x1.0p-53 < share;
  }

  /** Makes towers that have not learnt anything. */
  private record Fresh(EmbeddingOptions options, long seed) {
    SideTower tower(Side side, RawFeatures seen, long which) {
      Tower shape = options.tower();
      FeatureEncoder encoder =
          FeatureEncoder.fit(side.table(), seen, shape.vocabulary(), shape.rare());
      return new SideTower(
          encoder,
          TowerRows.fresh(
              options.recipe(),
              encoder.columns(),
              shape.hidden(),
              options.start().spread(),
              Partition.seed(seed, which)));
    }
  }

  /**
   * Refuses a parent that knows its users and items by other features.
   *
   * @throws IncompatibleParentException where they differ
   */
  static void check(ModelTowers parent, EntityFeatures features, Tower wanted) {
    check("features.items", parent.items(), features.items(), wanted);
    check("features.users", parent.users(), features.users(), wanted);
  }

  private static void check(
      String section, Optional<SideTower> parent, Optional<Side> side, Tower wanted) {
    String before = parent.map(tower -> tower.encoder().shape()).orElse("none");
    String now = side.map(Side::table).map(FeatureTable::shape).orElse("none");
    if (!before.equals(now)) {
      throw new IncompatibleParentException(section, before, now);
    }
    int hidden = parent.map(tower -> tower.rows().hidden()).orElse(wanted.hidden());
    if (hidden != wanted.hidden()) {
      throw new IncompatibleParentException("model.tower.hidden", hidden, wanted.hidden());
    }
  }
}
