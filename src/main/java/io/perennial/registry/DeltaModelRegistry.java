package io.perennial.registry;

import static org.apache.spark.sql.functions.col;

import io.perennial.Warehouse;
import io.perennial.evaluation.EvaluationWindow;
import io.perennial.evaluation.Evidence;
import io.perennial.evaluation.InputProfile;
import io.perennial.model.FactorTable;
import io.perennial.model.ModelState;
import io.perennial.model.ModelState.Companion;
import io.perennial.model.history.HistoryTable;
import io.perennial.model.history.ItemStatistics;
import io.perennial.slice.Interval;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.LongStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * The registry in Delta tables, one folder a table. Each commit replaces one partition of its own,
 * so that a run that died can be run again; the flip of the champion alias is the last commit of a
 * night, and a version is complete when its row exists.
 */
public final class DeltaModelRegistry implements ModelRegistry {
  /** The alias of the version in use. */
  public static final String CHAMPION = "champion";

  /** The alias of the version that was in use before. */
  public static final String PREVIOUS = "previous";

  /** So many versions after each other it is looked whether tables are worth a digest. */
  private static final int DIGESTED_EVERY = 16;

  private final DeltaTables tables;
  private final VersionCatalog catalog;
  private final EntityIds ids;
  private final NightWriter writer;
  private final Lineage lineage;
  private final int keyframeEvery;

  /** Runs that this object opened and that have not begun to write: their partitions are new. */
  private final Set<String> openedHere = ConcurrentHashMap.newKeySet();

  /**
   * @param keyframeEvery a version with every row is written after so many row partitions, at least
   *     1
   * @param listener told after each commit
   */
  public DeltaModelRegistry(
      SparkSession spark, Warehouse warehouse, int keyframeEvery, WriteListener listener) {
    if (keyframeEvery < 1) {
      throw new IllegalArgumentException("keyframeEvery must be 1 or more, got " + keyframeEvery);
    }
    this.keyframeEvery = keyframeEvery;
    this.tables = new DeltaTables(spark, warehouse, listener);
    this.catalog = new VersionCatalog(tables);
    this.ids = new EntityIds(tables, EntityIds.FEW);
    this.writer = new NightWriter(tables, catalog);
    this.lineage = new Lineage(tables, catalog);
  }

  /** Creates every table that does not exist, so that all can be queried. */
  public void ensureTables() {
    for (Tables table : Tables.values()) {
      tables.ensure(table);
    }
  }

  // ---- runs

  @Override
  public void open(OpenedRun run, Instant at, Map<String, String> environment) {
    Names.pipeline(run.pipeline());
    Names.run(run.runId());
    writeRun(
        run,
        StoredRecords.row(
            run, at, Optional.empty(), Optional.empty(), Map.of(), Map.of(), environment));
    openedHere.add(run.runId());
  }

  @Override
  public void close(
      OpenedRun run,
      Instant at,
      String outcome,
      Map<String, Double> phases,
      Map<String, Long> rows) {
    Names.pipeline(run.pipeline());
    Names.run(run.runId());
    List<Row> open = tables.records(Tables.RUNS, partition(run));
    Instant openedAt = at;
    Map<String, String> environment = Map.of();
    if (!open.isEmpty()) {
      Cells cells = new Cells(open.get(0));
      openedAt = cells.instant("opened_at");
      environment = cells.map("environment");
    }
    writeRun(
        run,
        StoredRecords.row(
            run, openedAt, Optional.of(at), Optional.of(outcome), phases, rows, environment));
    if (run.version() % DIGESTED_EVERY == 0) {
      tables.digest(run.pipeline());
    }
  }

  private void writeRun(OpenedRun run, Row row) {
    tables.replace(
        Tables.RUNS, partition(run), new Content.Records(List.of(row)), CommitNote.of(run));
  }

  private static Map<String, Object> partition(OpenedRun run) {
    return DeltaTables.partition(run.pipeline(), "run_id", run.runId());
  }

  @Override
  public Optional<RunState> latestRun(String pipeline, Optional<Interval> interval) {
    Optional<Interval> wanted =
        interval.map(i -> new Interval(Timestamps.stored(i.from()), Timestamps.stored(i.to())));
    return runs(pipeline).stream()
        .filter(run -> run.interval().equals(wanted))
        .reduce((earlier, later) -> later);
  }

  @Override
  public List<RunState> runs(String pipeline) {
    Names.pipeline(pipeline);
    return tables.records(Tables.RUNS, pipeline).stream()
        .map(StoredRecords::run)
        .sorted(
            Comparator.comparing(RunState::openedAt)
                .thenComparing(run -> run.opened().version())
                .thenComparing(run -> run.opened().runId()))
        .toList();
  }

  @Override
  public long nextVersion(String pipeline) {
    Names.pipeline(pipeline);
    LongStream written =
        tables.partitions(Tables.MODEL_VERSIONS, pipeline, "version").stream()
            .mapToLong(Long::parseLong);
    LongStream opened = runs(pipeline).stream().mapToLong(run -> run.opened().version());
    return LongStream.concat(written, opened).max().orElse(0) + 1;
  }

  // ---- versions

  @Override
  public Optional<ModelVersion> alias(String pipeline, String alias) {
    Names.pipeline(pipeline);
    Names.alias(alias);
    return catalog.aliases(pipeline).current(alias).map(v -> catalog.existing(pipeline, v));
  }

  @Override
  public Optional<ModelVersion> version(String pipeline, long version) {
    Names.pipeline(pipeline);
    return catalog.version(pipeline, version);
  }

  @Override
  public List<ModelVersion> versions(String pipeline) {
    Names.pipeline(pipeline);
    return catalog.versions(pipeline);
  }

  @Override
  public List<Long> plannedRowVersions(long version, Optional<ModelVersion> parent) {
    if (parent.isEmpty()
        || parent.get().rowVersions().size() >= keyframeEvery
        || VersionCatalog.isPruned(parent.get())) {
      return List.of(version);
    }
    List<Long> planned = new ArrayList<>();
    planned.add(version);
    planned.addAll(parent.get().rowVersions());
    return List.copyOf(planned);
  }

  @Override
  public boolean hasRows(ModelVersion version) {
    return !VersionCatalog.isPruned(version);
  }

  @Override
  public ModelState open(ModelVersion version) {
    Names.pipeline(version.pipeline());
    int rank = whole(version, ModelState.RANK);
    int sums = whole(version, ModelState.ITEM_SUMS_WIDTH);
    FactorTable users =
        new StoredFactorTable(catalog.rows(Tables.USER_FACTORS, FactorTable.SCHEMA, version), rank);
    FactorTable items =
        new StoredFactorTable(catalog.rows(Tables.ITEM_FACTORS, FactorTable.SCHEMA, version), rank);
    return new ModelState(
        version.family(),
        users,
        items,
        Optional.empty(),
        Optional.empty(),
        sums == 0
            ? Optional.empty()
            : Optional.of(
                new StoredFactorTable(
                    catalog.rows(Tables.ITEM_SUMS, FactorTable.SCHEMA, version), sums)),
        Optional.empty(),
        companions(version),
        ModelState.remembers(version.attributes())
            ? Optional.of(
                StoredRows.remembered(
                    tables.read(
                        Tables.EXEMPLARS,
                        DeltaTables.partition(version.pipeline(), "version", version.version()))))
            : Optional.empty(),
        version.arrays(),
        version.attributes());
  }

  private Map<String, Companion> companions(ModelVersion version) {
    Map<String, Companion> companions = new TreeMap<>();
    ModelState.companionWidths(version.attributes())
        .forEach(
            (name, width) ->
                companions.put(
                    name,
                    new Companion(
                        new StoredFactorTable(catalog.companion(name, version), width),
                        Optional.empty())));
    return companions;
  }

  private static int whole(ModelVersion version, String attribute) {
    String value = version.attributes().getOrDefault(attribute, "");
    return value.matches("[1-9][0-9]{0,5}") ? Integer.parseInt(value) : 0;
  }

  @Override
  public HistoryTable history(ModelVersion version) {
    Names.pipeline(version.pipeline());
    return new StoredHistoryTable(catalog.rows(Tables.USER_HISTORY, HistoryTable.SCHEMA, version));
  }

  @Override
  public ItemStatistics itemStatistics(ModelVersion version) {
    Names.pipeline(version.pipeline());
    return ItemStatistics.collect(
        catalog.rows(Tables.ITEM_STATISTICS, ItemStatistics.SCHEMA, version).all());
  }

  @Override
  public void register(NightRecord night) {
    Names.pipeline(night.version().pipeline());
    Names.run(night.version().runId());
    boolean opened = openedHere.remove(night.version().runId());
    writer.write(night, opened ? NightWriter.Ground.NEW : NightWriter.Ground.UNKNOWN);
  }

  @Override
  public void promote(String pipeline, long version, Instant at) {
    Names.pipeline(pipeline);
    ModelVersion chosen = catalog.existing(pipeline, version);
    if (chosen.status() == ModelVersion.Status.FAILED) {
      throw new UnknownVersionException(
          "Cannot promote version "
              + version
              + " of "
              + pipeline
              + ": its night failed, so its rows may be incomplete. Choose another one from 'models"
              + " list'.");
    }
    catalog.requireReadable(chosen);
    writer.promote(pipeline, version, at, CommitNote.of(pipeline, "promote"));
  }

  // ---- what later nights need of earlier ones

  @Override
  public List<EvaluationWindow> frozenWindows(String pipeline, ModelVersion champion, int atMost) {
    Names.pipeline(pipeline);
    return lineage.frozenWindows(pipeline, champion, atMost);
  }

  @Override
  public List<Evidence> evidence(String pipeline, ModelVersion champion, int nights) {
    Names.pipeline(pipeline);
    return lineage.evidence(pipeline, champion, nights);
  }

  @Override
  public List<InputProfile> profiles(String pipeline, ModelVersion champion, int nights) {
    Names.pipeline(pipeline);
    return lineage.profiles(pipeline, champion, nights);
  }

  @Override
  public List<SliceState> slices(String pipeline) {
    Names.pipeline(pipeline);
    return catalog.slices(pipeline);
  }

  // ---- ids

  @Override
  public Dataset<Row> indexed(String pipeline, String runId, Dataset<Row> events) {
    Names.pipeline(pipeline);
    Names.run(runId);
    return ids.indexed(pipeline, runId, events);
  }

  @Override
  public Dataset<Row> ids(String pipeline, String kind) {
    Names.pipeline(pipeline);
    return tables
        .read(Tables.ENTITY_IDS, pipeline)
        .where(col("kind").equalTo(kind))
        .select("id", "index");
  }

  @Override
  public Map<Integer, String> naturalIds(String pipeline, String kind, int[] indices) {
    Names.pipeline(pipeline);
    return ids.naturalIds(pipeline, kind, indices);
  }

  @Override
  public Map<String, Integer> indices(String pipeline, String kind, List<String> naturalIds) {
    Names.pipeline(pipeline);
    return ids.indices(pipeline, kind, naturalIds);
  }

  // ---- care

  @Override
  public List<Long> prune(String pipeline, int keepVersions, Instant at) {
    Names.pipeline(pipeline);
    if (keepVersions < 0) {
      throw new IllegalArgumentException("keepVersions must be 0 or more, got " + keepVersions);
    }
    return new Pruning(tables, catalog).prune(pipeline, keepVersions, at);
  }
}
