package io.perennial.registry;

import static org.apache.spark.sql.functions.col;

import io.delta.exceptions.DeltaConcurrentModificationException;
import io.perennial.Warehouse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.analysis.UnresolvedAttribute;
import org.apache.spark.sql.catalyst.expressions.EqualTo;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.In;
import org.apache.spark.sql.catalyst.expressions.Literal;
import org.apache.spark.sql.delta.DeltaLog;
import org.apache.spark.sql.delta.DeltaOperations;
import org.apache.spark.sql.delta.OptimisticTransaction;
import org.apache.spark.sql.delta.Snapshot;
import org.apache.spark.sql.delta.actions.Action;
import org.apache.spark.sql.delta.actions.AddFile;
import org.apache.spark.sql.delta.actions.FileAction;
import org.apache.spark.sql.delta.actions.Format;
import org.apache.spark.sql.delta.actions.Metadata;
import org.apache.spark.sql.types.DataType;
import scala.Option;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;

/**
 * Reads and commits the registry's tables. A commit replaces whole partitions, found by value and
 * not by SQL text, and fails when another commit changed the same partitions since its transaction
 * began; then it is tried again from the beginning, {@value #ATTEMPTS} times in all.
 */
final class DeltaTables {
  static final int ATTEMPTS = 4;

  private static final Map<String, String> PROPERTIES =
      Map.of(
          "delta.enableDeletionVectors", "false",
          "delta.columnMapping.mode", "none",
          "delta.checkpointInterval", "20",
          "delta.logRetentionDuration", "interval 30 days",
          "delta.deletedFileRetentionDuration", "interval 7 days");

  private final SparkSession spark;
  private final Warehouse warehouse;
  private final WriteListener listener;

  DeltaTables(SparkSession spark, Warehouse warehouse, WriteListener listener) {
    this.spark = spark;
    this.warehouse = warehouse;
    this.listener = listener;
  }

  SparkSession spark() {
    return spark;
  }

  /** Whether a table was written before. */
  boolean exists(Tables table) {
    return log(table).update(false, Option.empty(), Option.empty()).version() >= 0;
  }

  /** All rows of a table as of now; no rows where the table was never written. */
  Dataset<Row> read(Tables table) {
    return read(table, Map.of());
  }

  /** A pipeline's rows of a table. */
  Dataset<Row> read(Tables table, String pipeline) {
    return table.partitions().contains("pipeline")
        ? read(table, Map.of("pipeline", pipeline))
        : read(table).where(col("pipeline").equalTo(pipeline));
  }

  /** The rows of the partitions with some values, as of now. */
  Dataset<Row> read(Tables table, Map<String, Object> partition) {
    DeltaLog log = log(table);
    Snapshot snapshot = log.update(false, Option.empty(), Option.empty());
    return snapshot.version() < 0
        ? spark.createDataFrame(List.of(), table.schema())
        : rows(log, snapshot, files(log, snapshot, partition));
  }

  private static Dataset<Row> rows(DeltaLog log, Snapshot snapshot, List<AddFile> files) {
    return log.createDataFrame(snapshot, seq(files), false, Option.empty());
  }

  /** The files of the partitions with some values; a list stands for any of its values. */
  private static List<AddFile> files(
      DeltaLog log, Snapshot snapshot, Map<String, Object> partition) {
    return TableFiles.of(log, snapshot).stream()
        .filter(
            file ->
                partition.entrySet().stream()
                    .allMatch(part -> holds(file, part.getKey(), part.getValue())))
        .toList();
  }

  private static boolean holds(AddFile file, String column, Object wanted) {
    Option<String> value = file.partitionValues().get(column);
    return wanted instanceof List<?> any
        ? any.stream().anyMatch(one -> value.contains(one.toString()))
        : value.contains(wanted.toString());
  }

  /**
   * A pipeline's rows of a table that holds few, read without a query: instants as microseconds
   * since 1970, dates as text.
   */
  List<Row> records(Tables table, String pipeline) {
    return records(table, Map.of("pipeline", pipeline));
  }

  /**
   * The same of the partitions with some values.
   *
   * @param partition values of partition columns; a list stands for any of its values
   */
  List<Row> records(Tables table, Map<String, Object> partition) {
    return records(table, partition, RecordsAsked.ALL);
  }

  /** The same of what is asked. */
  List<Row> records(Tables table, Map<String, Object> partition, RecordsAsked asked) {
    DeltaLog log = log(table);
    Snapshot snapshot = log.update(false, Option.empty(), Option.empty());
    return snapshot.version() < 0
        ? List.of()
        : new RecordFiles(spark, log, table).read(files(log, snapshot, partition), asked);
  }

  /**
   * Copies what many files of a pipeline hold into one, in the tables that have digests, where
   * there is enough to copy. Never fails.
   */
  void digest(String pipeline) {
    for (Tables table : RecordDigest.tables()) {
      try {
        DeltaLog log = log(table);
        Snapshot snapshot = log.update(false, Option.empty(), Option.empty());
        if (snapshot.version() >= 0) {
          RecordFiles files = new RecordFiles(spark, log, table);
          new RecordDigest(spark, log, table)
              .renew(
                  pipeline,
                  files(log, snapshot, Map.of("pipeline", pipeline)),
                  all -> files.byFile(all, RecordDigest.copied(table)));
        }
      } catch (IOException | RuntimeException failed) {
        System.getLogger(DeltaTables.class.getName())
            .log(System.Logger.Level.DEBUG, "No new digest of " + table.tableName(), failed);
      }
    }
  }

  /** The values of a partition column among a pipeline's rows, without reading them. */
  List<String> partitions(Tables table, String pipeline, String column) {
    return partitions(table, Map.of("pipeline", pipeline), column);
  }

  /** The same of the partitions with some values. */
  List<String> partitions(Tables table, Map<String, Object> partition, String column) {
    DeltaLog log = log(table);
    Snapshot snapshot = log.update(false, Option.empty(), Option.empty());
    return snapshot.version() < 0
        ? List.of()
        : files(log, snapshot, partition).stream()
            .map(file -> file.partitionValues().apply(column))
            .distinct()
            .toList();
  }

  /** Creates a table without rows where it does not exist; two at once are as good as one. */
  void ensure(Tables table) {
    if (exists(table)) {
      return;
    }
    try {
      OptimisticTransaction transaction =
          log(table).startTransaction(Option.empty(), Option.empty());
      if (transaction.readVersion() < 0) {
        Metadata metadata = metadata(table);
        transaction.updateMetadataForNewTable(metadata);
        transaction.commit(
            seq(List.of()),
            new DeltaOperations.CreateTable(metadata, false, false, Option.empty()));
      }
    } catch (DeltaConcurrentModificationException raced) {
      if (!exists(table)) {
        throw conflict(table, "creating it", raced);
      }
    }
  }

  /**
   * Replaces the rows of one partition, or of a group of them, in one commit. No commit where there
   * are no rows, neither before nor after.
   *
   * @param partition values of partition columns; a list stands for any of its values
   * @param rows without any the partition's rows are deleted
   */
  void replace(Tables table, Map<String, Object> partition, Content rows, CommitNote note) {
    transact(table, partition, note, before -> new Change(rows, Scope.REPLACE));
  }

  /**
   * Adds rows to a partition of which the caller knows that it is new: without looking at what the
   * table holds.
   */
  void append(Tables table, Content rows, CommitNote note) {
    if (rows.equals(Content.NOTHING)) {
      return;
    }
    for (int attempt = 1; ; attempt++) {
      try {
        OptimisticTransaction transaction =
            log(table).startTransaction(Option.empty(), Option.empty());
        if (transaction.readVersion() < 0) {
          transaction.updateMetadataForNewTable(metadata(table));
        }
        transaction.commit(
            seq(files(table, transaction, rows)),
            write(table, SaveMode.Append, Option.empty(), note));
        tell(table, note);
        return;
      } catch (DeltaConcurrentModificationException raced) {
        if (attempt == ATTEMPTS) {
          throw conflict(table, "adding to it", raced);
        }
      }
    }
  }

  /**
   * Reads partitions and commits what follows from them, exclusively: whoever commits to the same
   * partitions in between makes this transaction begin again.
   *
   * @param change given the partitions as the transaction sees them, says what to do
   */
  void transact(
      Tables table,
      Map<String, Object> partition,
      CommitNote note,
      Function<Before, Change> change) {
    for (int attempt = 1; ; attempt++) {
      try {
        if (attempt(table, partition, note, change)) {
          tell(table, note);
        }
        return;
      } catch (DeltaConcurrentModificationException raced) {
        if (attempt == ATTEMPTS) {
          throw conflict(table, "writing " + partition, raced);
        }
      }
    }
  }

  private void tell(Tables table, CommitNote note) {
    synchronized (listener) {
      listener.written(table.tableName(), note.pipeline(), note.version());
    }
  }

  /** What a transaction does with the partitions that it read. */
  enum Scope {
    /** The new rows stand in place of the old ones. */
    REPLACE,
    /** The new rows come on top. */
    APPEND
  }

  /** What a transaction sees of the partitions that it is about, read in one way or the other. */
  interface Before {
    /** Few rows, as {@link DeltaTables#records(Tables, String)} gives them. */
    List<Row> records();

    /** Any number of rows. */
    Dataset<Row> dataset();
  }

  /** The outcome of reading: rows to write, none to leave it (or to delete, with REPLACE). */
  record Change(Content rows, Scope scope) {
    static final Change NOTHING = new Change(Content.NOTHING, Scope.APPEND);

    static Change append(Content rows) {
      return new Change(rows, Scope.APPEND);
    }
  }

  private boolean attempt(
      Tables table,
      Map<String, Object> partition,
      CommitNote note,
      Function<Before, Change> change) {
    DeltaLog log = log(table);
    OptimisticTransaction transaction = log.startTransaction(Option.empty(), Option.empty());
    List<AddFile> files;
    if (transaction.readVersion() < 0) {
      transaction.updateMetadataForNewTable(metadata(table));
      files = List.of();
    } else {
      transaction.trackReadPredicates(seq(equalities(table, partition)), false, true);
      files = files(log, transaction.snapshot(), partition);
      transaction.readFiles().addAll(files);
    }
    Change wanted = change.apply(before(table, log, transaction, files));
    boolean deletes = wanted.scope() == Scope.REPLACE && !files.isEmpty();
    List<Action> actions = new ArrayList<>(files(table, transaction, wanted.rows()));
    if (deletes) {
      for (AddFile file : files) {
        actions.add(file.removeWithTimestamp(file.removeWithTimestamp$default$1(), true));
      }
    }
    if (actions.isEmpty()) {
      return false;
    }
    transaction.commit(
        seq(actions),
        deletes
            ? write(table, SaveMode.Overwrite, Option.apply(partition.toString()), note)
            : write(table, SaveMode.Append, Option.empty(), note));
    return true;
  }

  private Before before(
      Tables table, DeltaLog log, OptimisticTransaction transaction, List<AddFile> files) {
    boolean isNew = transaction.readVersion() < 0;
    return new Before() {
      @Override
      public List<Row> records() {
        return isNew ? List.of() : new RecordFiles(spark, log, table).read(files, RecordsAsked.ALL);
      }

      @Override
      public Dataset<Row> dataset() {
        return isNew
            ? spark.createDataFrame(List.of(), table.schema())
            : rows(log, transaction.snapshot(), files);
      }
    };
  }

  /** Writes rows as files that nobody sees before they are committed. */
  private List<Action> files(Tables table, OptimisticTransaction transaction, Content rows) {
    if (rows instanceof Content.Query query) {
      Seq<FileAction> added = transaction.writeFiles(ordered(table, query.rows()));
      return new ArrayList<>(CollectionConverters.asJava(added));
    }
    List<Row> records = ((Content.Records) rows).rows();
    return new ArrayList<>(
        new RecordFiles(spark, transaction.deltaLog(), table).write(transaction.txnId(), records));
  }

  private static DeltaOperations.Write write(
      Tables table, SaveMode mode, Option<String> predicate, CommitNote note) {
    return new DeltaOperations.Write(
        mode,
        Option.apply(seq(table.partitions())),
        predicate,
        Option.apply(note.json()),
        Option.empty(),
        Option.empty(),
        Option.empty(),
        Option.empty(),
        Option.empty());
  }

  private Dataset<Row> ordered(Tables table, Dataset<Row> rows) {
    Column[] columns = new Column[table.schema().size()];
    for (int i = 0; i < columns.length; i++) {
      columns[i] = col(table.schema().fieldNames()[i]);
    }
    return rows.select(columns);
  }

  private static List<Expression> equalities(Tables table, Map<String, Object> partition) {
    List<Expression> all = new ArrayList<>();
    for (Map.Entry<String, Object> part : partition.entrySet()) {
      if (!table.partitions().contains(part.getKey())) {
        throw new IllegalArgumentException(
            part.getKey() + " is no partition column of " + table.tableName());
      }
      DataType type = table.schema().apply(part.getKey()).dataType();
      Expression column = new UnresolvedAttribute(seq(List.of(part.getKey())));
      if (part.getValue() instanceof List<?> values) {
        List<Expression> literals = new ArrayList<>();
        values.forEach(value -> literals.add(Literal.create(value, type)));
        all.add(new In(column, seq(literals)));
      } else {
        all.add(new EqualTo(column, Literal.create(part.getValue(), type)));
      }
    }
    return all;
  }

  private static Metadata metadata(Tables table) {
    return new Metadata(
        Metadata.apply$default$1(),
        null,
        "Perennial: " + table.tableName().replace('_', ' '),
        new Format("parquet", scalaMap(Map.of())),
        table.schema().json(),
        seq(table.partitions()),
        scalaMap(PROPERTIES),
        Option.empty());
  }

  private static scala.collection.immutable.Map<String, String> scalaMap(
      Map<String, String> values) {
    return scala.collection.immutable.Map.from(CollectionConverters.asScala(new HashMap<>(values)));
  }

  private static <T> Seq<T> seq(List<T> values) {
    return CollectionConverters.asScala(values).toSeq();
  }

  private DeltaLog log(Tables table) {
    return DeltaLog.forTable(spark, new Path(warehouse.table(table.tableName())));
  }

  private static RegistryConflictException conflict(Tables table, String doing, Throwable cause) {
    return new RegistryConflictException(
        "Cannot commit to "
            + table.tableName()
            + ": other writers changed it while "
            + doing
            + ", "
            + ATTEMPTS
            + " times in a row. Run the same command again; what was written so far is kept or"
            + " replaced.",
        cause);
  }

  /** (pipeline, version) as a partition. */
  static Map<String, Object> partition(String pipeline, String column, Object value) {
    Map<String, Object> partition = new LinkedHashMap<>();
    partition.put("pipeline", pipeline);
    partition.put(column, value);
    return partition;
  }
}
