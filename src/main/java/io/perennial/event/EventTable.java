package io.perennial.event;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.sequence;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.unix_micros;
import static org.apache.spark.sql.functions.when;

import io.perennial.Warehouse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.delta.DeltaLog;
import org.apache.spark.sql.delta.Snapshot;
import org.apache.spark.sql.delta.actions.AddFile;
import org.apache.spark.sql.types.StructField;
import scala.Option;
import scala.jdk.javaapi.CollectionConverters;

/**
 * The Delta table that nights read, opened: the warehouse's own or a user's, always seen in the
 * canonical columns user_id, item_id, event_type, value, event_time and event_date (the day in the
 * source's zone), with the event types that are learnt.
 */
public final class EventTable {
  private static final Column[] CANONICAL = {
    col(EventColumns.USER),
    col(EventColumns.ITEM),
    col(EventColumns.TYPE),
    col(EventColumns.VALUE),
    col(EventColumns.TIME),
    col(EventColumns.DATE)
  };
  private static final String NET = "net";

  private final SparkSession spark;
  private final EventSource source;
  private final String label;
  private final DeltaLog log;
  private final Snapshot opened;
  private final SourceColumns columns;
  private final String sessionZone;
  private final Map<List<Long>, CommitRange> ranges = new ConcurrentHashMap<>();

  private EventTable(SparkSession spark, EventSource source, String label, DeltaLog log) {
    this.spark = spark;
    this.source = source;
    this.label = label;
    this.log = log;
    this.opened = log.update(false, Option.empty(), Option.empty());
    this.columns = new SourceColumns(source, opened.metadata().schema(), label);
    this.sessionZone = spark.conf().get("spark.sql.session.timeZone");
  }

  /**
   * Opens the table that {@code source} names, as it is now.
   *
   * @throws UnreadableSourceException if there is no such table, it is no Delta table, or it lacks
   *     a column
   */
  public static EventTable open(SparkSession spark, Warehouse warehouse, EventSource source) {
    if (source.table().isEmpty()) {
      String path = warehouse.table("events");
      return atPath(
          spark,
          source,
          path,
          "the events table " + path,
          "Ingest files first: 'ingest --input FILE|DIR'.");
    }
    String table = source.table().get();
    String label = "table " + table;
    String way = "Name a Delta table by its catalog name or path under source.table.";
    if (!isPath(table) && spark.catalog().tableExists(table)) {
      String location;
      try {
        location =
            io.delta.tables.DeltaTable.forName(spark, table)
                .detail()
                .select("location")
                .head()
                .getString(0);
      } catch (Exception e) {
        if (e instanceof AnalysisException || e instanceof RuntimeException) {
          throw unreadable(label, "it is not a Delta table", way, e);
        }
        throw e;
      }
      return atPath(spark, source, location, label, way);
    }
    return atPath(spark, source, table, label, way);
  }

  private static boolean isPath(String table) {
    return table.contains("/") || table.contains(":");
  }

  private static EventTable atPath(
      SparkSession spark, EventSource source, String path, String label, String way) {
    Path folder = new Path(path);
    DeltaLog log;
    try {
      if (!folder.getFileSystem(spark.sessionState().newHadoopConf()).exists(folder)) {
        throw unreadable(label, "there is no such table", way, null);
      }
      log = DeltaLog.forTable(spark, folder);
      log.update(false, Option.empty(), Option.empty());
    } catch (IOException e) {
      throw unreadable(label, e.getMessage(), way, e);
    }
    if (!log.tableExists()) {
      throw unreadable(label, "it is not a Delta table", way, null);
    }
    return new EventTable(spark, source, label, log);
  }

  /** What the pipeline says about this source. */
  public EventSource source() {
    return source;
  }

  /** The table, for messages. */
  public String label() {
    return label;
  }

  /** Delta's id of the table, which changes when the table is replaced. */
  public String tableId() {
    return opened.metadata().id();
  }

  /** The table's version when it was opened; later commits are not seen through this object. */
  public long latestVersion() {
    return opened.version();
  }

  /** Bytes of the table's files when it was opened. */
  public long bytes() {
    return opened.sizeInBytes();
  }

  /**
   * Bytes of the files that the commits after {@code fromExclusive} up to {@code toInclusive}
   * added.
   *
   * @throws SourceGapException if the log can no longer tell
   */
  public long addedBytes(long fromExclusive, long toInclusive) {
    if (fromExclusive >= toInclusive || toInclusive > latestVersion()) {
      return 0;
    }
    return range(fromExclusive, toInclusive).commits().stream()
        .flatMap(commit -> commit.added().stream())
        .mapToLong(AddFile::size)
        .sum();
  }

  /**
   * Checks that this is still the table that was read before.
   *
   * @throws SourceGapException if it is another one
   */
  public void requireSame(String earlierTableId) {
    if (!earlierTableId.equals(tableId())) {
      throw replaced(label, earlierTableId, tableId());
    }
  }

  /** Every event at a version. */
  public Dataset<Row> snapshot(long version) {
    return columns.canonical(rowsAt(version), sessionZone);
  }

  /**
   * Events at a version with {@code from ≤ event_time < to}.
   *
   * @throws SourceGapException if the version, or a data file of it, is gone
   */
  public Dataset<Row> snapshot(long version, Instant from, Instant to) {
    Dataset<Row> rows =
        columns.canonical(columns.between(rowsAt(version), from, to, sessionZone), sessionZone);
    if (version < latestVersion()) {
      requireFiles(rows, "version " + version);
    }
    return rows;
  }

  /** Events at a version that have no event time, or none that can be read as one. */
  public Dataset<Row> undated(long version) {
    return columns.canonical(rowsAt(version), sessionZone).filter(col(EventColumns.TIME).isNull());
  }

  /** The latest event time at a version; empty when the table has no event then. */
  public Optional<Instant> latestEventTime(long version) {
    Dataset<Row> rows = rowsAt(version);
    Optional<StructField> day = columns.dateColumn();
    if (day.isPresent()
        && CollectionConverters.asJava(opened.metadata().partitionColumns())
            .contains(day.get().name())) {
      Column column = SourceColumns.quoted(day.get());
      Object last = rows.agg(max(column)).head().get(0);
      if (last == null) {
        return Optional.empty();
      }
      // Days of another zone overlap, so the last event may lie in one of the last few partitions.
      java.time.LocalDate lastDay =
          last instanceof java.sql.Date date ? date.toLocalDate() : (java.time.LocalDate) last;
      Optional<Instant> found = latest(rows.filter(column.geq(lit(lastDay.minusDays(2)))));
      if (found.isPresent()) {
        return found;
      }
    }
    return latest(rows);
  }

  private Optional<Instant> latest(Dataset<Row> rows) {
    Row row =
        columns.canonical(rows, sessionZone).agg(unix_micros(max(col(EventColumns.TIME)))).head();
    return row.isNullAt(0)
        ? Optional.empty()
        : Optional.of(Instant.EPOCH.plus(row.getLong(0), ChronoUnit.MICROS));
  }

  /**
   * What the commits after {@code fromExclusive} up to {@code toInclusive} did: by the files they
   * added where they only added, by the change data feed where they removed rows.
   *
   * @throws SourceGapException if the log can no longer tell
   * @throws DataContractException if rows were removed and the table has no change data feed
   */
  public EventChanges changes(long fromExclusive, long toInclusive) {
    if (fromExclusive > latestVersion() || toInclusive > latestVersion()) {
      throw olderThan(Math.max(fromExclusive, toInclusive));
    }
    CommitRange range = range(fromExclusive, toInclusive);
    List<CommitRange.Commit> removing = range.removing();
    if (removing.isEmpty()) {
      return new EventChanges(added(range.commits()), added(List.of()), EventChanges.Removing.NO);
    }
    long first = removing.get(0).version();
    long last = removing.get(removing.size() - 1).version();
    List<CommitRange.Commit> appends = new ArrayList<>();
    for (CommitRange.Commit commit : range.commits()) {
      if (commit.version() < first || commit.version() > last) {
        appends.add(commit);
      } else if (!CommitRange.recorded(log, label, commit)) {
        throw new DataContractException(
            "Cannot tell what is new in "
                + label
                + ": commit "
                + removing.get(0).version()
                + " ("
                + removing.get(0).operation()
                + ") updated or deleted rows, and the table has no change data feed. Run 'retrain"
                + " --full-rebuild' to learn the table as it is now, and set"
                + " delta.enableChangeDataFeed = true on it for the future.");
      }
    }
    Dataset<Row> feed = feed(first, last);
    Dataset<Row> signed =
        feed.select(CANONICAL_WITH_NET).unionByName(added(appends).withColumn(NET, lit(1L)));
    Dataset<Row> net =
        signed.groupBy(CANONICAL).agg(sum(col(NET)).as(NET)).filter(col(NET).notEqual(0L));
    return new EventChanges(
        repeated(net.filter(col(NET).gt(0L)), col(NET)),
        repeated(net.filter(col(NET).lt(0L)), col(NET).multiply(-1L)),
        EventChanges.Removing.YES);
  }

  /** Commits of a range, whose log is read once however often it is asked for. */
  private CommitRange range(long fromExclusive, long toInclusive) {
    return ranges.computeIfAbsent(
        List.of(fromExclusive, toInclusive),
        range -> CommitRange.read(log, label, tableId(), fromExclusive, toInclusive));
  }

  private static final Column[] CANONICAL_WITH_NET = withNet();

  private static Column[] withNet() {
    Column[] result = java.util.Arrays.copyOf(CANONICAL, CANONICAL.length + 1);
    result[CANONICAL.length] = col(NET);
    return result;
  }

  private static Dataset<Row> repeated(Dataset<Row> rows, Column times) {
    return rows.withColumn(NET, explode(sequence(lit(1L), times))).select(CANONICAL);
  }

  /** Rows of the change data feed with +1 for a row that came and −1 for one that went. */
  private Dataset<Row> feed(long first, long last) {
    Dataset<Row> raw;
    try {
      raw =
          spark
              .read()
              .format("delta")
              .option("readChangeFeed", "true")
              .option("startingVersion", first)
              .option("endingVersion", last)
              .load(log.dataPath().toString());
    } catch (Exception e) {
      throw gap("its change data feed of commits " + first + " to " + last, e);
    }
    Column type = col("_change_type");
    Column net = when(type.isin("insert", "update_postimage"), lit(1L)).otherwise(lit(-1L));
    Dataset<Row> came = columns.canonical(raw.filter(net.equalTo(1L)), sessionZone);
    Dataset<Row> went = columns.canonical(raw.filter(net.equalTo(-1L)), sessionZone);
    return came.withColumn(NET, lit(1L)).unionByName(went.withColumn(NET, lit(-1L)));
  }

  private Dataset<Row> added(List<CommitRange.Commit> commits) {
    List<AddFile> files = new ArrayList<>();
    commits.forEach(commit -> files.addAll(commit.added()));
    Dataset<Row> raw =
        log.createDataFrame(
            opened, CollectionConverters.asScala(files).toSeq(), false, Option.empty());
    Dataset<Row> rows = columns.canonical(raw, sessionZone);
    if (!files.isEmpty()) {
      requireFiles(
          raw,
          "commits "
              + commits.get(0).version()
              + " to "
              + commits.get(commits.size() - 1).version());
    }
    return rows;
  }

  private Dataset<Row> rowsAt(long version) {
    if (version > latestVersion()) {
      throw olderThan(version);
    }
    try {
      return spark
          .read()
          .format("delta")
          .option("versionAsOf", version)
          .load(log.dataPath().toString());
    } catch (Exception e) {
      throw gap("version " + version, e);
    }
  }

  /** A vacuumed file would only be missed by the job that reads it; this tells now, and clearly. */
  private void requireFiles(Dataset<Row> rows, String what) {
    Configuration configuration = spark.sessionState().newHadoopConf();
    for (String file : rows.inputFiles()) {
      Path path = new Path(file);
      try {
        if (!path.getFileSystem(configuration).exists(path)) {
          throw new SourceGapException(
              "Cannot read "
                  + what
                  + " of "
                  + label
                  + ": its data file "
                  + path.getName()
                  + " was removed, by VACUUM probably. Run 'retrain --full-rebuild', and keep"
                  + " deleted files for longer (delta.deletedFileRetentionDuration).");
        }
      } catch (IOException e) {
        throw new UncheckedIOException("Cannot look for " + file, e);
      }
    }
  }

  /** The table went back behind what was consumed of it. */
  public SourceGapException olderThan(long commit) {
    return new SourceGapException(
        "Cannot tell what is new in "
            + label
            + ": commit "
            + commit
            + " was read before, but the table's latest is "
            + latestVersion()
            + ", so it was made anew. Run 'retrain --full-rebuild' to learn it as it is now.");
  }

  static SourceGapException replaced(String label, String earlierId, String id) {
    return new SourceGapException(
        "Cannot tell what is new in "
            + label
            + ": the table was replaced (its id was "
            + earlierId
            + ", now "
            + id
            + "). Run 'retrain --full-rebuild' to learn it as it is now.");
  }

  private SourceGapException gap(String what, Exception e) {
    return new SourceGapException(
        "Cannot read "
            + what
            + " of "
            + label
            + ": "
            + firstLine(e)
            + " Run 'retrain --full-rebuild', and raise delta.logRetentionDuration.",
        e);
  }

  private static String firstLine(Exception e) {
    String message = String.valueOf(e.getMessage());
    int end = message.indexOf('\n');
    return end < 0 ? message : message.substring(0, end);
  }

  private static UnreadableSourceException unreadable(
      String label, String why, String way, Exception cause) {
    return new UnreadableSourceException("Cannot read " + label + ": " + why + ". " + way, cause);
  }
}
