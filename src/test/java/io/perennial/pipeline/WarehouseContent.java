package io.perennial.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Every row of every table of a warehouse, without what tells one run from another that did the
 * same: instants of writing, seconds, the time stamp in a run's name. Leases are left out.
 */
public final class WarehouseContent {
  private static final double TOLERANCE = 1e-5;

  /** Instants at which something was written; other instants bound slices and must agree. */
  private static final Set<String> WRITTEN_AT =
      Set.of("opened_at", "closed_at", "created_at", "since");

  /** The program's version, which only a class from the jar knows, not one from a folder. */
  private static final String PROGRAM = "code_version";

  private final Map<String, List<List<Object>>> tables = new TreeMap<>();

  /** Reads a warehouse. */
  public static WarehouseContent of(Path warehouse) {
    WarehouseContent content = new WarehouseContent();
    File[] folders =
        warehouse.toFile().listFiles(file -> new File(file, "_delta_log").isDirectory());
    for (File folder : folders) {
      if (!folder.getName().equals("leases")) {
        content.tables.put(folder.getName(), rows(folder));
      }
    }
    return content;
  }

  /** The same with these tables only. */
  public WarehouseContent only(Set<String> names) {
    WarehouseContent some = new WarehouseContent();
    some.tables.putAll(tables);
    some.tables.keySet().retainAll(names);
    return some;
  }

  /** The tables that hold rows. */
  Set<String> tables() {
    return tables.keySet();
  }

  /** Number of rows of a table. */
  int rows(String table) {
    return tables.getOrDefault(table, List.of()).size();
  }

  /** Fails unless another warehouse holds the same rows; numbers that are not whole within 1e-5. */
  public void assertSameAs(WarehouseContent other, String what) {
    assertThat(tables()).as(what).isEqualTo(other.tables());
    for (String table : tables()) {
      List<List<Object>> mine = tables.get(table);
      List<List<Object>> others = other.tables.get(table);
      assertThat(mine.size()).as("%s: rows of %s", what, table).isEqualTo(others.size());
      for (int row = 0; row < mine.size(); row++) {
        same(mine.get(row), others.get(row), what + ": row " + row + " of " + table);
      }
    }
  }

  private static List<List<Object>> rows(File folder) {
    List<List<Object>> rows = new ArrayList<>();
    for (Map<String, Object> row : StoredTable.rows(folder)) {
      List<Object> cells = new ArrayList<>();
      row.forEach((column, value) -> cells.add(cell(column, value)));
      rows.add(cells);
    }
    rows.sort(Comparator.comparing(WarehouseContent::key));
    return rows;
  }

  private static Object cell(String column, Object value) {
    if (value == null) {
      return "null";
    }
    if (WRITTEN_AT.contains(column)) {
      return "an instant";
    }
    if (column.equals("phases")) {
      return "seconds";
    }
    if (value instanceof Map<?, ?> map) {
      Map<String, Object> sorted = new TreeMap<>();
      map.forEach(
          (key, inner) -> {
            if (!key.toString().startsWith("seconds.") && !key.equals(PROGRAM)) {
              sorted.put(key.toString(), cell(key.toString(), inner));
            }
          });
      return Stream.concat(Stream.of(sorted.keySet().toString()), sorted.values().stream())
          .toList();
    }
    if (value instanceof List<?> list) {
      return list.stream().map(inner -> cell(column, inner)).toList();
    }
    return value instanceof String text ? withoutStamp(text) : value;
  }

  private static String withoutStamp(String text) {
    return text.replaceAll("-\\d{8}T\\d{6,}Z", "-STAMP");
  }

  /** All of a row that is exact, as text to sort by. */
  private static String key(Object cell) {
    if (cell instanceof List<?> list) {
      return list.stream().map(WarehouseContent::key).collect(Collectors.joining("|"));
    }
    return cell instanceof Double ? "" : cell.getClass().getSimpleName() + cell;
  }

  private static void same(Object mine, Object other, String where) {
    if (mine instanceof List<?> list
        && other instanceof List<?> others
        && list.size() == others.size()) {
      for (int n = 0; n < list.size(); n++) {
        same(list.get(n), others.get(n), where + ", " + n);
      }
    } else if (mine instanceof Double number
        && other instanceof Double expected
        && Double.isFinite(number)) {
      double tolerance = TOLERANCE * Math.max(1, Math.abs(expected));
      assertThat(number).as(where).isCloseTo(expected, within(tolerance));
    } else {
      assertThat(mine).as(where).isEqualTo(other);
    }
  }
}
