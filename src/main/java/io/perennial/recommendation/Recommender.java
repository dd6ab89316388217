package io.perennial.recommendation;

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
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.storage.StorageLevel;

/**
 * Writes the best items of all users of a pipeline into the table {@code recommendations}. Users
 * are worked out in pieces, some buckets at a time, and published together; the driver holds the
 * items, and nothing that grows with the number of users.
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
    Work work = plan(request, prepared, standing);
    progress.end();
    if (work.upToDate) {
      return report(
          work,
          RecommendationReport.Kind.NOTHING_TO_DO,
          0,
          0,
          "Nothing to do: the recommendations of version "
              + work.batch.version()
              + " with these options and events stand already.");
    }
    if (kind == RecommendationReport.Kind.DRY_RUN) {
      return report(work, kind, work.users, 0, described(work));
    }
    return work.batch.scope() == Scope.ALL
        ? renewAll(work)
        : renewTouched(work, standing.orElseThrow());
  }

  /** What is to be done. */
  private static final class Work {
    private final RecommendationRequest request;
    private final Prepared prepared;
    private final RecommendationBatch batch;
    private final long users;
    private final boolean upToDate;
    private final String remark;
    private final String upon;
    private Optional<Broadcast<Ranking>> ranking = Optional.empty();

    Work(
        RecommendationRequest request,
        Prepared prepared,
        RecommendationBatch batch,
        long users,
        boolean upToDate,
        String remark,
        String upon) {
      this.request = request;
      this.prepared = prepared;
      this.batch = batch;
      this.users = users;
      this.upToDate = upToDate;
      this.remark = remark;
      this.upon = upon;
    }

    /** The same work with the number of users that it renews. */
    Work renewing(long count) {
      return new Work(request, prepared, batch.renewing(count), users, upToDate, remark, upon);
    }

    /** The batch that stood when the work was planned. */
    String upon() {
      return upon;
    }

    /** The items, sent to executors once for all pieces. */
    Broadcast<Ranking> ranking(JavaSparkContext context) {
      if (ranking.isEmpty()) {
        ranking =
            Optional.of(
                context.broadcast(
                    new Ranking(prepared.catalogue(), prepared.foldIn(), request.options())));
      }
      return ranking.get();
    }

    /** Nothing is worked out any more. */
    void end() {
      ranking.ifPresent(Broadcast::destroy);
      ranking = Optional.empty();
    }

    int bucketsAtOnce() {
      long users = request.options().usersAtOnce();
      long each = Math.max(1, this.users / batch.buckets());
      return (int) Math.max(1, Math.min(batch.buckets(), users / each));
    }
  }

  private Work plan(
      RecommendationRequest request, Prepared prepared, Optional<RecommendationBatch> standing) {
    RecommendationOptions options = request.options();
    long users = prepared.state().users().size();
    Map<String, String> told = new TreeMap<>();
    told.put("top", Integer.toString(options.top()));
    told.put("exclude_seen", Boolean.toString(options.excludeSeen()));
    told.put("fold_in", Boolean.toString(options.foldIn()));
    told.put("items", new BatchKey().with("items", prepared.catalogue().recommendable()).hex());
    String asked = new BatchKey().with("options", told).hex();
    String read =
        prepared
            .fresh()
            .map(f -> f.slice().to().commit() + "/" + f.slice().to().eventTime())
            .orElse("nothing new");
    told.put("asked", asked);
    told.put("events", read);
    String content =
        new BatchKey()
            .with("version", prepared.version().version())
            .with("run", prepared.version().runId())
            .with("asked", asked)
            .with("events", read)
            .hex();
    Scope scope = request.scope();
    String remark = "";
    if (scope == Scope.TOUCHED) {
      Optional<String> obstacle = obstacle(standing, asked);
      if (obstacle.isPresent()) {
        scope = Scope.ALL;
        remark = " Everybody is renewed: " + obstacle.get() + ".";
      }
    }
    boolean upToDate =
        standing
            .filter(s -> s.content().equals(content))
            .filter(s -> s.scope() == Scope.ALL || request.scope() == Scope.TOUCHED)
            .isPresent();
    int buckets =
        scope == Scope.TOUCHED
            ? standing.orElseThrow().buckets()
            : (int)
                Math.max(1, Math.min(100_000, -Math.floorDiv(-users, options.usersPerBucket())));
    BatchKey key = new BatchKey().with("content", content).with("buckets", buckets);
    if (scope == Scope.TOUCHED) {
      key.with("upon", standing.orElseThrow().batch());
    }
    RecommendationBatch batch =
        new RecommendationBatch(
            source.pipeline(),
            key.hex(),
            content,
            prepared.version().version(),
            scope,
            buckets,
            0,
            told,
            request.now());
    String upon = standing.map(RecommendationBatch::batch).orElse("nothing");
    return new Work(request, prepared, batch, users, upToDate, remark, upon);
  }

  /** Why touched users alone cannot be renewed. */
  private Optional<String> obstacle(Optional<RecommendationBatch> standing, String asked) {
    if (standing.isEmpty()) {
      return Optional.of("nothing was recommended before");
    }
    if (!asked.equals(standing.get().options().get("asked"))) {
      return Optional.of("the options, or the items that may be recommended, are others");
    }
    Optional<ModelVersion> former = registry.version(source.pipeline(), standing.get().version());
    if (former.isEmpty() || !registry.hasRows(former.get())) {
      return Optional.of(
          "the rows of version "
              + standing.get().version()
              + ", which recommended before, were pruned, so nobody can tell who changed");
    }
    return Optional.empty();
  }

  // ---- everybody

  private RecommendationReport renewAll(Work work) {
    Set<Integer> all =
        IntStream.range(0, work.batch.buckets())
            .boxed()
            .collect(Collectors.toCollection(TreeSet::new));
    UserRows users = users(work);
    int taken =
        inPieces(work, all, buckets -> ranked(work, users.rows(buckets, work.batch.buckets())));
    return finished(work, taken);
  }

  // ---- those that changed

  private RecommendationReport renewTouched(Work work, RecommendationBatch standing) {
    progress.begin("finding the users that changed", 0);
    Dataset<Row> touched =
        touched(work, standing)
            .withColumn("user_bucket", UserRows.bucket(col("user"), work.batch.buckets()))
            .persist(StorageLevel.MEMORY_AND_DISK());
    try {
      long count = touched.count();
      Set<Integer> buckets = new TreeSet<>();
      for (Row row : touched.select("user_bucket").distinct().collectAsList()) {
        buckets.add(row.getInt(0));
      }
      progress.end();
      Work counted = work.renewing(count);
      UserRows users = users(work);
      int taken =
          inPieces(counted, buckets, some -> mixed(counted, standing, users, touched, some));
      return finished(counted, taken);
    } finally {
      touched.unpersist(false);
    }
  }

  /** New rows of users that changed, and what stood before of the others in their buckets. */
  private Dataset<Row> mixed(
      Work work,
      RecommendationBatch standing,
      UserRows users,
      Dataset<Row> touched,
      List<Integer> buckets) {
    Dataset<Row> names = touched.select("user");
    Dataset<Row> renewed =
        ranked(
            work,
            users
                .rows(buckets, standing.buckets())
                .join(names, new String[] {"user"}, "left_semi"));
    Dataset<Row> kept =
        store
            .rows(source.pipeline())
            .where(col("user_bucket").isin(buckets.toArray()))
            .join(names, new String[] {"user"}, "left_anti");
    return renewed.unionByName(kept.drop("pipeline"));
  }

  /**
   * Users whose vector is another than in the version that recommended before, and users who did
   * something that this version has not learnt.
   */
  private Dataset<Row> touched(Work work, RecommendationBatch standing) {
    ModelVersion former = registry.version(source.pipeline(), standing.version()).orElseThrow();
    Dataset<Row> changed = fingerprints(work.prepared.state().users().dataset());
    if (former.version() == work.batch.version()) {
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
    return work.prepared.fresh().isPresent()
        ? users.union(work.prepared.fresh().get().users()).distinct()
        : users;
  }

  private static Dataset<Row> fingerprints(Dataset<Row> factors) {
    return factors.select(col("index"), xxhash64(col("factor")).as("fingerprint"));
  }

  // ---- pieces

  /** Works out the rows of some buckets. */
  private interface Piece {
    Dataset<Row> of(List<Integer> buckets);
  }

  /**
   * Works out buckets some at a time and publishes them together: at once where one piece is
   * enough. Returns how many were taken over from a run that died.
   */
  private int inPieces(Work work, Set<Integer> buckets, Piece piece) {
    RecommendationBatch batch = work.batch;
    Set<Integer> kept = new TreeSet<>(store.kept(batch));
    kept.retainAll(buckets);
    List<Integer> missing = buckets.stream().filter(b -> !kept.contains(b)).toList();
    try {
      publish(work, buckets, kept, missing, piece);
    } finally {
      work.end();
      progress.end();
    }
    return kept.size();
  }

  private void publish(
      Work work, Set<Integer> buckets, Set<Integer> kept, List<Integer> missing, Piece piece) {
    RecommendationBatch batch = work.batch;
    int atOnce = work.bucketsAtOnce();
    progress.begin("recommending", missing.size());
    if (kept.isEmpty() && missing.size() <= atOnce) {
      requireUndisturbed(work);
      store.publish(batch, buckets, piece.of(missing));
      progress.advance(missing.size());
    } else {
      for (int from = 0; from < missing.size(); from += atOnce) {
        List<Integer> some = missing.subList(from, Math.min(missing.size(), from + atOnce));
        store.keep(batch, some, piece.of(some));
        progress.advance(some.size());
      }
      requireUndisturbed(work);
      progress.begin("publishing", 0);
      store.publishKept(batch, kept, buckets);
    }
  }

  /** What stands of untouched users must be what was read when the batch began. */
  private void requireUndisturbed(Work work) {
    String upon =
        store.standing(source.pipeline()).map(RecommendationBatch::batch).orElse("nothing");
    if (work.batch.scope() == Scope.TOUCHED && !upon.equals(work.upon())) {
      throw new RegistryConflictException(
          "Cannot publish the recommendations of touched users of "
              + source.pipeline()
              + ": another run published its own meanwhile. Run the same command again.");
    }
  }

  private UserRows users(Work work) {
    return new UserRows(registry, source, work.prepared, work.request.options());
  }

  private Dataset<Row> ranked(Work work, Dataset<Row> users) {
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    Broadcast<Ranking> ranking = work.ranking(context);
    long atOnce = Math.min(work.users, work.request.options().usersAtOnce());
    int tasks = (int) Math.max(1, Math.min(context.defaultParallelism(), atOnce / USERS_A_TASK));
    JavaRDD<InternalRow> rows =
        ((org.apache.spark.sql.classic.Dataset<Row>) users.repartition(tasks, col("user")))
            .queryExecution()
            .toRdd()
            .toJavaRDD()
            .mapPartitions(block -> ranking.value().rank(block));
    return ((org.apache.spark.sql.classic.SparkSession) spark)
        .internalCreateDataFrame(rows.rdd(), Ranking.OUT, false)
        .withColumn("version", lit(work.batch.version()));
  }

  // ---- what is told

  private RecommendationReport finished(Work work, int taken) {
    RecommendationBatch written = store.standing(source.pipeline()).orElseThrow();
    return report(
        work,
        RecommendationReport.Kind.WRITTEN,
        written.users(),
        taken,
        "Recommended up to "
            + work.request.options().top()
            + " of "
            + work.prepared.catalogue().recommendable().length
            + " items to "
            + written.users()
            + (work.batch.scope() == Scope.TOUCHED ? " touched users" : " users")
            + " with version "
            + work.batch.version()
            + "."
            + (taken > 0 ? " " + taken + " buckets were taken over from a run that died." : "")
            + work.remark);
  }

  private static String described(Work work) {
    return "Would recommend up to "
        + work.request.options().top()
        + " of "
        + work.prepared.catalogue().recommendable().length
        + " items to "
        + (work.batch.scope() == Scope.TOUCHED ? "those of the " : "the ")
        + work.users
        + " users of version "
        + work.batch.version()
        + (work.batch.scope() == Scope.TOUCHED ? " that changed" : "")
        + work.prepared.fresh().map(f -> ", and to those who came since").orElse("")
        + "."
        + work.remark;
  }

  private RecommendationReport report(
      Work work, RecommendationReport.Kind kind, long users, int taken, String sentence) {
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
        work.batch.version(),
        work.batch.scope(),
        kind,
        users,
        work.batch.buckets(),
        taken,
        work.prepared.catalogue().recommendable().length,
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
