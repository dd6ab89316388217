package io.perennial.model.feature;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A table with features of users or items, and which of its columns are learnt from.
 *
 * @param table catalog name of a table, or path of a Delta table, a Parquet folder or a CSV file
 *     with a header line
 * @param id natural id, as in events
 * @param categorical columns of which each value is a category
 * @param numeric columns of numbers
 * @param tags columns that hold several tags
 */
public record FeatureTable(
    String table, String id, List<String> categorical, List<String> numeric, List<TagColumn> tags) {
  public FeatureTable {
    categorical = List.copyOf(categorical);
    numeric = List.copyOf(numeric);
    tags = List.copyOf(tags);
    if (table.isBlank() || id.isBlank()) {
      throw new IllegalArgumentException("table and id of features must not be empty");
    }
    if (categorical.isEmpty() && numeric.isEmpty() && tags.isEmpty()) {
      throw new IllegalArgumentException(
          "features of "
              + table
              + " name no column: give one or more under categorical, numeric or tags");
    }
    Set<String> seen = new HashSet<>(Set.of(id));
    Stream.of(categorical.stream(), numeric.stream(), tags.stream().map(TagColumn::column))
        .flatMap(columns -> columns)
        .filter(column -> column.isBlank() || !seen.add(column))
        .findFirst()
        .ifPresent(
            column -> {
              throw new IllegalArgumentException(
                  "categorical, numeric and tags of "
                      + table
                      + " use the column '"
                      + column
                      + "' twice, or as id too, or it has no name; a column plays one part");
            });
  }

  /**
   * Which columns play which part, as a version keeps it: a version goes on with these only. The
   * table's name and the separators of tags are no part of it, since tables move.
   */
  public String shape() {
    return "categorical "
        + quoted(categorical)
        + "; numeric "
        + quoted(numeric)
        + "; tags "
        + quoted(tags.stream().map(TagColumn::column).toList());
  }

  private static String quoted(List<String> columns) {
    return columns.stream()
        .map(column -> "'" + column.replace("'", "''") + "'")
        .collect(Collectors.joining(", ", "[", "]"));
  }
}
