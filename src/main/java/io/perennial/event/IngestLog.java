package io.perennial.event;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.types.DataTypes.LongType;
import static org.apache.spark.sql.types.DataTypes.StringType;
import static org.apache.spark.sql.types.DataTypes.TimestampType;

import io.perennial.Warehouse;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.ConcurrentModificationException;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.delta.DeltaLog;
import org.apache.spark.sql.types.StructType;
import scala.Option;

/**
 * Which files were ingested. A batch of files is announced in {@code ingested_files} before any of
 * its rows is written; each of its two writes then carries the batch's name as Delta transaction,
 * which Delta accepts once. The batch is done exactly when the events table knows its transaction,
 * for that is its last write; an announced batch without it was interrupted, and is completed
 * first.
 */
final class IngestLog {
  /** Table of announced batches, one row a file. */
  static final String FILES = "ingested_files";

  private static final String APPLICATION = "perennial.ingest";
  private static final String PREFIX = APPLICATION + ":";
  private static final StructType SCHEMA =
      new StructType()
          .add("batch", StringType, false, "name of the batch that the file was ingested in")
          .add("sequence", LongType, false, "number of the batch, from 0")
          .add("rules", StringType, false, "SHA-256 of the options that decide what a row becomes")
          .add("digest", StringType, false, "SHA-256 of the file's bytes")
          .add("file", StringType, false, "path of the file")
          .add("bytes", LongType, false, "length of the file")
          .add("ingest_run", StringType, false, "run that announced it")
          .add("ingested_at", TimestampType, false, "when that run ingested");

  private final SparkSession spark;
  private final Warehouse warehouse;

  IngestLog(SparkSession spark, Warehouse warehouse) {
    this.spark = spark;
    this.warehouse = warehouse;
  }

  /**
   * Files that are ingested together.
   *
   * @param name unique
   * @param sequence number
   * @param rules digest of the options
   * @param files from digest to path
   * @param runId run that announced it
   * @param at when
   */
  record Batch(
      String name,
      long sequence,
      String rules,
      Map<String, String> files,
      String runId,
      Instant at) {}

  /**
   * What is known at one instant.
   *
   * @param nextSequence number that the next batch may take
   * @param done digests of files whose events are in the table
   * @param interrupted batches announced and not done, in order
   */
  record State(long nextSequence, Set<String> done, List<Batch> interrupted) {}

  /** Reads the log. */
  State read() {
    DeltaLog log = log(FILES);
    var snapshot = log.update(false, Option.empty(), Option.empty());
    if (!log.tableExists()) {
      return new State(0, Set.of(), List.of());
    }
    Option<Object> last = snapshot.transactions().get(APPLICATION);
    List<Row> rows =
        spark
            .read()
            .format("delta")
            .option("versionAsOf", snapshot.version())
            .load(warehouse.table(FILES))
            .select(
                col("batch"),
                col("sequence"),
                col("rules"),
                col("digest"),
                col("file"),
                col("ingest_run"),
                org.apache.spark.sql.functions.unix_micros(col("ingested_at")))
            .orderBy(col("sequence"), col("file"))
            .collectAsList();
    Set<String> finished = written("events");
    Set<String> done = new HashSet<>();
    Map<String, Batch> interrupted = new LinkedHashMap<>();
    for (Row row : rows) {
      String name = row.getString(0);
      if (finished.contains(PREFIX + name)) {
        done.add(row.getString(3));
      } else {
        interrupted
            .computeIfAbsent(
                name,
                key ->
                    new Batch(
                        key,
                        row.getLong(1),
                        row.getString(2),
                        new LinkedHashMap<>(),
                        row.getString(5),
                        Instant.EPOCH.plus(row.getLong(6), ChronoUnit.MICROS)))
            .files()
            .put(row.getString(3), row.getString(4));
      }
    }
    return new State(
        last.isEmpty() ? 0 : (Long) last.get() + 1, done, List.copyOf(interrupted.values()));
  }

  /** Whether a table has the batch's rows. */
  boolean has(String table, Batch batch) {
    return written(table).contains(PREFIX + batch.name());
  }

  private Set<String> written(String table) {
    DeltaLog log = log(table);
    var snapshot = log.update(false, Option.empty(), Option.empty());
    return log.tableExists()
        ? scala.jdk.javaapi.CollectionConverters.asJava(snapshot.transactions()).keySet()
        : Set.of();
  }

  private DeltaLog log(String table) {
    return DeltaLog.forTable(spark, new Path(warehouse.table(table)));
  }

  /** Names a batch of files. */
  static Batch name(long sequence, String rules, List<SourceFile> files, String runId, Instant at) {
    Map<String, String> paths = new LinkedHashMap<>();
    files.forEach(file -> paths.put(file.digest(), file.path()));
    List<String> digests = paths.keySet().stream().sorted().toList();
    String text = sequence + "\n" + rules + "\n" + String.join("\n", digests);
    return new Batch(digest(text).substring(0, 32), sequence, rules, paths, runId, at);
  }

  static String digest(String text) {
    return HexFormat.of()
        .formatHex(SourceFile.sha256().digest(text.getBytes(StandardCharsets.UTF_8)));
  }

  /**
   * Announces a batch.
   *
   * @return false when another process announced one of that number first
   */
  boolean announce(Batch batch, List<SourceFile> files) {
    List<Row> rows = new ArrayList<>();
    for (SourceFile file : files) {
      rows.add(
          RowFactory.create(
              batch.name(),
              batch.sequence(),
              batch.rules(),
              file.digest(),
              file.path(),
              file.bytes(),
              batch.runId(),
              EventTimeFormat.micros(batch.at())));
    }
    StructType stored = new StructType();
    for (var field : SCHEMA.fields()) {
      stored =
          field.name().equals("ingested_at")
              ? stored.add(field.name(), LongType, false)
              : stored.add(field);
    }
    var frame =
        spark
            .createDataFrame(rows, stored)
            .withColumn(
                "ingested_at",
                org.apache
                    .spark
                    .sql
                    .functions
                    .timestamp_micros(col("ingested_at"))
                    .as("ingested_at", SCHEMA.apply("ingested_at").metadata()))
            .coalesce(1);
    try {
      Delivery.append(warehouse, FILES, batch.runId(), List.of())
          .write(frame, APPLICATION, batch.sequence());
    } catch (ConcurrentModificationException e) {
      return false;
    }
    return read().interrupted().stream().anyMatch(other -> other.name().equals(batch.name()))
        || written("events").contains(PREFIX + batch.name());
  }

  /** The transaction that a batch's writes carry. */
  static String transaction(Batch batch) {
    return PREFIX + batch.name();
  }
}
