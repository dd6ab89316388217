package io.perennial.registry;

import io.perennial.SideBySide;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
    try {
      Job job = Job.getInstance(log.newDeltaHadoopConf());
      OutputWriterFactory parquet =
          new ParquetFileFormat().prepareWrite(spark, job, scalaMap(Map.of()), schema);
      Configuration conf = job.getConfiguration();
      TaskAttemptContextImpl task = new TaskAttemptContextImpl(conf, new TaskAttemptID());
      Path name = new Path(folder + begin + "-c000" + parquet.getFileExtension(task));
      Path file = new Path(log.dataPath(), name);
      OutputWriter writer = parquet.newInstance(file.toString(), schema, task);
      try {
        Function1<Object, Object> toInternal =
            CatalystTypeConverters.createToCatalystConverter(schema);
        for (Row row : rows) {
          writer.write((InternalRow) toInternal.apply(withoutPartition(row)));
        }
      } finally {
        writer.close();
      }
      FileStatus status = file.getFileSystem(conf).getFileStatus(file);
      return added(name, partition, status, rows.size());
    } catch (IOException e) {
      throw new UncheckedIOException(
          "Cannot write " + rows.size() + " rows of " + table.tableName() + ": " + e.getMessage(),
          e);
    }
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
   * The rows of some files, each with every column of the table: instants as microseconds since
   * 1970, as {@link Timestamps#asMicros} has them, and dates as text.
   */
  List<Row> read(List<AddFile> files) {
    Map<AddFile, List<Row>> known = new HashMap<>();
    files.forEach(file -> CACHE.get(path(file)).ifPresent(rows -> known.put(file, rows)));
    List<AddFile> unknown = files.stream().filter(file -> !known.containsKey(file)).toList();
    if (!unknown.isEmpty()) {
      Function1<PartitionedFile, Iterator<InternalRow>> reader = reader();
      if (unknown.size() < SIDE_BY_SIDE_FROM) {
        unknown.forEach(file -> known.put(file, decoded(reader, file)));
      } else {
        try (SideBySide reads = new SideBySide()) {
          Map<AddFile, Supplier<List<Row>>> begun = new LinkedHashMap<>();
          unknown.forEach(file -> begun.put(file, reads.begin(() -> decoded(reader, file))));
          begun.forEach((file, rows) -> known.put(file, rows.get()));
        }
      }
      unknown.forEach(file -> CACHE.put(path(file), file.size(), known.get(file)));
    }
    return files.stream().flatMap(file -> known.get(file).stream()).toList();
  }

  private String path(AddFile file) {
    return log.dataPath() + Path.SEPARATOR + file.path();
  }

  private Function1<PartitionedFile, Iterator<InternalRow>> reader() {
    StructType schema = new StructType(stored.toArray(StructField[]::new));
    return new ParquetFileFormat()
        .buildReaderWithPartitionValues(
            spark,
            schema,
            new StructType(),
            schema,
            CollectionConverters.asScala(List.<Filter>of()).toSeq(),
            scalaMap(Map.of(FileFormat.OPTION_RETURNING_BATCH(), "false")),
            log.newDeltaHadoopConf());
  }

  private List<Row> decoded(
      Function1<PartitionedFile, Iterator<InternalRow>> reader, AddFile file) {
    Object[] cells = new Object[table.schema().size()];
    for (StructField field : partitions) {
      String text = file.partitionValues().apply(field.name());
      cells[table.schema().fieldIndex(field.name())] = partitionValue(field.dataType(), text);
    }
    StructType shown = shown(List.of(table.schema().fields()));
    Function1<Object, Object> toRow = CatalystTypeConverters.createToScalaConverter(shown(stored));
    Iterator<InternalRow> found =
        reader.apply(
            new PartitionedFile(
                InternalRow.empty(),
                SparkPath.fromPath(
                    new Path(log.dataPath(), SparkPath.fromUrlString(file.path()).toPath())),
                0,
                file.size(),
                new String[0],
                file.modificationTime(),
                file.size(),
                scalaMap(Map.of())));
    List<Row> rows = new ArrayList<>();
    while (found.hasNext()) {
      Row row = (Row) toRow.apply(found.next());
      Object[] values = cells.clone();
      for (int c = 0; c < stored.size(); c++) {
        Object value = row.get(c);
        boolean date = stored.get(c).dataType().equals(DataTypes.DateType);
        values[table.schema().fieldIndex(stored.get(c).name())] =
            date && value != null ? LocalDate.ofEpochDay((Integer) value).toString() : value;
      }
      rows.add(new GenericRowWithSchema(values, shown));
    }
    return List.copyOf(rows);
  }

  /** The same columns with instants and dates as the numbers by which Spark keeps them. */
  private static StructType shown(List<StructField> fields) {
    StructType shown = new StructType();
    for (StructField field : fields) {
      DataType type = field.dataType();
      shown =
          shown.add(
              field.name(),
              type.equals(DataTypes.TimestampType)
                  ? DataTypes.LongType
                  : type.equals(DataTypes.DateType) ? DataTypes.IntegerType : type,
              true);
    }
    return shown;
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
