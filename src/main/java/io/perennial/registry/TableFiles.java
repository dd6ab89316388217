package io.perennial.registry;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.WeakHashMap;
import org.apache.spark.sql.delta.DeltaLog;
import org.apache.spark.sql.delta.Snapshot;
import org.apache.spark.sql.delta.VersionChecksum;
import org.apache.spark.sql.delta.actions.Action;
import org.apache.spark.sql.delta.actions.AddFile;
import org.apache.spark.sql.delta.actions.RemoveFile;
import scala.Option;
import scala.Tuple2;
import scala.collection.Iterator;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;

/**
 * Which files a table consists of. Delta works that out by a query over its log, again for every
 * table that a query reads, and for a small table that costs more than its rows. Here it is known
 * from the log's checksum file, or asked for once, and then carried on from commit to commit.
 *
 * <p>What is known of a log is kept as long as Delta keeps the log itself.
 */
final class TableFiles {
  /** After so many commits of others the log is asked anew. */
  private static final long MOST_COMMITS = 100;

  private static final Map<DeltaLog, Known> LOGS = new WeakHashMap<>();

  private TableFiles() {}

  /** The files of a table at a version; {@code table} tells it from one that stood there before. */
  private record Known(String table, long version, Map<String, AddFile> files) {}

  /** The files of a snapshot. */
  static List<AddFile> of(DeltaLog log, Snapshot snapshot) {
    Known before;
    synchronized (LOGS) {
      before = LOGS.get(log);
    }
    String table = snapshot.metadata().id();
    boolean same = before != null && before.table.equals(table);
    if (same && before.version == snapshot.version()) {
      return new ArrayList<>(before.files.values());
    }
    Optional<Map<String, AddFile>> carriedOn =
        same && before.version < snapshot.version()
            ? carriedOn(log, before, snapshot.version())
            : Optional.empty();
    Known known =
        new Known(
            table,
            snapshot.version(),
            carriedOn
                .or(() -> fromChecksum(snapshot))
                .orElseGet(() -> byPath(snapshot.allFiles().collectAsList())));
    synchronized (LOGS) {
      LOGS.merge(
          log,
          known,
          (other, mine) ->
              other.table.equals(mine.table) && other.version > mine.version ? other : mine);
    }
    return new ArrayList<>(known.files.values());
  }

  /** Empty where too much has happened, or a commit in between is gone. */
  private static Optional<Map<String, AddFile>> carriedOn(DeltaLog log, Known before, long to) {
    if (to - before.version > MOST_COMMITS) {
      return Optional.empty();
    }
    Map<String, AddFile> files = new LinkedHashMap<>(before.files);
    long next = before.version + 1;
    Iterator<Tuple2<Object, Seq<Action>>> commits = log.getChanges(next, to, Option.empty(), false);
    while (commits.hasNext()) {
      Tuple2<Object, Seq<Action>> commit = commits.next();
      if ((Long) commit._1 != next) {
        return Optional.empty();
      }
      next++;
      for (Action action : CollectionConverters.asJava(commit._2)) {
        if (action instanceof AddFile added) {
          files.put(added.path(), added);
        } else if (action instanceof RemoveFile removed) {
          files.remove(removed.path());
        }
      }
    }
    return next == to + 1 ? Optional.of(files) : Optional.empty();
  }

  /** Delta writes the files of a table that has few of them beside each commit. */
  private static Optional<Map<String, AddFile>> fromChecksum(Snapshot snapshot) {
    if (snapshot.checksumOpt().isEmpty()) {
      return Optional.empty();
    }
    VersionChecksum checksum = snapshot.checksumOpt().get();
    if (checksum.allFiles().isEmpty()) {
      return Optional.empty();
    }
    Map<String, AddFile> files = byPath(CollectionConverters.asJava(checksum.allFiles().get()));
    return files.size() == checksum.numFiles() ? Optional.of(files) : Optional.empty();
  }

  private static Map<String, AddFile> byPath(List<AddFile> files) {
    Map<String, AddFile> byPath = new LinkedHashMap<>();
    files.forEach(file -> byPath.put(file.path(), file));
    return byPath;
  }
}
