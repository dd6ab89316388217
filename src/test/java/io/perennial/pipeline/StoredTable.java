package io.perennial.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.hadoop.example.GroupReadSupport;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.Type;

/**
 * The rows of a small Delta table as its log and its Parquet files have them, read without Spark
 * and without Delta: a query would take a hundred times as long, and a test that compares what a
 * program wrote is better off with another reader.
 */
final class StoredTable {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** In the order of the schema. */
  private final List<String> columns = new ArrayList<>();

  /** Values of the partition columns, by file. */
  private final Map<String, JsonNode> files = new LinkedHashMap<>();

  private final File folder;

  private StoredTable(File folder) {
    this.folder = folder;
  }

  /**
   * Every row in no order, as values by column: numbers that are not whole as {@code Double}, dates
   * and instants as the files have them, lists as {@code List}, maps as {@code Map}, values of
   * partition columns as text.
   */
  static List<Map<String, Object>> rows(File folder) {
    try {
      StoredTable table = new StoredTable(folder);
      table.readLog();
      List<Map<String, Object>> rows = new ArrayList<>();
      for (Map.Entry<String, JsonNode> file : table.files.entrySet()) {
        table.read(file.getKey(), file.getValue(), rows);
      }
      return rows;
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read the table in " + folder, e);
    }
  }

  private void readLog() throws IOException {
    try (Stream<Path> entries = Files.list(folder.toPath().resolve("_delta_log"))) {
      List<Path> commits =
          entries
              .filter(path -> path.getFileName().toString().matches("[0-9]{20}\\.json"))
              .sorted()
              .toList();
      for (int version = 0; version < commits.size(); version++) {
        assertThat(commits.get(version)).hasFileName("%020d.json".formatted(version));
        for (String line : Files.readAllLines(commits.get(version))) {
          take(JSON.readTree(line));
        }
      }
    }
  }

  private void take(JsonNode action) throws IOException {
    if (action.has("metaData")) {
      columns.clear();
      JSON.readTree(action.get("metaData").get("schemaString").asText())
          .get("fields")
          .forEach(field -> columns.add(field.get("name").asText()));
    } else if (action.has("add")) {
      JsonNode added = action.get("add");
      assertThat(added.hasNonNull("deletionVector")).as("rows deleted in %s", added).isFalse();
      files.put(added.get("path").asText(), added.get("partitionValues"));
    } else if (action.has("remove")) {
      files.remove(action.get("remove").get("path").asText());
    }
  }

  private void read(String path, JsonNode partition, List<Map<String, Object>> rows)
      throws IOException {
    File file = new File(folder, URI.create(path).getPath());
    try (ParquetReader<Group> reader =
        ParquetReader.builder(
                new GroupReadSupport(), new org.apache.hadoop.fs.Path(file.getAbsolutePath()))
            .build()) {
      for (Group stored = reader.read(); stored != null; stored = reader.read()) {
        Map<String, Object> row = new LinkedHashMap<>();
        for (String column : columns) {
          row.put(
              column,
              partition.has(column) ? partition.get(column).asText(null) : cell(stored, column));
        }
        rows.add(row);
      }
    }
  }

  /** Null where the file is older than the column. */
  private static Object cell(Group row, String column) {
    boolean there = row.getType().containsField(column);
    return there ? cell(row, row.getType().getFieldIndex(column)) : null;
  }

  private static Object cell(Group row, int field) {
    return row.getFieldRepetitionCount(field) == 0 ? null : value(row, field, 0);
  }

  private static Object value(Group row, int field, int n) {
    Type type = row.getType().getType(field);
    if (type.isPrimitive()) {
      return switch (type.asPrimitiveType().getPrimitiveTypeName()) {
        case INT32 -> row.getInteger(field, n);
        case INT64 -> row.getLong(field, n);
        case FLOAT -> (double) row.getFloat(field, n);
        case DOUBLE -> row.getDouble(field, n);
        case BOOLEAN -> row.getBoolean(field, n);
        case BINARY, FIXED_LEN_BYTE_ARRAY -> row.getString(field, n);
        case INT96 -> HexFormat.of().formatHex(row.getInt96(field, n).getBytes());
      };
    }
    Group inner = row.getGroup(field, n);
    LogicalTypeAnnotation kind = type.getLogicalTypeAnnotation();
    if (LogicalTypeAnnotation.listType().equals(kind)) {
      return elements(inner);
    }
    return LogicalTypeAnnotation.mapType().equals(kind) ? entries(inner) : fields(inner);
  }

  private static List<Object> elements(Group list) {
    List<Object> elements = new ArrayList<>();
    for (int n = 0; n < list.getFieldRepetitionCount(0); n++) {
      elements.add(cell(list.getGroup(0, n), 0));
    }
    return elements;
  }

  private static Map<Object, Object> entries(Group map) {
    Map<Object, Object> entries = new LinkedHashMap<>();
    for (int n = 0; n < map.getFieldRepetitionCount(0); n++) {
      Group entry = map.getGroup(0, n);
      entries.put(cell(entry, 0), cell(entry, 1));
    }
    return entries;
  }

  private static Map<Object, Object> fields(Group struct) {
    Map<Object, Object> fields = new LinkedHashMap<>();
    for (int field = 0; field < struct.getType().getFieldCount(); field++) {
      fields.put(struct.getType().getFieldName(field), cell(struct, field));
    }
    return fields;
  }
}
