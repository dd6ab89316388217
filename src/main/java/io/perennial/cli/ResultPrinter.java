package io.perennial.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.math.BigDecimal;
import java.math.MathContext;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.spark.sql.Row;
import scala.jdk.javaapi.CollectionConverters;

/** Prints rows to standard output: an aligned table for people, or a JSON array of objects. */
final class ResultPrinter {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final DateTimeFormatter MINUTE =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm").withZone(ZoneOffset.UTC);
  private static final int WIDEST_CELL = 80;

  private final PrintWriter out;
  private final CommonOptions.Output output;

  ResultPrinter(PrintWriter out, CommonOptions.Output output) {
    this.out = out;
    this.output = output;
  }

  /** Whether people read along. */
  boolean isTable() {
    return output == CommonOptions.Output.TABLE;
  }

  /** A line for people; nothing where the output is JSON. */
  void say(String line) {
    if (isTable()) {
      out.println(line);
      out.flush();
    }
  }

  /** Rows, each from column to value; null, numbers, texts, instants, lists and maps. */
  void print(List<String> columns, List<? extends Map<String, ?>> rows) {
    if (isTable()) {
      table(columns, rows);
    } else {
      json(columns, rows);
    }
    out.flush();
  }

  /** Rows of Spark. */
  void print(List<Row> rows, String[] columns) {
    List<Map<String, Object>> maps = new ArrayList<>();
    for (Row row : rows) {
      Map<String, Object> map = new LinkedHashMap<>();
      for (int i = 0; i < columns.length; i++) {
        map.put(columns[i], row.get(i));
      }
      maps.add(map);
    }
    print(List.of(columns), maps);
  }

  private void json(List<String> columns, List<? extends Map<String, ?>> rows) {
    List<Map<String, Object>> objects = new ArrayList<>();
    for (Map<String, ?> row : rows) {
      Map<String, Object> object = new LinkedHashMap<>();
      for (String column : columns) {
        object.put(column, plain(row.get(column)));
      }
      objects.add(object);
    }
    try {
      out.println(JSON.writerWithDefaultPrettyPrinter().writeValueAsString(objects));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("Cannot write a result as JSON", e);
    }
  }

  /** A value as JSON knows it: instants in ISO-8601, no NaN. */
  private static Object plain(Object value) {
    if (value instanceof scala.collection.Map<?, ?> map) {
      return plain(CollectionConverters.asJava(map));
    }
    if (value instanceof scala.collection.Seq<?> list) {
      return plain(CollectionConverters.asJava(list));
    }
    if (value instanceof Map<?, ?> map) {
      Map<String, Object> object = new LinkedHashMap<>();
      map.forEach((key, inner) -> object.put(String.valueOf(key), plain(inner)));
      return object;
    }
    if (value instanceof List<?> list) {
      return list.stream()
          .map(ResultPrinter::plain)
          .collect(Collectors.toCollection(ArrayList::new));
    }
    if (value instanceof Row row) {
      if (row.schema() == null) {
        return row.mkString(" ");
      }
      Map<String, Object> object = new LinkedHashMap<>();
      for (String name : row.schema().fieldNames()) {
        object.put(name, plain(row.getAs(name)));
      }
      return object;
    }
    if (value instanceof Timestamp timestamp) {
      return timestamp.toInstant().toString();
    }
    if (value instanceof Double number && !Double.isFinite(number)
        || value instanceof Float single && !Float.isFinite(single)) {
      return null;
    }
    if (value == null
        || value instanceof Number
        || value instanceof Boolean
        || value instanceof String) {
      return value;
    }
    return value.toString();
  }

  private void table(List<String> columns, List<? extends Map<String, ?>> rows) {
    List<List<String>> lines = new ArrayList<>();
    lines.add(columns);
    boolean[] numeric = new boolean[columns.size()];
    java.util.Arrays.fill(numeric, !rows.isEmpty());
    for (Map<String, ?> row : rows) {
      List<String> line = new ArrayList<>();
      for (int i = 0; i < columns.size(); i++) {
        Object value = row.get(columns.get(i));
        numeric[i] &= value == null || value instanceof Number;
        line.add(cell(value));
      }
      lines.add(line);
    }
    int[] widths = new int[columns.size()];
    for (List<String> line : lines) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], line.get(i).length());
      }
    }
    print(lines.get(0), widths, numeric);
    out.println(
        java.util.Arrays.stream(widths).mapToObj("-"::repeat).collect(Collectors.joining("  ")));
    lines.subList(1, lines.size()).forEach(line -> print(line, widths, numeric));
    if (rows.isEmpty()) {
      out.println("(no rows)");
    }
  }

  private void print(List<String> line, int[] widths, boolean[] numeric) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < widths.length; i++) {
      String blanks = " ".repeat(widths[i] - line.get(i).length());
      text.append(i == 0 ? "" : "  ");
      text.append(numeric[i] ? blanks + line.get(i) : line.get(i) + blanks);
    }
    out.println(text.toString().stripTrailing());
  }

  private static String cell(Object value) {
    Object plain = plain(value);
    String text;
    if (plain == null) {
      text = "";
    } else if (value instanceof Timestamp timestamp) {
      text = MINUTE.format(timestamp.toInstant());
    } else if (value instanceof Instant instant) {
      text = MINUTE.format(instant);
    } else if (value instanceof Double || value instanceof Float) {
      text = number(((Number) value).doubleValue());
    } else {
      // Control characters of other people's data must not steer a terminal.
      text = plain.toString().replaceAll("\\p{Cntrl}", " ");
    }
    return text.length() > WIDEST_CELL ? text.substring(0, WIDEST_CELL - 1) + "…" : text;
  }

  /** Four significant digits, without an exponent where that is short. */
  static String number(double value) {
    double size = Math.abs(value);
    if (value == Math.rint(value) && size < 1e15) {
      return Long.toString((long) value);
    }
    BigDecimal rounded = new BigDecimal(value).round(new MathContext(4));
    return size >= 1e-4 && size < 1e9 ? rounded.toPlainString() : rounded.toString();
  }
}
