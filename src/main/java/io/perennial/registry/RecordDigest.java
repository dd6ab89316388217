package io.perennial.registry;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.catalog.ExternalCatalogUtils;
import org.apache.spark.sql.catalyst.expressions.GenericRowWithSchema;
import org.apache.spark.sql.delta.DeltaLog;
import org.apache.spark.sql.delta.actions.AddFile;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import scala.collection.Iterator;

/**
 * A copy of what many files of few rows hold, in one file beside them: every night leaves a file in
 * some tables, and a process that begins would open all of them, each as long as a thousand rows
 * take. A file of a table never changes and its name is never used again, so what is copied is
 * never wrong; it may lack what came later. Nobody depends on it: where it is missing or cannot be
 * read, the files are.
 *
 * <p>It lies in the folder {@value #FOLDER} of a table, where Delta looks at nothing, one file a
 * pipeline: {@code COLUMNS-COUNT-FILES}, a hash of the columns, how many files it covers, and a
 * hash of their names.
 */
final class RecordDigest {
  /** So many files that no copy covers are worth a new one. */
  static final int WORTH = 64;

  /** Of figures, what pages draw of the past. */
  static final RecordsAsked OVER_ALL_USERS = RecordsAsked.only("segment", "all");

  private static final String FOLDER = "_digest";

  /** Column of a digest: which file a row is from. */
  private static final String FILE = "of_file";

  /** Tables of which somebody reads all files of a pipeline, and what of them is copied. */
  private static final Map<Tables, RecordsAsked> SERVED =
      new EnumMap<>(
          Map.of(
              Tables.RUNS, RecordsAsked.ALL,
              Tables.SLICES, RecordsAsked.ALL,
              Tables.MODEL_ALIASES, RecordsAsked.ALL,
              Tables.MODEL_METRICS, OVER_ALL_USERS,
              Tables.GATE_FINDINGS, RecordsAsked.ALL,
              Tables.INPUT_PROFILES, RecordsAsked.ALL,
              Tables.RECOMMENDATION_BATCHES, RecordsAsked.ALL,
              Tables.MODEL_VERSIONS, RecordsAsked.without(Set.of("arrays"))));

  private static final System.Logger LOG = System.getLogger(RecordDigest.class.getName());

  private final SparkSession spark;
  private final DeltaLog log;

  /** Of a digest: which file, then the columns of the table, as rows are read. */
  private final StructType schema;

  RecordDigest(SparkSession spark, DeltaLog log, Tables table) {
    this.spark = spark;
    this.log = log;
    StructType columns = new StructType().add(FILE, DataTypes.StringType, false);
    for (StructField field : table.schema().fields()) {
      if (!SERVED.get(table).without().contains(field.name())) {
        columns = columns.add(field.name(), RecordFiles.shown(field.dataType()), true);
      }
    }
    this.schema = columns;
  }

  /** The tables that have digests. */
  static Set<Tables> tables() {
    return SERVED.keySet();
  }

  /** Whether a digest has what somebody wants of a table. */
  static boolean serves(Tables table, RecordsAsked asked) {
    return SERVED.containsKey(table) && asked.within(SERVED.get(table));
  }

  /** What is copied of a table. */
  static RecordsAsked copied(Tables table) {
    return SERVED.get(table);
  }

  /** Rows of those of some files that are covered. */
  Map<AddFile, List<Row>> rows(List<AddFile> files, RecordsAsked asked) {
    Map<String, Map<String, AddFile>> byPipeline = new LinkedHashMap<>();
    for (AddFile file : files) {
      byPipeline.computeIfAbsent(pipeline(file), name -> new HashMap<>()).put(file.path(), file);
    }
    Map<AddFile, List<Row>> found = new HashMap<>();
    byPipeline.forEach(
        (pipeline, wanted) -> {
          try {
            Optional<FileStatus> newest = newest(pipeline);
            if (newest.isPresent()) {
              read(newest.get(), wanted, asked.without(), found);
            }
          } catch (IOException | RuntimeException unreadable) {
            LOG.log(System.Logger.Level.DEBUG, "No digest of " + log.dataPath(), unreadable);
            wanted.values().forEach(found::remove);
          }
        });
    return found;
  }

  private static String pipeline(AddFile file) {
    return file.partitionValues().apply("pipeline");
  }

  private void read(
      FileStatus digest,
      Map<String, AddFile> wanted,
      Set<String> without,
      Map<AddFile, List<Row>> byFile) {
    StructType shown = new StructType();
    for (StructField field : schema.fields()) {
      if (!field.name().equals(FILE) && !without.contains(field.name())) {
        shown = shown.add(field);
      }
    }
    StructType asked = shown.add(schema.apply(FILE));
    StoredCells found = StoredCells.of(List.of(shown.fields()));
    Iterator<InternalRow> rows =
        RecordFiles.reader(spark, log, schema, asked)
            .apply(
                RecordFiles.whole(digest.getPath(), digest.getLen(), digest.getModificationTime()));
    while (rows.hasNext()) {
      InternalRow row = rows.next();
      AddFile file = wanted.get(row.getUTF8String(shown.size()).toString());
      if (file != null) {
        Object[] cells = new Object[shown.size()];
        for (int c = 0; c < cells.length; c++) {
          cells[c] = found.cell(row, c);
        }
        byFile
            .computeIfAbsent(file, one -> new ArrayList<>())
            .add(new GenericRowWithSchema(cells, shown));
      }
    }
  }

  /**
   * Writes a new digest where there is enough that none covers, and deletes those before it.
   *
   * @param files all of the pipeline
   * @param reader reads them, with the columns that a digest has
   * @throws IOException where it cannot be written; what was there is left then
   */
  void renew(
      String pipeline, List<AddFile> files, Function<List<AddFile>, Map<AddFile, List<Row>>> reader)
      throws IOException {
    if (files.size() < WORTH
        || files.size() - newest(pipeline).map(RecordDigest::covered).orElse(0) < WORTH) {
      return;
    }
    Map<AddFile, List<Row>> byFile = reader.apply(files);
    List<Row> rows = new ArrayList<>();
    for (AddFile file : files) {
      for (Row row : byFile.get(file)) {
        Object[] cells = new Object[schema.size()];
        cells[0] = file.path();
        for (int c = 1; c < cells.length; c++) {
          cells[c] = row.get(row.fieldIndex(schema.apply(c).name()));
        }
        rows.add(RowFactory.create(cells));
      }
    }
    String name = "%s-%010d-%s".formatted(columns(), files.size(), named(files));
    FileStatus written =
        RecordFiles.write(spark, log, folder(pipeline) + Path.SEPARATOR + name, schema, rows);
    for (FileStatus older : digests(pipeline, "[0-9a-f]{8}")) {
      if (!older.getPath().getName().equals(written.getPath().getName())) {
        fileSystem().delete(older.getPath(), false);
      }
    }
  }

  /** A name that files of others do not have: of the files that it covers. */
  private static UUID named(List<AddFile> files) {
    String paths = files.stream().map(AddFile::path).sorted().collect(Collectors.joining("\n"));
    return UUID.nameUUIDFromBytes(paths.getBytes(StandardCharsets.UTF_8));
  }

  private String columns() {
    return "%08x".formatted(schema.json().hashCode());
  }

  private static int covered(FileStatus digest) {
    return Integer.parseInt(digest.getPath().getName().substring(9, 19));
  }

  /** The digest that covers most, of those with the columns that we know. */
  private Optional<FileStatus> newest(String pipeline) throws IOException {
    return digests(pipeline, columns()).stream()
        .max(Comparator.comparing(file -> file.getPath().getName()));
  }

  /** The digests of some columns; other files are left alone. */
  private List<FileStatus> digests(String pipeline, String columns) throws IOException {
    String name = columns + "-[0-9]{10}-[0-9a-f-]{36}\\..*";
    try {
      return Stream.of(fileSystem().listStatus(new Path(log.dataPath(), folder(pipeline))))
          .filter(file -> file.getPath().getName().matches(name))
          .toList();
    } catch (FileNotFoundException none) {
      return List.of();
    }
  }

  private static String folder(String pipeline) {
    return FOLDER
        + Path.SEPARATOR
        + ExternalCatalogUtils.getPartitionPathString("pipeline", pipeline);
  }

  private FileSystem fileSystem() throws IOException {
    return log.dataPath().getFileSystem(log.newDeltaHadoopConf());
  }
}
