package io.perennial.registry;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.map;
import static org.apache.spark.sql.functions.map_concat;

import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Deletes the rows of versions that nobody can need any more. */
final class Pruning {
  private static final List<Tables> ROWS =
      List.of(
          Tables.USER_FACTORS,
          Tables.ITEM_FACTORS,
          Tables.ITEM_SUMS,
          Tables.COMPANIONS,
          Tables.EXEMPLARS,
          Tables.USER_HISTORY,
          Tables.ITEM_STATISTICS);

  private final DeltaTables tables;
  private final VersionCatalog catalog;

  Pruning(DeltaTables tables, VersionCatalog catalog) {
    this.tables = tables;
    this.catalog = catalog;
  }

  /**
   * A version first says that its rows are gone, then they go: a reader that comes in between gets
   * an error and never half of the rows.
   */
  List<Long> prune(String pipeline, int keepVersions, Instant at) {
    List<VersionCatalog.Outline> all = catalog.outlines(pipeline);
    VersionCatalog.Aliases aliases = catalog.aliases(pipeline);
    Set<Long> kept = new HashSet<>();
    aliases.changes().stream()
        .map(VersionCatalog.AliasChange::alias)
        .distinct()
        .forEach(alias -> aliases.current(alias).ifPresent(kept::add));
    Set<Long> promoted = new HashSet<>(aliases.pointedTo(DeltaModelRegistry.CHAMPION));
    all.stream()
        .map(VersionCatalog.Outline::version)
        .filter(promoted::contains)
        .sorted((a, b) -> Long.compare(b, a))
        .limit(keepVersions)
        .forEach(kept::add);
    Set<Long> listed = new HashSet<>();
    all.stream()
        .filter(o -> kept.contains(o.version()))
        .forEach(o -> listed.addAll(o.rowVersions()));
    Set<Long> unlisted = new TreeSet<>();
    all.stream()
        .map(VersionCatalog.Outline::version)
        .filter(v -> !listed.contains(v))
        .forEach(unlisted::add);
    if (unlisted.isEmpty()) {
      return List.of();
    }
    CommitNote note = CommitNote.of(pipeline, "prune");
    Set<Long> gone = new TreeSet<>();
    List<Object> broken =
        all.stream()
            .filter(o -> !o.pruned() && o.rowVersions().stream().anyMatch(unlisted::contains))
            .map(o -> (Object) o.version())
            .toList();
    if (!broken.isEmpty()) {
      tables.transact(
          Tables.MODEL_VERSIONS,
          DeltaTables.partition(pipeline, "version", broken),
          note,
          before ->
              new DeltaTables.Change(
                  new Content.Query(
                      before
                          .dataset()
                          .withColumn(
                              "facts",
                              map_concat(
                                  col("facts"),
                                  map(lit(VersionCatalog.PRUNED), lit(at.toString()))))),
                  DeltaTables.Scope.REPLACE));
      broken.forEach(v -> gone.add((Long) v));
    }
    Map<String, Object> partition =
        DeltaTables.partition(pipeline, "version", List.copyOf(unlisted));
    for (Tables table : ROWS) {
      tables.replace(table, partition, Content.NOTHING, note);
    }
    return List.copyOf(gone);
  }
}
