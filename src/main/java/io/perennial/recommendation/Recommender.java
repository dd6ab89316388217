package io.perennial.recommendation;

import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.xxhash64;

import io.perennial.Progress;
import io.perennial.Warehouse;
import io.perennial.recommendation.Recommendation.Source;
import io.perennial.registry.ModelRegistry;
import io.perennial.registry.ModelVersion;
import io.perennial.registry.RecommendationBatch;
import io.perennial.registry.RecommendationBatch.Scope;
import io.perennial.registry.RecommendationStore;
import io.perennial.registry.RegistryConflictException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.storage.StorageLevel;

/**
 * Writes the best items of all users of a pipeline into the table {@code recommendations}. Users
 * are worked out in pieces, some buckets at a time, and published together; the driver holds items,
 * {@link RecommendationOptions#maximalItems} at most, and nothing that grows with the number of
 * users.
 */
public final class Recommender {
  /** Users below which a task of its own does not pay. */
  private static final long USERS_A_TASK = 1000;

  private final SparkSession spark;
  private final Warehouse warehouse;
  private final ModelRegistry registry;
  private final RecommendationStore store;
  private final RecommendationSource source;
  private final Progress progress;

  public Recommender(
      SparkSession spark,
      Warehouse warehouse,
      ModelRegistry registry,
      RecommendationStore store,
      RecommendationSource source,
      Progress progress) {
    this.spark = spark;
    this.warehouse = warehouse;
    this.registry = registry;
    this.store = store;
    this.source = source;
    this.progress = progress;
  }

  /**
   * Brings the table up to date. The same version, options, items and events again change nothing;
   * a run that died is taken up from the buckets that it kept.
   *
   * @throws NoChampionException where no version is named and none is in use
   * @throws io.perennial.registry.UnknownVersionException where there is no such version
   * @throws NothingRecommendableException where the rules leave no item
   */
  public RecommendationReport write(RecommendationRequest request) {
    return work(request, RecommendationReport.Kind.WRITTEN);
  }

  /** Says what {@link #write} would do, and writes nothing. */
  public RecommendationReport describe(RecommendationRequest request) {
    return work(request, RecommendationReport.Kind.DRY_RUN);
  }

  private RecommendationReport work(RecommendationRequest request, RecommendationReport.Kind kind) {
    progress.begin("reading the version", 0);
    Prepared prepared = Prepared.of(spark, warehouse, registry, source, request);
    Optional<RecommendationBatch> standing = store.standing(source.pipeline());
    BatchPlan plan = BatchPlan.of(registry, request, prepared, standing);
    progress.end();
    if (plan.upToDate()) {
      return report(
          plan,
          RecommendationReport.Kind.NOTHING_TO_DO,
          0,
          0,
          "Nothing to do: the recommendations of version "
              + plan.batch().version()
              + " with these options and events stand already.");
    }
    if (kind == RecommendationReport.Kind.DRY_RUN) {
      return report(plan, kind, plan.users(), 0, described(plan));
    }
    return plan.batch().scope() == Scope.ALL
        ? renewAll(plan)
        : renewTouched(plan, standing.orElseThrow());
  }

  // ---- everybody

  private RecommendationReport renewAll(BatchPlan plan) {
    Set<Integer> all =
        IntStream.range(0, plan.batch().buckets())
            .boxed()
            .collect(Collectors.toCollection(TreeSet::new));
    UserRows users = users(plan);
    int taken =
        inPieces(
            plan,
            all,
            (buckets, ranking) ->
                ranked(plan, users.rows(buckets, plan.batch().buckets()), ranking));
    return finished(plan, taken);
  }

  // ---- those that changed

  private RecommendationReport renewTouched(BatchPlan plan, RecommendationBatch standing) {
    progress.begin("finding the users that changed", 0);
    Dataset<Row> touched =
        touched(plan, standing)
            .withColumn("user_bucket", UserRows.bucket(col("user"), plan.batch().buckets()))
            .persist(StorageLevel.MEMORY_AND_DISK());
    try {
      long count = touched.count();
      Set<Integer> buckets = new TreeSet<>();
      for (Row row : touched.select("user_bucket").distinct().collectAsList()) {
        buckets.add(row.getInt(0));
      }
      progress.end();
      BatchPlan counted = plan.renewing(count);
      UserRows users = users(plan);
      int taken =
          inPieces(
              counted, buckets, (some, ranking) -> mixed(counted, users, touched, some, ranking));
      return finished(counted, taken);
    } finally {
      touched.unpersist(false);
    }
  }

  /** New rows of users that changed, and what stood before of the others in their buckets. */
  private Dataset<Row> mixed(
      BatchPlan plan,
      UserRows users,
      Dataset<Row> touched,
      List<Integer> buckets,
      Broadcast<Ranking> ranking) {
    Dataset<Row> names = touched.select("user");
    Dataset<Row> renewed =
        ranked(
            plan,
            users
                .rows(buckets, plan.batch().buckets())
                .join(names, new String[] {"user"}, "left_semi"),
            ranking);
    Dataset<Row> kept =
        store
            .rows(source.pipeline())
            .where(col("user_bucket").isin(buckets.toArray()))
            .join(names, new String[] {"user"}, "left_anti");
    return renewed.unionByName(kept.drop("pipeline"));
  }

  /**
   * Users whose vector is another than in the version that recommended before, users who did
   * something that this version has not learnt, and users with an item that may no longer be
   * recommended.
   */
  private Dataset<Row> touched(BatchPlan plan, RecommendationBatch standing) {
    ModelVersion former = registry.version(source.pipeline(), standing.version()).orElseThrow();
    Dataset<Row> changed = fingerprints(plan.prepared().state().users().dataset());
    if (former.version() == plan.batch().version()) {
      changed = changed.where(lit(false));
    } else {
      changed =
          changed.join(
              fingerprints(registry.open(former).users().dataset()),
              new String[] {"index", "fingerprint"},
              "left_anti");
    }
    Dataset<Row> users =
        registry
            .ids(source.pipeline(), "user")
            .join(changed.select("index"), new String[] {"index"}, "left_semi")
            .select(col("id").as("user"));
    Dataset<Row> outdated =
        store
            .rows(source.pipeline())
            .join(
                broadcast(recommendable(plan.prepared().catalogue())),
                new String[] {"item"},
                "left_anti")
            .select("user");
    Dataset<Row> all = users.union(outdated);
    return plan.prepared().fresh().map(f -> all.union(f.users())).orElse(all).distinct();
  }

  private Dataset<Row> recommendable(Catalogue catalogue) {
    return spark.createDataset(List.of(catalogue.names()), Encoders.STRING()).toDF("item");
  }

  private static Dataset<Row> fingerprints(Dataset<Row> factors) {
    return factors.select(col("index"), xxhash64(col("factor")).as("fingerprint"));
  }

  // ---- pieces

  /** Works out the rows of some buckets. */
  private interface Piece {
    Dataset<Row> of(List<Integer> buckets, Broadcast<Ranking> ranking);
  }

  /**
   * Works out buckets some at a time and publishes them together: at once where one piece is
   * enough. Returns how many were taken over from a run that died.
   */
  private int inPieces(BatchPlan plan, Set<Integer> buckets, Piece piece) {
    RecommendationBatch batch = plan.batch();
    Set<Integer> kept = new TreeSet<>(store.kept(batch));
    kept.retainAll(buckets);
    int taken = kept.size();
    List<Integer> missing = buckets.stream().filter(b -> !kept.contains(b)).toList();
    Broadcast<Ranking> ranking =
        JavaSparkContext.fromSparkContext(spark.sparkContext())
            .broadcast(
                new Ranking(
                    plan.prepared().catalogue(),
                    plan.prepared().users(),
                    plan.prepared().foldIn(),
                    plan.prepared().serving(),
                    plan.prepared().blending(),
                    plan.request().options()));
    try {
      publish(plan, buckets, kept, missing, some -> piece.of(some, ranking));
    } finally {
      ranking.destroy();
      progress.end();
    }
    return taken;
  }

  private void publish(
      BatchPlan plan,
      Set<Integer> buckets,
      Set<Integer> kept,
      List<Integer> missing,
      Function<List<Integer>, Dataset<Row>> piece) {
    RecommendationBatch batch = plan.batch();
    int atOnce = plan.bucketsAtOnce();
    progress.begin("recommending", missing.size());
    if (kept.isEmpty() && missing.size() <= atOnce) {
      requireUndisturbed(plan);
      store.publish(batch, buckets, piece.apply(missing));
      progress.advance(missing.size());
    } else {
      for (int from = 0; from < missing.size(); from += atOnce) {
        List<Integer> some = missing.subList(from, Math.min(missing.size(), from + atOnce));
        store.keep(batch, some, piece.apply(some));
        kept.addAll(store.kept(batch));
        progress.advance(some.size());
      }
      requireUndisturbed(plan);
      progress.begin("publishing", 0);
      store.publishKept(batch, kept, buckets);
    }
  }

  /** What stands of untouched users must be what was read when the batch began. */
  private void requireUndisturbed(BatchPlan plan) {
    boolean disturbed =
        !store
            .standing(source.pipeline())
            .map(RecommendationBatch::batch)
            .equals(plan.standing().map(RecommendationBatch::batch));
    if (plan.batch().scope() == Scope.TOUCHED && disturbed) {
      throw new RegistryConflictException(
          "Cannot publish the recommendations of touched users of "
              + source.pipeline()
              + ": another run published its own meanwhile. Run the same command again.");
    }
  }

  private UserRows users(BatchPlan plan) {
    return new UserRows(registry, source, plan.prepared(), plan.request().options());
  }

  private Dataset<Row> ranked(BatchPlan plan, Dataset<Row> users, Broadcast<Ranking> ranking) {
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    long atOnce = Math.min(plan.users(), plan.request().options().usersAtOnce());
    int tasks = (int) Math.max(1, Math.min(context.defaultParallelism(), atOnce / USERS_A_TASK));
    JavaRDD<InternalRow> rows =
        ((org.apache.spark.sql.classic.Dataset<Row>) users.repartition(tasks, col("user")))
            .queryExecution()
            .toRdd()
            .toJavaRDD()
            .mapPartitions(block -> ranking.value().rank(block));
    return ((org.apache.spark.sql.classic.SparkSession) spark)
        .internalCreateDataFrame(rows.rdd(), Ranking.OUT, false)
        .withColumn("version", lit(plan.batch().version()));
  }

  // ---- what is told

  private RecommendationReport finished(BatchPlan plan, int taken) {
    RecommendationBatch written = store.standing(source.pipeline()).orElseThrow();
    return report(
        plan,
        RecommendationReport.Kind.WRITTEN,
        written.users(),
        taken,
        "Recommended up to "
            + plan.request().options().top()
            + " of "
            + plan.prepared().catalogue().recommendable().length
            + " items to "
            + written.users()
            + (plan.batch().scope() == Scope.TOUCHED ? " touched users" : " users")
            + " with version "
            + plan.batch().version()
            + "."
            + (taken > 0 ? " " + taken + " buckets were taken over from a run that died." : "")
            + plan.remark());
  }

  private static String described(BatchPlan plan) {
    return "Would recommend up to "
        + plan.request().options().top()
        + " of "
        + plan.prepared().catalogue().recommendable().length
        + " items to "
        + (plan.batch().scope() == Scope.TOUCHED ? "those of the " : "the ")
        + plan.users()
        + " users of version "
        + plan.batch().version()
        + (plan.batch().scope() == Scope.TOUCHED ? " that changed" : "")
        + plan.prepared().fresh().map(f -> ", and to those who came since").orElse("")
        + "."
        + plan.remark();
  }

  private RecommendationReport report(
      BatchPlan plan, RecommendationReport.Kind kind, long users, int taken, String sentence) {
    Map<Source, Long> sources = new EnumMap<>(Source.class);
    if (kind != RecommendationReport.Kind.DRY_RUN) {
      for (Row row :
          store
              .rows(source.pipeline())
              .where(col("rank").equalTo(1))
              .groupBy("source")
              .count()
              .collectAsList()) {
        sources.put(Source.of(row.getString(0)), row.getLong(1));
      }
    }
    return new RecommendationReport(
        source.pipeline(),
        plan.batch().version(),
        plan.batch().scope(),
        kind,
        users,
        plan.batch().buckets(),
        taken,
        plan.prepared().catalogue().recommendable().length,
        sources,
        source.pipeline() + ": " + sentence);
  }

  // ---- users by name

  /**
   * The best items of users by name, in the order given; nothing is written. Who is unknown gets
   * popular items.
   */
  public List<Recommendation> forUsers(List<String> names, RecommendationRequest request) {
    progress.begin("reading the version", 0);
    Prepared prepared = Prepared.of(spark, warehouse, registry, source, request);
    progress.begin("recommending", 0);
    List<Recommendation> found =
        new NamedUsers(registry, source, prepared, request.options())
            .recommend(new ArrayList<>(new java.util.LinkedHashSet<>(names)));
    progress.end();
    return found;
  }
}
