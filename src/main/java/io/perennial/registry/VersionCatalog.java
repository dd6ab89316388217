package io.perennial.registry;

import static org.apache.spark.sql.functions.col;

import io.perennial.model.FactorTable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;

/** Reads version rows, aliases and states of slices. */
final class VersionCatalog {
  /** The fact by which a version says that its rows are gone. */
  static final String PRUNED = "rows_pruned_at";

  /**
   * Row partitions whose owners are remembered: four tables of a night's champion and its parent,
   * twice over.
   */
  private static final int REMEMBERED = 16;

  private final DeltaTables tables;

  /** The version and its ancestors, newest first, by pipeline and run: these never change. */
  private final Map<String, List<Long>> lines = new ConcurrentHashMap<>();

  private final Map<NewestRows.OwnershipKey, NewestRows.Once<Ownership>> owners =
      Collections.synchronizedMap(
          new LinkedHashMap<>() {
            @Override
            protected boolean removeEldestEntry(
                Map.Entry<NewestRows.OwnershipKey, NewestRows.Once<Ownership>> eldest) {
              return size() > REMEMBERED;
            }
          });

  VersionCatalog(DeltaTables tables) {
    this.tables = tables;
  }

  static boolean isPruned(ModelVersion version) {
    return version.facts().containsKey(PRUNED);
  }

  Optional<ModelVersion> version(String pipeline, long version) {
    return tables
        .records(Tables.MODEL_VERSIONS, DeltaTables.partition(pipeline, "version", version))
        .stream()
        .findFirst()
        .map(StoredRecords::version);
  }

  ModelVersion existing(String pipeline, long version) {
    return version(pipeline, version)
        .orElseThrow(
            () ->
                new UnknownVersionException(
                    "There is no version "
                        + version
                        + " of "
                        + pipeline
                        + ". 'models list' shows those that exist."));
  }

  List<ModelVersion> versions(String pipeline) {
    return tables.records(Tables.MODEL_VERSIONS, pipeline).stream()
        .map(StoredRecords::version)
        .sorted(Comparator.comparingLong(ModelVersion::version))
        .toList();
  }

  /** What lineage and pruning need of a version, without its arrays. */
  record Outline(
      long version, Optional<Long> parent, List<Long> rowVersions, String status, boolean pruned) {}

  /** Outlines of every version, oldest first. */
  List<Outline> outlines(String pipeline) {
    List<Outline> outlines = new ArrayList<>();
    for (Row row :
        tables.records(
            Tables.MODEL_VERSIONS,
            Map.of("pipeline", pipeline),
            RecordsAsked.without(Set.of("arrays", "attributes")))) {
      Cells cells = new Cells(row);
      outlines.add(
          new Outline(
              cells.number("version"),
              cells.optionalNumber("parent"),
              List.copyOf(cells.<Long>list("factor_versions")),
              cells.text("status"),
              cells.map("facts").containsKey(PRUNED)));
    }
    outlines.sort(Comparator.comparingLong(Outline::version));
    return outlines;
  }

  /** The version and its ancestors, newest first. */
  List<Long> line(String pipeline, ModelVersion version) {
    String key = pipeline + "/" + version.runId();
    List<Long> known = lines.get(key);
    if (known == null) {
      known = List.copyOf(ancestors(pipeline, version));
      lines.clear();
      lines.put(key, known);
    }
    return known;
  }

  private List<Long> ancestors(String pipeline, ModelVersion version) {
    Map<Long, Optional<Long>> parents = new HashMap<>();
    outlines(pipeline).forEach(o -> parents.put(o.version(), o.parent()));
    List<Long> line = new ArrayList<>();
    line.add(version.version());
    Optional<Long> next = version.parent();
    while (next.isPresent() && parents.containsKey(next.get())) {
      line.add(next.get());
      next = parents.get(next.get());
    }
    return line;
  }

  /** The rows of a version: of the partitions that it lists, the newest of each index. */
  NewestRows rows(Tables table, StructType schema, ModelVersion version) {
    return rows(table, tables.read(table, version.pipeline()), schema, version, "");
  }

  /** The rows of a companion of a version. */
  NewestRows companion(String name, ModelVersion version) {
    Dataset<Row> named =
        tables.read(Tables.COMPANIONS, version.pipeline()).where(col("name").equalTo(name));
    return rows(Tables.COMPANIONS, named, FactorTable.SCHEMA, version, name);
  }

  private NewestRows rows(
      Tables table, Dataset<Row> rows, StructType schema, ModelVersion version, String name) {
    requireReadable(version);
    return new NewestRows(
        tables.spark(),
        rows,
        version.rowVersions(),
        schema,
        new NewestRows.OwnershipKey(table, name, version.pipeline(), version.rowVersions()),
        owners);
  }

  void requireReadable(ModelVersion version) {
    if (isPruned(version)) {
      throw new PrunedVersionException(
          "Cannot read the rows of version "
              + version.version()
              + " of "
              + version.pipeline()
              + ": they were pruned at "
              + version.facts().get(PRUNED)
              + ". Its metrics and findings are kept; choose a version that 'models list' does not"
              + " show as pruned.");
    }
  }

  // ---- aliases

  /** Every change of an alias, oldest first. */
  record Aliases(List<AliasChange> changes) {
    Optional<Long> current(String alias) {
      return changes.stream()
          .filter(c -> c.alias().equals(alias))
          .reduce((earlier, later) -> later)
          .map(AliasChange::version);
    }

    boolean everPointedTo(String alias, long version) {
      return changes.stream().anyMatch(c -> c.alias().equals(alias) && c.version() == version);
    }

    long nextSequence() {
      return changes.stream().mapToLong(AliasChange::sequence).max().orElse(0) + 1;
    }

    /** Versions that an alias pointed to, newest change first, each once. */
    List<Long> pointedTo(String alias) {
      List<Long> versions = new ArrayList<>();
      for (AliasChange change : changes) {
        if (change.alias().equals(alias)) {
          versions.remove(change.version());
          versions.add(change.version());
        }
      }
      Collections.reverse(versions);
      return versions;
    }
  }

  record AliasChange(long sequence, String alias, Long version) {}

  Aliases aliases(String pipeline) {
    return aliases(tables.records(Tables.MODEL_ALIASES, pipeline));
  }

  static Aliases aliases(List<Row> rows) {
    List<AliasChange> changes = new ArrayList<>();
    for (Row row : rows) {
      Cells cells = new Cells(row);
      changes.add(
          new AliasChange(cells.number("sequence"), cells.text("alias"), cells.number("version")));
    }
    changes.sort(Comparator.comparingLong(AliasChange::sequence));
    return new Aliases(changes);
  }

  // ---- slices

  /** The state of each slice as the latest night left it, oldest slice first. */
  List<SliceState> slices(String pipeline) {
    List<Row> rows = new ArrayList<>(tables.records(Tables.SLICES, pipeline));
    rows.sort(Comparator.comparingLong(row -> new Cells(row).number("version")));
    Map<String, SliceState> latest = new LinkedHashMap<>();
    for (Row row : rows) {
      SliceState state = StoredRecords.sliceState(row);
      latest.put(state.sliceId(), state);
    }
    return List.copyOf(latest.values());
  }
}
