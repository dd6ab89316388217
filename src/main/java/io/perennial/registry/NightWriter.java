package io.perennial.registry;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import io.perennial.SideBySide;
import io.perennial.model.FactorTable;
import io.perennial.model.ModelState;
import io.perennial.model.ModelState.Companion;
import io.perennial.model.RememberedEvents;
import io.perennial.model.history.HistoryTable;
import io.perennial.model.history.ItemStatistics;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;

/** Writes what a night leaves behind, in the one order that survives a crash at any point. */
final class NightWriter {
  /** Rows up to which one file holds a partition. */
  private static final long ROWS_A_FILE = 200_000;

  private final DeltaTables tables;
  private final VersionCatalog catalog;

  NightWriter(DeltaTables tables, VersionCatalog catalog) {
    this.tables = tables;
    this.catalog = catalog;
  }

  /** What a run knows of the partitions that it is going to write. */
  enum Ground {
    /** The run was opened a moment ago: nobody has written them. */
    NEW,
    /** A run that died may have written some of them. */
    UNKNOWN
  }

  void write(NightRecord night, Ground ground) {
    ModelVersion version = night.version();
    String pipeline = version.pipeline();
    CommitNote note =
        new CommitNote(pipeline, version.runId(), Optional.empty(), version.version());
    Optional<ModelVersion> written = catalog.version(pipeline, version.version());
    if (written.isEmpty()) {
      writeParts(night, note, ground);
      local(Tables.MODEL_VERSIONS, List.of(StoredRecords.row(version)), note, ground);
    } else if (!written.get().runId().equals(version.runId())) {
      throw new RegistryConflictException(
          "Cannot register version "
              + version.version()
              + " of "
              + pipeline
              + " for run "
              + version.runId()
              + ": run "
              + written.get().runId()
              + " registered it already. Run the same command again; it will take the next"
              + " number.");
    }
    List<Row> slices = new ArrayList<>();
    night
        .slices()
        .forEach(state -> slices.add(StoredRecords.row(pipeline, version.version(), state)));
    local(Tables.SLICES, slices, note, ground);
    if (night.promote()
        && !catalog
            .aliases(pipeline)
            .everPointedTo(DeltaModelRegistry.CHAMPION, version.version())) {
      promote(pipeline, version.version(), version.createdAt(), note);
    }
  }

  /** Moves the champion alias in one commit, unless it points there already. */
  void promote(String pipeline, long version, Instant at, CommitNote note) {
    tables.transact(
        Tables.MODEL_ALIASES,
        Map.of("pipeline", pipeline),
        note,
        before -> {
          VersionCatalog.Aliases aliases = VersionCatalog.aliases(before.records());
          Optional<Long> champion = aliases.current(DeltaModelRegistry.CHAMPION);
          if (champion.isPresent() && champion.get() == version) {
            return DeltaTables.Change.NOTHING;
          }
          long sequence = aliases.nextSequence();
          List<Row> rows = new ArrayList<>();
          rows.add(RowFactory.create(pipeline, sequence, DeltaModelRegistry.CHAMPION, version, at));
          champion.ifPresent(
              former ->
                  rows.add(
                      RowFactory.create(
                          pipeline, sequence, DeltaModelRegistry.PREVIOUS, former, at)));
          return DeltaTables.Change.append(new Content.Records(rows));
        });
  }

  /** Everything that nobody reads before the version's own row is there: in any order. */
  private void writeParts(NightRecord night, CommitNote note, Ground ground) {
    try (SideBySide parts = new SideBySide()) {
      writeRows(night, note, ground, parts);
      writeFigures(night, note, ground, parts);
      parts.join();
    }
  }

  private void writeRows(NightRecord night, CommitNote note, Ground ground, SideBySide parts) {
    ModelVersion version = night.version();
    ModelState state = night.state();
    boolean keyframe = version.rowVersions().size() == 1;
    FactorTable users = keyframe ? state.users() : state.changedUsers().orElse(state.users());
    FactorTable items = keyframe ? state.items() : state.changedItems().orElse(state.items());
    Optional<ModelVersion> parent =
        keyframe
            ? version.parent().map(p -> catalog.existing(version.pipeline(), p))
            : Optional.empty();
    rows(parts, Tables.USER_FACTORS, sized(users.dataset(), users.size()), note, ground);
    rows(parts, Tables.ITEM_FACTORS, sized(items.dataset(), items.size()), note, ground);
    Optional<FactorTable> sums = keyframe ? state.itemSums() : state.changedItemSums();
    sums.or(state::itemSums)
        .ifPresent(s -> rows(parts, Tables.ITEM_SUMS, sized(s.dataset(), s.size()), note, ground));
    companions(state, keyframe).ifPresent(all -> rows(parts, Tables.COMPANIONS, all, note, ground));
    state
        .remembered()
        .ifPresent(events -> rows(parts, Tables.EXEMPLARS, remembered(events), note, ground));
    rows(
        parts,
        Tables.USER_HISTORY,
        sized(
            over(Tables.USER_HISTORY, HistoryTable.SCHEMA, parent, night.historyChanges()),
            users.size()),
        note,
        ground);
    rows(
        parts,
        Tables.ITEM_STATISTICS,
        sized(
            over(
                Tables.ITEM_STATISTICS,
                ItemStatistics.SCHEMA,
                parent,
                night.itemStatisticsChanges()),
            items.size()),
        note,
        ground);
    figures(
        parts,
        Tables.FROZEN_WINDOWS,
        night
            .frozenWindow()
            .map(w -> NightRows.window(version.pipeline(), version.version(), w))
            .orElse(List.of()),
        note,
        ground);
  }

  /** The rows of all companions together, each under its name; empty where there are none. */
  private static Optional<Dataset<Row>> companions(ModelState state, boolean keyframe) {
    Optional<Dataset<Row>> all = Optional.empty();
    long size = 0;
    for (Map.Entry<String, Companion> one : new TreeMap<>(state.companions()).entrySet()) {
      Companion companion = one.getValue();
      FactorTable table = keyframe ? companion.all() : companion.changed().orElse(companion.all());
      Dataset<Row> named = table.dataset().withColumn("name", lit(one.getKey()));
      all = Optional.of(all.map(before -> before.unionByName(named)).orElse(named));
      size += table.size();
    }
    boolean few = size <= ROWS_A_FILE;
    return all.map(rows -> (few ? rows.coalesce(1) : rows).sortWithinPartitions("name", "index"));
  }

  /** All events that the version remembers: they are bounded, and are no delta to the parent's. */
  private static Dataset<Row> remembered(RememberedEvents events) {
    Dataset<Row> rows = events.dataset();
    return (events.size() <= ROWS_A_FILE ? rows.coalesce(1) : rows)
        .sortWithinPartitions("user_index", "item_index", "behaviour");
  }

  /** A keyframe holds the parent's rows too, where the night did not change them. */
  private Dataset<Row> over(
      Tables table, StructType schema, Optional<ModelVersion> parent, Dataset<Row> changes) {
    if (parent.isEmpty()) {
      return changes;
    }
    Dataset<Row> unchanged =
        catalog
            .rows(table, schema, parent.get())
            .all()
            .join(
                changes.select(col("index").as("changed")),
                col("index").equalTo(col("changed")),
                "left_anti");
    return unchanged.unionByName(changes);
  }

  private static Dataset<Row> sized(Dataset<Row> rows, long size) {
    Dataset<Row> parts = size <= ROWS_A_FILE ? rows.coalesce(1) : rows;
    return parts.sortWithinPartitions("index");
  }

  private void rows(
      SideBySide parts, Tables table, Dataset<Row> rows, CommitNote note, Ground ground) {
    Dataset<Row> whole =
        rows.withColumn("pipeline", lit(note.pipeline()))
            .withColumn("version", lit(note.version()));
    begin(parts, () -> put(table, new Content.Query(whole), note, ground));
  }

  private void figures(
      SideBySide parts, Tables table, List<Row> rows, CommitNote note, Ground ground) {
    begin(parts, () -> local(table, rows, note, ground));
  }

  private static void begin(SideBySide parts, Runnable write) {
    parts.begin(
        () -> {
          write.run();
          return null;
        });
  }

  private void writeFigures(NightRecord night, CommitNote note, Ground ground, SideBySide parts) {
    String pipeline = note.pipeline();
    long version = note.version();
    List<Row> metrics = NightRows.measurements(pipeline, version, night.measurements());
    figures(parts, Tables.MODEL_METRICS, metrics, note, ground);
    figures(
        parts,
        Tables.EVIDENCE,
        NightRows.evidence(pipeline, version, night.evidence()),
        note,
        ground);
    figures(
        parts,
        Tables.RATING_CLASSES,
        NightRows.classes(pipeline, version, night.classifications()),
        note,
        ground);
    List<Row> losses = NightRows.losses(pipeline, version, night.losses());
    figures(parts, Tables.TRAINING_LOSSES, losses, note, ground);
    List<Row> profiles =
        night.profiles().stream().map(p -> NightRows.profile(pipeline, version, p)).toList();
    figures(parts, Tables.INPUT_PROFILES, profiles, note, ground);
    List<Row> findings = NightRows.findings(pipeline, version, night.findings());
    figures(parts, Tables.GATE_FINDINGS, findings, note, ground);
  }

  private void local(Tables table, List<Row> rows, CommitNote note, Ground ground) {
    put(table, new Content.Records(rows), note, ground);
  }

  private void put(Tables table, Content rows, CommitNote note, Ground ground) {
    if (ground == Ground.NEW) {
      tables.append(table, rows, note);
    } else {
      tables.replace(
          table, DeltaTables.partition(note.pipeline(), "version", note.version()), rows, note);
    }
  }
}
