package io.perennial.registry;

import io.perennial.SideBySide;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.mapreduce.Job;
import org.apache.hadoop.mapreduce.TaskAttemptID;
import org.apache.hadoop.mapreduce.task.TaskAttemptContextImpl;
import org.apache.spark.paths.SparkPath;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.CatalystTypeConverters;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.catalog.ExternalCatalogUtils;
import org.apache.spark.sql.catalyst.expressions.GenericRowWithSchema;
import org.apache.spark.sql.catalyst.util.ArrayData;
import org.apache.spark.sql.catalyst.util.MapData;
import org.apache.spark.sql.delta.DeltaLog;
import org.apache.spark.sql.delta.actions.AddFile;
import org.apache.spark.sql.execution.datasources.FileFormat;
import org.apache.spark.sql.execution.datasources.OutputWriter;
import org.apache.spark.sql.execution.datasources.OutputWriterFactory;
import org.apache.spark.sql.execution.datasources.PartitionedFile;
import org.apache.spark.sql.execution.datasources.parquet.ParquetFileFormat;
import org.apache.spark.sql.sources.Filter;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.MapType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import scala.Function1;
import scala.Option;
import scala.collection.Iterator;
import scala.jdk.javaapi.CollectionConverters;

/**
 * Files of few rows of one table, written and read by Spark's own Parquet code in the calling
 * thread. A night leaves a dozen such files and looks at as many; a query for each would take far
 * longer than the rows, for its plan and its tasks.
 */
final class RecordFiles {
  /** Fewer files than this are not worth threads. */
  private static final int SIDE_BY_SIDE_FROM = 4;

  private static final RecordCache CACHE = new RecordCache();

  private final SparkSession spark;
  private final DeltaLog log;
  private final Tables table;

  /** Columns that stand in a file, and those that stand in the names of its folders. */
  private final List<StructField> stored = new ArrayList<>();

  private final List<StructField> partitions = new ArrayList<>();

  RecordFiles(SparkSession spark, DeltaLog log, Tables table) {
    this.spark = spark;
    this.log = log;
    this.table = table;
    for (StructField field : table.schema().fields()) {
      (table.partitions().contains(field.name()) ? partitions : stored).add(field);
    }
  }

  // ---- writing

  /**
   * Writes rows, one file for each partition among them. Nobody sees the files before they are
   * committed.
   *
   * @param writer name of who writes, never used before
   * @param rows with every column of the table in its order; instants as {@code Instant}, dates as
   *     {@code LocalDate}
   */
  List<AddFile> write(String writer, List<Row> rows) {
    Map<List<String>, List<Row>> byPartition = new LinkedHashMap<>();
    for (Row row : rows) {
      List<String> values = new ArrayList<>();
      for (StructField field : partitions) {
        Object value = row.get(table.schema().fieldIndex(field.name()));
        values.add(value.toString());
      }
      byPartition.computeIfAbsent(values, key -> new ArrayList<>()).add(row);
    }
    List<AddFile> files = new ArrayList<>();
    byPartition.forEach(
        (values, part) ->
            files.add(write("part-%05d-%s".formatted(files.size(), writer), values, part)));
    return files;
  }

  private AddFile write(String begin, List<String> values, List<Row> rows) {
    Map<String, String> partition = new LinkedHashMap<>();
    StringBuilder folder = new StringBuilder();
    for (int p = 0; p < values.size(); p++) {
      String name = partitions.get(p).name();
      partition.put(name, values.get(p));
      folder
          .append(ExternalCatalogUtils.getPartitionPathString(name, values.get(p)))
          .append(Path.SEPARATOR);
    }
    StructType schema = new StructType(stored.toArray(StructField[]::new));
    List<Row> cells = rows.stream().map(this::withoutPartition).toList();
    try {
      String begun = folder + begin + "-c000";
      FileStatus status = write(spark, log, begun, schema, cells);
      Path name = new Path(folder.toString(), status.getPath().getName());
      return added(name, partition, status, rows.size());
    } catch (IOException e) {
      throw new UncheckedIOException(
          "Cannot write " + rows.size() + " rows of " + table.tableName() + ": " + e.getMessage(),
          e);
    }
  }

  /**
   * Writes a Parquet file.
   *
   * @param begin its name in the table's folder, without the end, which Parquet chooses
   */
  static FileStatus write(
      SparkSession spark, DeltaLog log, String begin, StructType schema, List<Row> rows)
      throws IOException {
    Job job = Job.getInstance(log.newDeltaHadoopConf());
    OutputWriterFactory parquet =
        new ParquetFileFormat().prepareWrite(spark, job, scalaMap(Map.of()), schema);
    Configuration conf = job.getConfiguration();
    TaskAttemptContextImpl task = new TaskAttemptContextImpl(conf, new TaskAttemptID());
    Path file = new Path(log.dataPath(), begin + parquet.getFileExtension(task));
    OutputWriter writer = parquet.newInstance(file.toString(), schema, task);
    try {
      Function1<Object, Object> toInternal =
          CatalystTypeConverters.createToCatalystConverter(schema);
      for (Row row : rows) {
        writer.write((InternalRow) toInternal.apply(row));
      }
    } finally {
      writer.close();
    }
    return file.getFileSystem(conf).getFileStatus(file);
  }

  private Row withoutPartition(Row row) {
    Object[] cells = new Object[stored.size()];
    for (int c = 0; c < cells.length; c++) {
      cells[c] = row.get(table.schema().fieldIndex(stored.get(c).name()));
    }
    return RowFactory.create(cells);
  }

  private static AddFile added(
      Path name, Map<String, String> partition, FileStatus status, int rows) {
    return new AddFile(
        SparkPath.fromPath(name).urlEncoded(),
        scalaMap(partition),
        status.getLen(),
        status.getModificationTime(),
        true,
        "{\"numRecords\":" + rows + "}",
        AddFile.apply$default$7(),
        AddFile.apply$default$8(),
        Option.empty(),
        Option.empty(),
        Option.empty(),
        Option.empty(),
        Option.empty());
  }

  // ---- reading

  /**
   * The rows of some files, each with every column of the table but some: instants as microseconds
   * since 1970, dates as text, maps in the order in which they were written.
   */
  List<Row> read(List<AddFile> files, RecordsAsked asked) {
    Map<AddFile, List<Row>> rows = byFile(files, asked);
    return files.stream().flatMap(file -> rows.get(file).stream()).toList();
  }

  /** The same by file. */
  Map<AddFile, List<Row>> byFile(List<AddFile> files, RecordsAsked asked) {
    Map<AddFile, List<Row>> known = new HashMap<>();
    for (AddFile file : files) {
      CACHE.get(key(file, asked)).ifPresent(rows -> known.put(file, rows));
    }
    if (files.size() - known.size() >= RecordDigest.WORTH && RecordDigest.serves(table, asked)) {
      List<AddFile> wanted = files.stream().filter(file -> !known.containsKey(file)).toList();
      new RecordDigest(spark, log, table)
          .rows(wanted, asked)
          .forEach(
              (file, rows) -> {
                known.put(file, rows);
                CACHE.put(key(file, asked), file.size(), rows);
              });
    }
    List<AddFile> unknown = files.stream().filter(file -> !known.containsKey(file)).toList();
    if (!unknown.isEmpty()) {
      Columns columns = new Columns(asked);
      if (unknown.size() < SIDE_BY_SIDE_FROM) {
        unknown.forEach(file -> known.put(file, columns.read(file)));
      } else {
        try (SideBySide reads = new SideBySide()) {
          Map<AddFile, Supplier<List<Row>>> begun = new LinkedHashMap<>();
          unknown.forEach(file -> begun.put(file, reads.begin(() -> columns.read(file))));
          begun.forEach((file, rows) -> known.put(file, rows.get()));
        }
      }
      unknown.forEach(file -> CACHE.put(key(file, asked), file.size(), known.get(file)));
    }
    return known;
  }

  private String key(AddFile file, RecordsAsked asked) {
    return log.dataPath() + Path.SEPARATOR + file.path() + asked.key();
  }

  /** Some columns of the table, and how a file is read for them. */
  private final class Columns {
    private final List<StructField> inFiles;

    /** Of the rows that come out. */
    private final StructType schema;

    private final StoredCells found;
    private final Function1<PartitionedFile, Iterator<InternalRow>> reader;
    private final RowCondition condition;

    Columns(RecordsAsked asked) {
      Set<String> without = asked.without();
      this.inFiles = stored.stream().filter(field -> !without.contains(field.name())).toList();
      this.condition = RowCondition.of(asked, inFiles);
      StructType shown = new StructType();
      for (StructField field : table.schema().fields()) {
        if (!without.contains(field.name())) {
          shown = shown.add(field.name(), shown(field.dataType()), true);
        }
      }
      this.schema = shown;
      this.found = StoredCells.of(inFiles);
      this.reader =
          reader(
              spark,
              log,
              new StructType(stored.toArray(StructField[]::new)),
              new StructType(inFiles.toArray(StructField[]::new)));
    }

    List<Row> read(AddFile file) {
      Object[] ofPartition = new Object[schema.size()];
      for (StructField field : partitions) {
        if (schema.getFieldIndex(field.name()).isDefined()) {
          ofPartition[schema.fieldIndex(field.name())] =
              partitionValue(field.dataType(), file.partitionValues().apply(field.name()));
        }
      }
      Path path = new Path(log.dataPath(), SparkPath.fromUrlString(file.path()).toPath());
      Iterator<InternalRow> stored =
          reader.apply(whole(path, file.size(), file.modificationTime()));
      List<Row> rows = new ArrayList<>();
      while (stored.hasNext()) {
        InternalRow row = stored.next();
        if (!condition.holds(row)) {
          continue;
        }
        Object[] cells = ofPartition.clone();
        for (int c = 0; c < inFiles.size(); c++) {
          cells[schema.fieldIndex(inFiles.get(c).name())] = found.cell(row, c);
        }
        rows.add(new GenericRowWithSchema(cells, schema));
      }
      return List.copyOf(rows);
    }
  }

  /** Reads some columns of Parquet files. */
  static Function1<PartitionedFile, Iterator<InternalRow>> reader(
      SparkSession spark, DeltaLog log, StructType stored, StructType wanted) {
    return new ParquetFileFormat()
        .buildReaderWithPartitionValues(
            spark,
            stored,
            new StructType(),
            wanted,
            CollectionConverters.asScala(List.<Filter>of()).toSeq(),
            scalaMap(Map.of(FileFormat.OPTION_RETURNING_BATCH(), "false")),
            log.newDeltaHadoopConf());
  }

  /** A file, to be read from its begin to its end. */
  static PartitionedFile whole(Path path, long size, long modified) {
    return new PartitionedFile(
        InternalRow.empty(),
        SparkPath.fromPath(path),
        0,
        size,
        new String[0],
        modified,
        size,
        scalaMap(Map.of()));
  }

  /** What a column's cells are, where rows are read. */
  static DataType shown(DataType type) {
    if (type.equals(DataTypes.TimestampType)) {
      return DataTypes.LongType;
    }
    return type.equals(DataTypes.DateType) ? DataTypes.StringType : type;
  }

  /** Makes a cell of what Spark keeps. */
  static Function1<Object, Object> cell(DataType type) {
    if (type.equals(DataTypes.TimestampType)) {
      return micros -> micros;
    }
    if (type.equals(DataTypes.DateType)) {
      return days -> LocalDate.ofEpochDay((Integer) days).toString();
    }
    if (type instanceof MapType map) {
      return entries -> ordered((MapData) entries, map);
    }
    return CatalystTypeConverters.createToScalaConverter(type);
  }

  private static scala.collection.Map<Object, Object> ordered(MapData entries, MapType type) {
    Function1<Object, Object> key = CatalystTypeConverters.createToScalaConverter(type.keyType());
    Function1<Object, Object> value =
        CatalystTypeConverters.createToScalaConverter(type.valueType());
    Map<Object, Object> map = new LinkedHashMap<>();
    ArrayData keys = entries.keyArray();
    ArrayData values = entries.valueArray();
    for (int n = 0; n < entries.numElements(); n++) {
      map.put(
          key.apply(keys.get(n, type.keyType())),
          values.isNullAt(n) ? null : value.apply(values.get(n, type.valueType())));
    }
    return CollectionConverters.asScala(Collections.unmodifiableMap(map));
  }

  private static Object partitionValue(DataType type, String text) {
    if (type.equals(DataTypes.LongType)) {
      return Long.valueOf(text);
    }
    return type.equals(DataTypes.IntegerType) ? (Object) Integer.valueOf(text) : text;
  }

  private static <V> scala.collection.immutable.Map<String, V> scalaMap(Map<String, V> values) {
    return scala.collection.immutable.Map.from(CollectionConverters.asScala(values));
  }
}
