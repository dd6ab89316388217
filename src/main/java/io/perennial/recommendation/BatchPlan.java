package io.perennial.recommendation;

import io.perennial.registry.ModelRegistry;
import io.perennial.registry.ModelVersion;
import io.perennial.registry.RecommendationBatch;
import io.perennial.registry.RecommendationBatch.Scope;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * What a batch has to do.
 *
 * @param request what was asked
 * @param prepared what recommends
 * @param batch what will stand
 * @param standing what stood when the plan was made
 * @param users whom the version knows
 * @param upToDate nothing has to be done
 * @param remark why it is not what was asked, for people; or empty
 */
record BatchPlan(
    RecommendationRequest request,
    Prepared prepared,
    RecommendationBatch batch,
    Optional<RecommendationBatch> standing,
    long users,
    boolean upToDate,
    String remark) {
  private static final int MOST_BUCKETS = 100_000;

  /** The option of a batch that says whether another asked for the same. */
  private static final String ASKED = "asked";

  static BatchPlan of(
      ModelRegistry registry,
      RecommendationRequest request,
      Prepared prepared,
      Optional<RecommendationBatch> standing) {
    String pipeline = prepared.version().pipeline();
    RecommendationOptions options = request.options();
    Map<String, String> told = told(request, prepared);
    String content =
        new BatchKey()
            .with("version", prepared.version().version())
            .with("run", prepared.version().runId())
            .with("told", told)
            .with("items", prepared.catalogue().recommendable())
            .hex();
    Optional<String> obstacle =
        request.scope() == Scope.ALL
            ? Optional.empty()
            : obstacle(registry, pipeline, standing, told.get(ASKED));
    Scope scope = obstacle.isPresent() ? Scope.ALL : request.scope();
    boolean upToDate =
        standing
            .filter(s -> s.content().equals(content))
            .filter(s -> s.scope() == Scope.ALL || request.scope() == Scope.TOUCHED)
            .isPresent();
    long users = prepared.state().users().size();
    int buckets =
        scope == Scope.TOUCHED
            ? standing.orElseThrow().buckets()
            : (int)
                Math.max(
                    1, Math.min(MOST_BUCKETS, -Math.floorDiv(-users, options.usersPerBucket())));
    BatchKey key = new BatchKey().with("content", content).with("buckets", buckets);
    if (scope == Scope.TOUCHED) {
      key.with("upon", standing.orElseThrow().batch());
    }
    RecommendationBatch batch =
        new RecommendationBatch(
            pipeline,
            key.hex(),
            content,
            prepared.version().version(),
            scope,
            buckets,
            0,
            told,
            request.now());
    return new BatchPlan(
        request,
        prepared,
        batch,
        standing,
        users,
        upToDate,
        obstacle.map(why -> " Everybody is renewed: " + why + ".").orElse("")
            + notHeld(prepared, options));
  }

  private static String notHeld(Prepared prepared, RecommendationOptions options) {
    long others = prepared.state().items().size() - prepared.catalogue().rows().size();
    return others == 0
        ? ""
        : " "
            + others
            + " more items, taken least of late, were left out:"
            + " recommendation.maximalItems is "
            + options.maximalItems()
            + ".";
  }

  private static Map<String, String> told(RecommendationRequest request, Prepared prepared) {
    RecommendationOptions options = request.options();
    Map<String, String> told = new TreeMap<>();
    told.put("top", Integer.toString(options.top()));
    told.put("exclude_seen", Boolean.toString(options.excludeSeen()));
    told.put("fold_in", Boolean.toString(options.foldIn()));
    if (prepared.state().items().size() > options.maximalItems()) {
      told.put("maximal_items", Integer.toString(options.maximalItems()));
    }
    told.put("allow", request.rules().allow().map(BatchPlan::digest).orElse("everything"));
    told.put("deny", digest(request.rules().deny()));
    told.put(ASKED, new BatchKey().with("options", told).hex());
    told.put(
        "events",
        prepared
            .fresh()
            .map(f -> "commit " + f.slice().to().commit() + ", " + f.slice().to().eventTime())
            .orElse("as of the version"));
    return told;
  }

  private static String digest(Set<String> items) {
    List<String> sorted = new ArrayList<>(items);
    Collections.sort(sorted);
    BatchKey key = new BatchKey();
    sorted.forEach(item -> key.with("item", item));
    return items.isEmpty() ? "nothing" : items.size() + " items, " + key.hex();
  }

  /** Why touched users alone cannot be renewed. */
  private static Optional<String> obstacle(
      ModelRegistry registry,
      String pipeline,
      Optional<RecommendationBatch> standing,
      String asked) {
    if (standing.isEmpty()) {
      return Optional.of("nothing was recommended before");
    }
    if (!asked.equals(standing.get().options().get(ASKED))) {
      return Optional.of("the options, or the items allowed or denied, are others");
    }
    Optional<ModelVersion> former = registry.version(pipeline, standing.get().version());
    if (former.isEmpty() || !registry.hasRows(former.get())) {
      return Optional.of(
          "the rows of version "
              + standing.get().version()
              + ", which recommended before, were pruned, so nobody can tell who changed");
    }
    return Optional.empty();
  }

  /** The same plan with the number of users that it renews. */
  BatchPlan renewing(long count) {
    return new BatchPlan(
        request, prepared, batch.renewing(count), standing, users, upToDate, remark);
  }

  /** How many buckets are worked out between two commits. */
  int bucketsAtOnce() {
    long each = Math.max(1, users / batch.buckets());
    return (int) Math.max(1, Math.min(batch.buckets(), request.options().usersAtOnce() / each));
  }
}
