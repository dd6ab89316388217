package io.perennial.event;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.date_from_unix_date;
import static org.apache.spark.sql.functions.hash;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.pmod;
import static org.apache.spark.sql.functions.timestamp_micros;
import static org.apache.spark.sql.types.DataTypes.LongType;
import static org.apache.spark.sql.types.DataTypes.StringType;
import static org.apache.spark.sql.types.DataTypes.TimestampType;

import io.perennial.Progress;
import io.perennial.Warehouse;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.ConcurrentModificationException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.storage.StorageLevel;

/**
 * Turns files into rows of {@code events} and {@code quarantine}: each raw record becomes a row of
 * one of them. Content that was ingested before is skipped. The files of one call are one batch: it
 * is judged as a whole before anything is written, and a batch that was interrupted is completed by
 * the next call, each row exactly once.
 */
public final class Ingest {
  /** Refused records. */
  public static final String QUARANTINE = "quarantine";

  /** Events. */
  public static final String EVENTS = "events";

  private static final int ATTEMPTS = 5;
  private static final StructType REFUSED =
      new StructType()
          .add("raw", StringType, true, "the record as the file has it; JSON for Parquet")
          .add("file", StringType, true, "path of the file")
          .add("line", LongType, true, "line where the record begins, or row, from 1")
          .add("kind", StringType, true, "excluded by a declared rule, or malformed")
          .add(
              "reasons",
              DataTypes.createArrayType(StringType, false),
              true,
              "rules that excluded it and what could not be read, all of them")
          .add("batch", StringType, true, "files ingested together, as in ingested_files")
          .add(EventColumns.INGEST_RUN, StringType, true, "run that ingested the file")
          .add("ingested_at", TimestampType, true, "when");
  private static final Map<String, String> EVENT_COMMENTS =
      Map.of(
          EventColumns.USER, "natural id of the user, any string",
          EventColumns.ITEM, "natural id of the item, any string",
          EventColumns.TYPE, "what happened: view, purchase, rating",
          EventColumns.VALUE, "rating or quantity",
          EventColumns.TIME, "instant of the event",
          EventColumns.DATE, "day of the event in the pipeline's zone",
          EventColumns.SOURCE, "path of the file that it came from",
          EventColumns.INGEST_RUN, "run that ingested it");

  private final SparkSession spark;
  private final Warehouse warehouse;
  private final IngestOptions options;
  private final ZoneId zone;
  private final Progress progress;
  private final CommitListener listener;
  private final FileRecords records;
  private final IngestLog log;

  /** Whether an ingest changes the tables. */
  public enum Mode {
    /** Rows are written. */
    WRITE,
    /** Everything is read and judged, nothing is written. */
    DRY_RUN
  }

  /** Told after each commit, for logs and for tests of what an interruption leaves. */
  @FunctionalInterface
  public interface CommitListener {
    /** Hears nothing. */
    CommitListener NONE = table -> {};

    /** A commit to a table is done. */
    void committed(String table);
  }

  /**
   * An ingest into a warehouse.
   *
   * @param zone the pipeline's, in which the day of an event is told
   */
  public Ingest(
      SparkSession spark,
      Warehouse warehouse,
      IngestOptions options,
      ZoneId zone,
      Progress progress) {
    this(spark, warehouse, options, zone, progress, CommitListener.NONE);
  }

  /** The same, with somebody who hears of each commit. */
  public Ingest(
      SparkSession spark,
      Warehouse warehouse,
      IngestOptions options,
      ZoneId zone,
      Progress progress,
      CommitListener listener) {
    this.spark = Objects.requireNonNull(spark, "spark");
    this.warehouse = Objects.requireNonNull(warehouse, "warehouse");
    this.options = Objects.requireNonNull(options, "options");
    this.zone = Objects.requireNonNull(zone, "zone");
    this.progress = Objects.requireNonNull(progress, "progress");
    this.listener = Objects.requireNonNull(listener, "listener");
    this.records = new FileRecords(spark, options, zone);
    this.log = new IngestLog(spark, warehouse);
  }

  /**
   * Ingests a file, or the files of a folder in the order of their paths.
   *
   * @param input path or URI
   * @param runId name of this run, kept with each row
   * @param at the present, kept with refused rows
   * @throws UnreadableSourceException if a file is missing, unreadable or lacks a column
   * @throws DataContractException if more rows are malformed than the options allow; then nothing
   *     is written
   */
  public IngestReport run(String input, String runId, Instant at, Mode mode) {
    List<SourceFile> listed = new FileListing(spark, options).list(input);
    progress.begin("reading files", listed.size());
    List<SourceFile> files = probe(listed);
    progress.advance(listed.size());
    progress.end();
    for (SourceFile file : files) {
      if (!file.header().isEmpty()) {
        records.requireColumns(file.path(), file.header());
      }
    }
    Tally tally = new Tally(options);
    String rules = rules();
    if (mode == Mode.DRY_RUN) {
      List<SourceFile> fresh = fresh(files, log.read().done(), tally);
      try (Parsed parsed = parse(fresh, tally)) {
        parsed.judge();
      }
      return tally.report(mode);
    }
    for (IngestLog.Batch batch : log.read().interrupted()) {
      complete(batch, rules, tally);
    }
    while (true) {
      IngestLog.State state = log.read();
      List<String> skippedBefore = List.copyOf(tally.skipped);
      List<SourceFile> fresh = fresh(files, state.done(), tally);
      if (fresh.isEmpty()) {
        return tally.report(mode);
      }
      IngestLog.Batch batch = IngestLog.name(state.nextSequence(), rules, fresh, runId, at);
      Tally part = new Tally(options);
      try (Parsed parsed = parse(fresh, part)) {
        parsed.judge();
        new FileListing(spark, options).requireUnchanged(fresh);
        if (log.announce(batch, fresh)) {
          listener.committed(IngestLog.FILES);
          write(batch, parsed);
          tally.add(part);
          return tally.report(mode);
        }
      }
      // Another process announced a batch meanwhile: what is new is decided afresh.
      tally.skipped.clear();
      tally.skipped.addAll(skippedBefore);
    }
  }

  private List<SourceFile> probe(List<SourceFile> listed) {
    try {
      return records.probe(listed);
    } catch (RuntimeException e) {
      throw FileListing.unreadable(e);
    } catch (Exception e) {
      if (e instanceof org.apache.spark.SparkException) {
        throw FileListing.unreadable(e);
      }
      throw e;
    }
  }

  /** Files whose content is in no table yet, each content once. */
  private static List<SourceFile> fresh(List<SourceFile> files, Set<String> done, Tally tally) {
    Set<String> known = new HashSet<>(done);
    List<SourceFile> result = new ArrayList<>();
    for (SourceFile file : files) {
      if (known.add(file.digest())) {
        result.add(file);
      } else if (!tally.read.contains(file.path())) {
        tally.skipped.add(file.path());
      }
    }
    return result;
  }

  /** Ends what an earlier call began: the same rows where its files and rules are the same. */
  private void complete(IngestLog.Batch batch, String rules, Tally tally) {
    List<SourceFile> found =
        batch.rules().equals(rules)
            ? new FileListing(spark, options).find(batch.files().values())
            : List.of();
    List<SourceFile> files = found.isEmpty() ? List.of() : probe(found);
    Set<String> digests = new HashSet<>();
    files.forEach(file -> digests.add(file.digest()));
    if (digests.equals(batch.files().keySet())) {
      Tally part = new Tally(options);
      try (Parsed parsed = parse(files, part)) {
        write(batch, parsed);
      }
      tally.add(part);
    } else if (log.has(QUARANTINE, batch)) {
      io.delta.tables.DeltaTable.forPath(spark, warehouse.table(QUARANTINE))
          .delete(col("batch").equalTo(lit(batch.name())));
      listener.committed(QUARANTINE);
    }
  }

  /** Parsed records of some files, held until they are written. */
  private final class Parsed implements AutoCloseable {
    private final Dataset<Row> rows;
    private final Tally tally;

    Parsed(Dataset<Row> rows, Tally tally) {
      this.rows = rows;
      this.tally = tally;
    }

    void judge() {
      tally.judge(options.maximalMalformedShare());
    }

    @Override
    public void close() {
      rows.unpersist();
    }
  }

  private Parsed parse(List<SourceFile> files, Tally tally) {
    Dataset<Row> rows = records.read(files).persist(StorageLevel.MEMORY_AND_DISK());
    progress.begin("parsing " + files.size() + " files", 0);
    try {
      Column micros = col("micros");
      List<Row> groups =
          rows.groupBy(col("file"), col("kind"), col("reasons"))
              .agg(count(lit(1)), min(col("line")), min(micros), max(micros))
              .collectAsList();
      files.forEach(file -> tally.read.add(file.path()));
      groups.forEach(tally::count);
      tally.days =
          rows.filter(col("kind").equalTo(RecordParser.EVENT)).select("day").distinct().count();
      return new Parsed(rows, tally);
    } catch (RuntimeException e) {
      rows.unpersist();
      throw FileListing.unreadable(e);
    } catch (Exception e) {
      rows.unpersist();
      if (e instanceof org.apache.spark.SparkException) {
        throw FileListing.unreadable(e);
      }
      throw e;
    } finally {
      progress.end();
    }
  }

  private void write(IngestLog.Batch batch, Parsed parsed) {
    progress.begin("writing " + parsed.tally.events + " events", 2);
    Dataset<Row> refused =
        parsed
            .rows
            .filter(col("kind").notEqual(RecordParser.EVENT))
            .withColumn("batch", lit(batch.name()))
            .withColumn(EventColumns.INGEST_RUN, lit(batch.runId()))
            .withColumn("ingested_at", timestamp_micros(lit(EventTimeFormat.micros(batch.at()))))
            .select(commented(REFUSED))
            .coalesce(1);
    deliver(batch, Delivery.append(warehouse, QUARANTINE, batch.runId(), List.of()), refused);
    listener.committed(QUARANTINE);
    progress.advance(1);
    deliver(
        batch,
        Delivery.append(warehouse, EVENTS, batch.runId(), List.of(EventColumns.DATE)),
        events(batch, parsed));
    listener.committed(EVENTS);
    progress.advance(1);
    progress.end();
  }

  /** Another process may complete the same batch, or create the table, at the same time. */
  private void deliver(IngestLog.Batch batch, Delivery delivery, Dataset<Row> rows) {
    for (int attempt = 1; ; attempt++) {
      try {
        delivery.write(rows, IngestLog.transaction(batch), 0);
        return;
      } catch (ConcurrentModificationException e) {
        if (log.has(delivery.table(), batch)) {
          return;
        }
        if (attempt == ATTEMPTS) {
          throw e;
        }
      }
    }
  }

  private Dataset<Row> events(IngestLog.Batch batch, Parsed parsed) {
    long days = Math.max(1, parsed.tally.days);
    int parts =
        (int)
            Math.min(
                1000, Math.max(1, parsed.tally.events / days / options.maximalRowsPerFile() + 1));
    int tasks = (int) Math.min(days * parts, 4L * spark.sparkContext().defaultParallelism());
    Column[] columns = new Column[EventColumns.EVENTS.length()];
    for (int i = 0; i < columns.length; i++) {
      String name = EventColumns.EVENTS.fields()[i].name();
      columns[i] =
          col(name)
              .as(
                  name,
                  new StructField(
                          name, StringType, true, org.apache.spark.sql.types.Metadata.empty())
                      .withComment(EVENT_COMMENTS.get(name))
                      .metadata());
    }
    return parsed
        .rows
        .filter(col("kind").equalTo(RecordParser.EVENT))
        .withColumn(EventColumns.TIME, timestamp_micros(col("micros")))
        .withColumn(EventColumns.DATE, date_from_unix_date(col("day")))
        .withColumn(EventColumns.SOURCE, col("file"))
        .withColumn(EventColumns.INGEST_RUN, lit(batch.runId()))
        .repartition(tasks, col("day"), pmod(hash(col(EventColumns.USER)), lit(parts)))
        .sortWithinPartitions(col(EventColumns.DATE), col(EventColumns.TIME), col("line"))
        .select(columns);
  }

  private static Column[] commented(StructType schema) {
    Column[] columns = new Column[schema.length()];
    for (int i = 0; i < columns.length; i++) {
      StructField field = schema.fields()[i];
      columns[i] = col(field.name()).as(field.name(), field.metadata());
    }
    return columns;
  }

  /** Digest of everything that decides what a raw record becomes. */
  private String rules() {
    return IngestLog.digest(
        String.join(
            "\n",
            options.format().name(),
            options.csv().toString(),
            new TreeMap<>(options.columns()).toString(),
            new TreeMap<>(options.constants()).toString(),
            options.timestampFormats().toString(),
            options.sourceTimeZone().toString(),
            options.exclude().toString(),
            zone.getId()));
  }

  /** What was counted. */
  private static final class Tally {
    private final Set<String> rules = new HashSet<>();
    private final List<String> read = new ArrayList<>();
    private final List<String> skipped = new ArrayList<>();
    private final TreeMap<String, Long> excluded = new TreeMap<>();
    private final TreeMap<String, Long> malformed = new TreeMap<>();
    private final Map<String, long[]> byFile = new HashMap<>();
    private final Map<String, String> example = new HashMap<>();
    private long raw;
    private long events;
    private long excludedRows;
    private long malformedRows;
    private long days;
    private long first = Long.MAX_VALUE;
    private long last = Long.MIN_VALUE;

    private Tally(IngestOptions options) {
      options.exclude().forEach(rule -> rules.add(rule.name()));
    }

    /** A row of file, kind, reasons, count, first line, first and last time. */
    private void count(Row group) {
      String file = group.getString(0);
      long rows = group.getLong(3);
      raw += rows;
      byFile.computeIfAbsent(file, key -> new long[2])[1] += rows;
      if (group.getString(1).equals(RecordParser.EVENT)) {
        events += rows;
        first = Math.min(first, group.getLong(5));
        last = Math.max(last, group.getLong(6));
        return;
      }
      boolean bad = group.getString(1).equals(RecordParser.MALFORMED);
      List<String> reasons = group.getList(2);
      for (String reason : reasons) {
        if (bad) {
          malformed.merge(reason, rows, Long::sum);
        } else if (rules.contains(reason) || reason.equals(RecordParser.EMPTY_LINE)) {
          excluded.merge(reason, rows, Long::sum);
        }
      }
      if (bad) {
        malformedRows += rows;
        byFile.get(file)[0] += rows;
        example.merge(
            file,
            "line " + group.getLong(4) + ": " + String.join("; ", reasons),
            (one, other) -> one.compareTo(other) <= 0 ? one : other);
      } else {
        excludedRows += rows;
      }
    }

    private void judge(double limit) {
      malformed.forEach(
          (reason, rows) -> {
            if (reason.endsWith(RecordParser.WITHOUT_ZONE)) {
              throw new DataContractException(
                  "Cannot ingest: in "
                      + rows
                      + " lines "
                      + reason
                      + ". Set ingest.sourceTimeZone to the zone of the input, such as"
                      + " Europe/London. Nothing was written.");
            }
          });
      if (malformedRows <= limit * raw) {
        return;
      }
      String worst =
          byFile.entrySet().stream()
              .filter(file -> file.getValue()[0] > 0)
              .max(
                  java.util.Comparator.<Map.Entry<String, long[]>>comparingDouble(
                          file -> (double) file.getValue()[0] / file.getValue()[1])
                      .thenComparing(Map.Entry.comparingByKey()))
              .orElseThrow()
              .getKey();
      throw new DataContractException(
          String.format(
              java.util.Locale.ROOT,
              "Cannot ingest: %,d of %,d lines are malformed, which is more than"
                  + " ingest.maximalMalformedShare = %s allows (%s). Worst file: %s with %,d of"
                  + " %,d, such as %s. Nothing was written. Correct the input or the mapping under"
                  + " ingest, or raise the limit.",
              malformedRows,
              raw,
              limit,
              malformed,
              worst,
              byFile.get(worst)[0],
              byFile.get(worst)[1],
              example.get(worst)));
    }

    private void add(Tally other) {
      read.addAll(other.read);
      skipped.addAll(other.skipped);
      other.excluded.forEach((reason, rows) -> excluded.merge(reason, rows, Long::sum));
      other.malformed.forEach((reason, rows) -> malformed.merge(reason, rows, Long::sum));
      raw += other.raw;
      events += other.events;
      excludedRows += other.excludedRows;
      malformedRows += other.malformedRows;
      first = Math.min(first, other.first);
      last = Math.max(last, other.last);
    }

    private IngestReport report(Mode mode) {
      return new IngestReport(
          read,
          skipped,
          raw,
          events,
          excludedRows,
          malformedRows,
          excluded,
          malformed,
          events == 0 ? java.util.Optional.empty() : java.util.Optional.of(instant(first)),
          events == 0 ? java.util.Optional.empty() : java.util.Optional.of(instant(last)),
          mode);
    }

    private static Instant instant(long micros) {
      return Instant.EPOCH.plus(micros, java.time.temporal.ChronoUnit.MICROS);
    }
  }
}
