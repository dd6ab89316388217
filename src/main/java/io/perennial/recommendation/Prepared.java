package io.perennial.recommendation;

import io.perennial.Warehouse;
import io.perennial.event.EventSource;
import io.perennial.event.SourceGapException;
import io.perennial.model.DotProduct;
import io.perennial.model.FactorRows;
import io.perennial.model.FoldIn;
import io.perennial.model.Model;
import io.perennial.model.ModelFamily;
import io.perennial.model.ModelState;
import io.perennial.model.UserProjection;
import io.perennial.model.blend.BlendWeights;
import io.perennial.model.blend.BlendedTopItems;
import io.perennial.model.blend.RankedBy;
import io.perennial.model.history.ItemStatistics;
import io.perennial.registry.ForeignFamilyException;
import io.perennial.registry.ModelRegistry;
import io.perennial.registry.ModelVersion;
import io.perennial.registry.UnknownVersionException;
import java.time.Instant;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.apache.spark.sql.SparkSession;

/**
 * Everything that recommends: a version with its items, what happened since, and how users are
 * folded in. Nothing in it grows with the number of users, and vectors are those of
 * recommendation.maximalItems at most.
 *
 * @param version that recommends
 * @param state its rows
 * @param catalogue its items
 * @param directory what the item table says of them
 * @param fresh what happened since; empty: nothing, or nobody asked
 * @param users how a user's vector becomes the row that items are ranked by
 * @param foldIn empty where it is switched off
 * @param serving empty where users keep the vectors that the version has
 * @param blending where the version has learnt one
 */
record Prepared(
    ModelVersion version,
    ModelState state,
    Catalogue catalogue,
    ItemDirectory directory,
    Optional<FreshEvents> fresh,
    UserProjection users,
    Optional<FoldIn> foldIn,
    Optional<FreshUsers> serving,
    Optional<Blending> blending) {

  static Prepared of(
      SparkSession spark,
      Warehouse warehouse,
      ModelRegistry registry,
      RecommendationSource source,
      RecommendationRequest request) {
    ModelVersion version = version(registry, source.pipeline(), request.version());
    ForeignFamilyException.check(version, source.family().name());
    ModelState state = registry.open(version);
    return of(spark, warehouse, registry, source, request, version, state, source.family());
  }

  private static <M extends Model> Prepared of(
      SparkSession spark,
      Warehouse warehouse,
      ModelRegistry registry,
      RecommendationSource source,
      RecommendationRequest request,
      ModelVersion version,
      ModelState state,
      ModelFamily<M> family) {
    EventSource events = source.events();
    ItemDirectory directory =
        source
            .items()
            .map(table -> ItemDirectory.open(spark, table, events.zone(), request.now()))
            .orElse(ItemDirectory.NONE);
    BitSet barred = directory.unavailable(registry.ids(version.pipeline(), "item"));
    ItemStatistics statistics = registry.itemStatistics(version);
    RecommendationOptions options = request.options();
    boolean tooMany = state.items().size() > options.maximalItems();
    M kept = (tooMany ? family.codecOfMany() : family.codec()).decode(state);
    boolean readsFresh =
        options.foldIn()
            || options.excludeSeen()
            || family.servesFresh(kept, version.slice().to().eventTime())
            || source.rankedBy() == RankedBy.BLEND;
    Optional<FreshEvents> fresh =
        readsFresh ? fresh(spark, warehouse, events, version) : Optional.empty();
    Instant now = fresh.map(f -> f.slice().to()).orElse(version.slice().to()).eventTime();
    M served = family.asOf(kept, statistics, now);
    UnaryOperator<FactorRows> held = UnaryOperator.identity();
    if (tooMany) {
      int[] items =
          HeldItems.of(
              registry,
              version.pipeline(),
              request.rules(),
              barred,
              state.items().capacity(),
              statistics,
              now,
              options.maximalItems());
      served = family.narrowed(served, items);
      held = rows -> rows.among(items);
    }
    DotProduct scores = served.dotProduct();
    Catalogue catalogue =
        Catalogue.of(
            registry,
            version,
            held.apply(scores.items()),
            tooMany,
            request.rules(),
            barred,
            statistics);
    return new Prepared(
        version,
        state,
        catalogue,
        directory,
        fresh,
        scores.users(),
        options.foldIn() ? Optional.of(family.foldIn(served, now)) : Optional.empty(),
        family
            .serving(served, now)
            .map(solver -> new FreshUsers(solver, PastReader.of(family.decay(), now))),
        blending(source, version, catalogue, held.apply(served.items()), statistics, now));
  }

  private static Optional<FreshEvents> fresh(
      SparkSession spark, Warehouse warehouse, EventSource events, ModelVersion version) {
    try {
      return FreshEvents.since(spark, warehouse, events, version);
    } catch (SourceGapException e) {
      throw new SourceGapException(
          e.getMessage()
              + " To recommend without what happened since version "
              + version.version()
              + ", set recommendation.foldIn: false in the pipeline file, and leave seen items in.",
          e);
    }
  }

  /** Empty where the pipeline ranks by the model alone, or the version is older than its blend. */
  private static Optional<Blending> blending(
      RecommendationSource source,
      ModelVersion version,
      Catalogue catalogue,
      FactorRows alike,
      ItemStatistics statistics,
      Instant now) {
    if (source.rankedBy() == RankedBy.MODEL) {
      return Optional.empty();
    }
    return BlendWeights.of(version.arrays())
        .map(
            weights ->
                new Blending(
                    new BlendedTopItems(
                        catalogue.rows(),
                        alike,
                        catalogue.recommendable(),
                        weights,
                        statistics,
                        now),
                    PastReader.of(source.family().decay(), now)));
  }

  private static ModelVersion version(
      ModelRegistry registry, String pipeline, Optional<Long> wanted) {
    if (wanted.isPresent()) {
      ModelVersion version =
          registry
              .version(pipeline, wanted.get())
              .orElseThrow(() -> unknown(registry, pipeline, wanted.get()));
      if (version.status() == ModelVersion.Status.FAILED) {
        throw new UnknownVersionException(
            "Cannot recommend with version "
                + version.version()
                + " of "
                + pipeline
                + ": its night failed, so its rows may be incomplete. Choose another one from"
                + " 'models list'.");
      }
      return version;
    }
    return registry
        .alias(pipeline, "champion")
        .orElseThrow(
            () ->
                new NoChampionException(
                    "Cannot recommend: pipeline "
                        + pipeline
                        + " has no champion yet. Run 'perennial retrain' first"
                        + (registry.versions(pipeline).isEmpty()
                            ? "."
                            : ", or name one of its versions ("
                                + numbers(registry, pipeline)
                                + ") with --version.")));
  }

  private static RuntimeException unknown(ModelRegistry registry, String pipeline, long wanted) {
    String numbers = numbers(registry, pipeline);
    return new UnknownVersionException(
        "Cannot recommend with version "
            + wanted
            + ": pipeline "
            + pipeline
            + " has no version of this number"
            + (numbers.isEmpty()
                ? ", it has none yet. Run 'perennial retrain' first."
                : "; it has "
                    + numbers
                    + ". Name one of them with --version, or none for the champion."));
  }

  private static String numbers(ModelRegistry registry, String pipeline) {
    List<Long> numbers = registry.versions(pipeline).stream().map(ModelVersion::version).toList();
    return numbers.size() <= 12
        ? String.join(", ", numbers.stream().map(String::valueOf).toList())
        : numbers.get(0) + " to " + numbers.get(numbers.size() - 1);
  }
}
