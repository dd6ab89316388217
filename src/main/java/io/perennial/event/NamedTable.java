package io.perennial.event;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataType;

/**
 * A table that a pipeline file names beside the events: of the catalog, or the path of a Delta
 * table, a Parquet folder or a CSV file with a header line.
 */
public final class NamedTable {
  private final String name;
  private final String what;
  private final String section;
  private final Dataset<Row> rows;

  private NamedTable(String name, String what, String section, Dataset<Row> rows) {
    this.name = name;
    this.what = what;
    this.section = section;
    this.rows = rows;
  }

  /**
   * Opens a table; reads no row.
   *
   * @param what it is, for messages: "item table"
   * @param section of the pipeline file that names it: {@code items}
   * @throws UnreadableSourceException where there is none, or it cannot be read
   */
  public static NamedTable open(SparkSession spark, String name, String what, String section) {
    return new NamedTable(name, what, section, rows(spark, name, what, section));
  }

  private static Dataset<Row> rows(SparkSession spark, String name, String what, String section) {
    String told = "Cannot read the " + what + " " + name + " (" + section + ".table): ";
    if (isInCatalog(spark, name)) {
      return spark.table(name);
    }
    try {
      Path path = new Path(name);
      var files = path.getFileSystem(spark.sessionState().newHadoopConf());
      if (!files.exists(path)) {
        throw new UnreadableSourceException(
            told
                + "there is none. Name a table of the catalog, or the path of a"
                + " Delta table, a Parquet folder or a CSV file.");
      }
      if (files.exists(new Path(path, "_delta_log"))) {
        return spark.read().format("delta").load(name);
      }
    } catch (IOException | IllegalArgumentException e) {
      throw new UnreadableSourceException(told + e.getMessage(), e);
    }
    return name.matches("(?i).*\\.csv(\\.gz)?")
        ? spark.read().option("header", "true").csv(name)
        : spark.read().parquet(name);
  }

  /** A name that the catalog cannot even parse is not in it. */
  private static boolean isInCatalog(SparkSession spark, String name) {
    if (name.contains("/") || name.contains(":")) {
      return false;
    }
    try {
      spark.sessionState().sqlParser().parseMultipartIdentifier(name);
    } catch (Exception noIdentifier) {
      return false;
    }
    return spark.catalog().tableExists(name);
  }

  /** Every row. */
  public Dataset<Row> rows() {
    return rows;
  }

  /**
   * A column by its exact name.
   *
   * @throws UnreadableSourceException where the table has none of this name, or several that differ
   *     in case only
   */
  public Column column(String column) {
    List<String> known = Arrays.asList(rows.columns());
    if (!known.contains(column)) {
      throw new UnreadableSourceException(
          "The "
              + what
              + " "
              + name
              + " has no column '"
              + column
              + "' (section "
              + section
              + "); it has "
              + String.join(", ", known)
              + ".");
    }
    if (known.stream().filter(column::equalsIgnoreCase).count() > 1) {
      throw new UnreadableSourceException(
          "The "
              + what
              + " "
              + name
              + " has several columns '"
              + column
              + "' whose names differ in case at most (section "
              + section
              + "). Name a view in which they have different names.");
    }
    return rows.col("`" + column.replace("`", "``") + "`");
  }

  /** Type of a column that {@link #column} gives. */
  public DataType type(String column) {
    return rows.schema().apply(column).dataType();
  }
}
