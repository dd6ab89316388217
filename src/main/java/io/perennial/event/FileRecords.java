package io.perennial.event;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.from_json;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.to_json;
import static org.apache.spark.sql.functions.unix_micros;
import static org.apache.spark.sql.types.DataTypes.LongType;
import static org.apache.spark.sql.types.DataTypes.StringType;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.SerializableConfiguration;

/** The records of files as parsed rows ({@link RecordParser#SCHEMA}), one for each raw record. */
final class FileRecords {
  private static final StructType LINES =
      new StructType()
          .add("file", StringType, false)
          .add("line", LongType, false)
          .add("raw", StringType, false);

  private final SparkSession spark;
  private final IngestOptions options;
  private final ZoneId zone;
  private final Broadcast<SerializableConfiguration> hadoop;

  FileRecords(SparkSession spark, IngestOptions options, ZoneId zone) {
    this.spark = spark;
    this.options = options;
    this.zone = zone;
    this.hadoop =
        SerializableConfiguration.broadcast(
            spark.sparkContext(), spark.sessionState().newHadoopConf());
  }

  /** Digests and headers of files; one Spark job. Paths, lengths and times are as listed. */
  List<SourceFile> probe(List<SourceFile> listed) {
    Broadcast<SerializableConfiguration> configuration = hadoop;
    String delimiter = options.csv().delimiter();
    String quote = options.csv().quote();
    String charset = options.csv().charset().name();
    ArrayList<String> fixed = new ArrayList<>(options.csv().header());
    IngestOptions.Format declared = options.format();
    return parallel(listed)
        .map(
            file ->
                probed(
                    file,
                    configuration.value().value(),
                    SourceFile.format(file.path(), declared) == IngestOptions.Format.CSV,
                    new CsvDialect(delimiter, quote, charset, fixed)))
        .collect();
  }

  /** What a task needs to know of a CSV file; serializable, unlike a charset. */
  private record CsvDialect(
      String delimiter, String quote, String charset, ArrayList<String> header)
      implements java.io.Serializable {
    CsvRecords open(String path, Configuration configuration) throws IOException {
      return new CsvRecords(
          SourceFile.open(path, configuration, Charset.forName(charset)), delimiter, quote);
    }
  }

  private static SourceFile probed(
      SourceFile file, Configuration configuration, boolean csv, CsvDialect dialect)
      throws IOException {
    List<String> header = dialect.header();
    if (csv && header.isEmpty()) {
      try (CsvRecords records = dialect.open(file.path(), configuration)) {
        CsvRecords.CsvRecord first = records.next();
        header = first == null || first.fields() == null ? List.of() : first.fields();
      }
    }
    return new SourceFile(
        file.path(),
        file.bytes(),
        file.modified(),
        SourceFile.digest(file.path(), configuration),
        csv ? header : List.of());
  }

  /**
   * The parsed records of files.
   *
   * @throws UnreadableSourceException if a Parquet file has not the columns that are needed
   */
  Dataset<Row> read(List<SourceFile> files) {
    Map<IngestOptions.Format, List<SourceFile>> byFormat =
        new EnumMap<>(IngestOptions.Format.class);
    for (SourceFile file : files) {
      byFormat
          .computeIfAbsent(
              SourceFile.format(file.path(), options.format()), format -> new ArrayList<>())
          .add(file);
    }
    JavaRDD<Row> all = null;
    for (Map.Entry<IngestOptions.Format, List<SourceFile>> group : byFormat.entrySet()) {
      JavaRDD<Row> rows =
          switch (group.getKey()) {
            case JSON -> json(group.getValue());
            case PARQUET -> parquet(group.getValue());
            default -> csv(group.getValue());
          };
      all = all == null ? rows : all.union(rows);
    }
    return spark.createDataFrame(
        all == null ? context().<Row>emptyRDD() : all, RecordParser.SCHEMA);
  }

  private JavaRDD<Row> csv(List<SourceFile> files) {
    RecordParser parser = new RecordParser(options, zone, options.timestampFormats());
    Broadcast<SerializableConfiguration> configuration = hadoop;
    CsvDialect dialect =
        new CsvDialect(
            options.csv().delimiter(),
            options.csv().quote(),
            options.csv().charset().name(),
            new ArrayList<>(options.csv().header()));
    return parallel(files)
        .flatMap(file -> new CsvRows(file, dialect, parser, configuration.value().value()));
  }

  private JavaRDD<Row> json(List<SourceFile> files) {
    RecordParser parser = new RecordParser(options, zone, options.timestampFormats());
    Broadcast<SerializableConfiguration> configuration = hadoop;
    String charset = options.csv().charset().name();
    JavaRDD<Row> lines =
        parallel(files)
            .flatMap(file -> new TextRows(file.path(), charset, configuration.value().value()));
    Column parsed =
        from_json(
            col("raw"),
            DataTypes.createMapType(StringType, StringType, true),
            Map.of("mode", "PERMISSIVE"));
    ArrayList<String> wanted = new ArrayList<>(RecordParser.wanted(options));
    return spark
        .createDataFrame(lines, LINES)
        .select(col("file"), col("line"), col("raw"), parsed.as("fields"))
        .javaRDD()
        .mapPartitions(rows -> objects(rows, parser.bind(wanted), wanted));
  }

  private static Iterator<Row> objects(
      Iterator<Row> rows, RecordParser.Bound parser, List<String> wanted) {
    return new Mapped(
        rows,
        row -> {
          String file = row.getString(0);
          long line = row.getLong(1);
          String raw = row.getString(2);
          if (raw.isEmpty()) {
            return parser.refused(file, line, raw, RecordParser.EMPTY_LINE);
          }
          if (row.isNullAt(3)) {
            return parser.refused(file, line, raw, "no JSON object");
          }
          Map<String, String> object = row.getJavaMap(3);
          List<String> fields = new ArrayList<>(wanted.size());
          wanted.forEach(column -> fields.add(object.get(column)));
          return parser.parse(file, line, raw, fields);
        });
  }

  private JavaRDD<Row> parquet(List<SourceFile> files) {
    Dataset<Row> raw;
    try {
      raw =
          spark
              .read()
              .option("mergeSchema", "true")
              .parquet(files.stream().map(SourceFile::path).toArray(String[]::new));
    } catch (Exception e) {
      throw new UnreadableSourceException(
          "Cannot read "
              + files.get(0).path()
              + " as Parquet: "
              + String.valueOf(e.getMessage()).lines().findFirst().orElse("")
              + " Set ingest.format to what the files are.",
          e);
    }
    List<String> names = List.of(raw.schema().fieldNames());
    requireColumns(files.get(0).path(), names);
    List<Column> fields = new ArrayList<>();
    ArrayList<String> header = new ArrayList<>();
    List<String> formats = new ArrayList<>(options.timestampFormats());
    String time = options.sourceColumns().get(EventColumns.TIME);
    for (String column : RecordParser.wanted(options)) {
      Optional<StructField> field =
          Arrays.stream(raw.schema().fields()).filter(f -> f.name().equals(column)).findFirst();
      if (field.isPresent()) {
        header.add(column);
        DataType type = field.get().dataType();
        Column value = SourceColumns.quoted(field.get());
        if (column.equals(time) && type.equals(DataTypes.TimestampType)) {
          value = unix_micros(value);
          formats = List.of(EventTimeFormat.EPOCH_MICROS);
        } else if (column.equals(time) && type.equals(DataTypes.TimestampNTZType)) {
          formats = List.of(IngestOptions.ISO);
        } else if (column.equals(time) && type.equals(DataTypes.DateType)) {
          formats = List.of("yyyy-MM-dd");
        }
        fields.add(value.cast(StringType));
      }
    }
    Column[] everything =
        Arrays.stream(raw.schema().fields()).map(SourceColumns::quoted).toArray(Column[]::new);
    HashMap<String, String> listed = new HashMap<>();
    files.forEach(file -> listed.put(new Path(file.path()).toUri().getPath(), file.path()));
    RecordParser parser = new RecordParser(options, zone, formats);
    return raw.select(
            col("_metadata.file_path"),
            col("_metadata.row_index"),
            to_json(struct(everything)),
            array(fields.toArray(Column[]::new)))
        .javaRDD()
        .mapPartitions(rows -> columnar(rows, parser.bind(header), listed));
  }

  private static Iterator<Row> columnar(
      Iterator<Row> rows, RecordParser.Bound parser, Map<String, String> listed) {
    return new Mapped(
        rows,
        row -> {
          String uri = row.getString(0);
          String file = listed.getOrDefault(java.net.URI.create(uri).getPath(), uri);
          return parser.parse(file, row.getLong(1) + 1, row.getString(2), row.getList(3));
        });
  }

  /**
   * Checks that a file has the columns that are needed.
   *
   * @throws UnreadableSourceException naming the nearest columns if it has not
   */
  void requireColumns(String path, List<String> header) {
    for (String column : RecordParser.required(options)) {
      if (!header.contains(column)) {
        String key =
            options.sourceColumns().entrySet().stream()
                .filter(entry -> entry.getValue().equals(column))
                .map(entry -> "ingest.columns." + entry.getKey())
                .findFirst()
                .orElse("ingest.exclude");
        throw new UnreadableSourceException(
            "Cannot ingest "
                + path
                + ": it has no column '"
                + column
                + "'. Nearest: "
                + String.join(", ", NearestNames.of(column, header))
                + ". Name the right column under "
                + key
                + "; ingest.csv.delimiter and ingest.csv.header say how a CSV file is split.");
      }
    }
  }

  private JavaRDD<SourceFile> parallel(List<SourceFile> files) {
    int slices = Math.min(files.size(), 4 * spark.sparkContext().defaultParallelism());
    return context().parallelize(files, Math.max(1, slices));
  }

  private JavaSparkContext context() {
    return JavaSparkContext.fromSparkContext(spark.sparkContext());
  }

  /** Rows made from rows, one by one. */
  private record Mapped(Iterator<Row> rows, java.util.function.Function<Row, Row> parse)
      implements Iterator<Row> {
    @Override
    public boolean hasNext() {
      return rows.hasNext();
    }

    @Override
    public Row next() {
      return parse.apply(rows.next());
    }
  }

  /** The parsed records of one CSV file. */
  private static final class CsvRows implements Iterator<Row> {
    private final String path;
    private final CsvRecords records;
    private final RecordParser.Bound parser;
    private CsvRecords.CsvRecord record;

    CsvRows(SourceFile file, CsvDialect dialect, RecordParser parser, Configuration configuration)
        throws IOException {
      this.path = file.path();
      this.records = dialect.open(path, configuration);
      this.parser = parser.bind(file.header());
      if (dialect.header().isEmpty()) {
        records.next();
      }
      record = records.next();
    }

    @Override
    public boolean hasNext() {
      return record != null;
    }

    @Override
    public Row next() {
      if (record == null) {
        throw new NoSuchElementException("The file is read");
      }
      CsvRecords.CsvRecord current = record;
      try {
        record = records.next();
        if (record == null) {
          records.close();
        }
      } catch (IOException e) {
        throw new UncheckedIOException("Cannot read " + path, e);
      }
      if (current.raw().isEmpty()) {
        return parser.refused(path, current.line(), "", RecordParser.EMPTY_LINE);
      }
      return current.fields() == null
          ? parser.refused(path, current.line(), current.raw(), current.error())
          : parser.parse(path, current.line(), current.raw(), current.fields());
    }
  }

  /** The lines of one text file. */
  private static final class TextRows implements Iterator<Row> {
    private final String path;
    private final BufferedReader reader;
    private String line;
    private long number;

    TextRows(String path, String charset, Configuration configuration) throws IOException {
      this.path = path;
      this.reader = SourceFile.open(path, configuration, Charset.forName(charset));
      this.line = reader.readLine();
      this.number = 1;
    }

    @Override
    public boolean hasNext() {
      return line != null;
    }

    @Override
    public Row next() {
      if (line == null) {
        throw new NoSuchElementException("The file is read");
      }
      Row row = RowFactory.create(path, number++, line);
      try {
        line = reader.readLine();
        if (line == null) {
          reader.close();
        }
      } catch (IOException e) {
        throw new UncheckedIOException("Cannot read " + path, e);
      }
      return row;
    }
  }
}
