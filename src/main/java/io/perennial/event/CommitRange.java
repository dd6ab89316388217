package io.perennial.event;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.delta.DeltaLog;
import org.apache.spark.sql.delta.actions.Action;
import org.apache.spark.sql.delta.actions.AddCDCFile;
import org.apache.spark.sql.delta.actions.AddFile;
import org.apache.spark.sql.delta.actions.CommitInfo;
import org.apache.spark.sql.delta.actions.Metadata;
import org.apache.spark.sql.delta.actions.RemoveFile;
import scala.Option;
import scala.Tuple2;
import scala.jdk.javaapi.CollectionConverters;

/**
 * What each commit of a range did to the data, read from the transaction log.
 *
 * @param commits one for each version of the range, in order
 */
record CommitRange(List<Commit> commits) {
  CommitRange {
    commits = List.copyOf(commits);
  }

  /**
   * One commit.
   *
   * @param version of the table
   * @param operation as the writer called it
   * @param added files with new data
   * @param removed files whose data it took away
   * @param changeFeed whether the table recorded row changes at this commit; null when no commit of
   *     the range has said so yet
   * @param rewrites whether the commit wrote row changes of its own (update, merge, partial delete)
   */
  record Commit(
      long version,
      String operation,
      List<AddFile> added,
      List<RemoveFile> removed,
      Boolean changeFeed,
      boolean rewrites) {
    Commit {
      added = List.copyOf(added);
      removed = List.copyOf(removed);
    }

    /** Whether rows that were there before may be gone or changed. */
    boolean removes() {
      return !removed.isEmpty() || rewrites;
    }
  }

  /**
   * Reads the log.
   *
   * @param tableId that the table must have throughout
   * @throws SourceGapException if a commit of the range is no longer in the log, replaced the table
   *     or restored an earlier state
   */
  static CommitRange read(
      DeltaLog log, String label, String tableId, long fromExclusive, long toInclusive) {
    List<Commit> commits = new ArrayList<>();
    if (fromExclusive >= toInclusive) {
      return new CommitRange(commits);
    }
    long first = fromExclusive + 1;
    Boolean feed = null;
    long expected = first;
    var changes = log.getChanges(first, Option.empty(), false);
    while (changes.hasNext() && expected <= toInclusive) {
      Tuple2<Object, scala.collection.immutable.Seq<Action>> change = changes.next();
      long version = (Long) change._1();
      if (version != expected) {
        throw cleaned(label, expected, version);
      }
      List<AddFile> added = new ArrayList<>();
      List<RemoveFile> removed = new ArrayList<>();
      String operation = "";
      boolean rewrites = false;
      for (Action action : CollectionConverters.asJava(change._2())) {
        if (action instanceof Metadata metadata) {
          if (!metadata.id().equals(tableId)) {
            throw EventTable.replaced(label, tableId, metadata.id());
          }
          feed = changeFeed(metadata);
        } else if (action instanceof CommitInfo info) {
          operation = info.operation();
        } else if (action instanceof AddFile file && file.dataChange()) {
          added.add(file);
        } else if (action instanceof RemoveFile file && file.dataChange()) {
          removed.add(file);
        } else if (action instanceof AddCDCFile) {
          rewrites = true;
        }
      }
      if (operation.equals("RESTORE")) {
        throw new SourceGapException(
            "Cannot tell what is new in "
                + label
                + ": commit "
                + version
                + " restored an earlier state of the table. Run 'retrain --full-rebuild' to learn"
                + " the table as it is now.");
      }
      commits.add(new Commit(version, operation, added, removed, feed, rewrites));
      expected++;
    }
    if (expected <= toInclusive) {
      throw cleaned(label, expected, -1);
    }
    return new CommitRange(commits);
  }

  /**
   * Whether the table recorded the row changes of a commit of this range.
   *
   * @throws SourceGapException if the table's settings of that time can no longer be read
   */
  static boolean recorded(DeltaLog log, String label, Commit commit) {
    if (commit.changeFeed() != null) {
      return commit.changeFeed();
    }
    try {
      return changeFeed(
          log.getSnapshotAt(commit.version(), Option.empty(), Option.empty(), false).metadata());
    } catch (Exception e) {
      // Delta throws checked exceptions that its signature does not declare.
      throw new SourceGapException(
          "Cannot tell what is new in "
              + label
              + ": its state at commit "
              + commit.version()
              + " can no longer be read. Run 'retrain --full-rebuild', and raise"
              + " delta.logRetentionDuration.",
          e);
    }
  }

  /** Commits that removed data, in order. */
  List<Commit> removing() {
    return commits.stream().filter(Commit::removes).toList();
  }

  private static boolean changeFeed(Metadata metadata) {
    Option<String> value = metadata.configuration().get("delta.enableChangeDataFeed");
    return value.isDefined() && Boolean.parseBoolean(value.get());
  }

  private static SourceGapException cleaned(String label, long missing, long earliest) {
    return new SourceGapException(
        "Cannot tell what is new in "
            + label
            + ": commit "
            + missing
            + " is no longer in the log"
            + (earliest < 0 ? "" : " (earliest is " + earliest + ")")
            + ". Run 'retrain --full-rebuild', and raise delta.logRetentionDuration.");
  }
}
