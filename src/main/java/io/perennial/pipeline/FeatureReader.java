package io.perennial.pipeline;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.greatest;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.split;
import static org.apache.spark.sql.functions.transform;
import static org.apache.spark.sql.functions.trim;
import static org.apache.spark.sql.functions.when;
import static org.apache.spark.sql.functions.xxhash64;

import io.perennial.event.EventColumns;
import io.perennial.event.NamedTable;
import io.perennial.event.UnreadableSourceException;
import io.perennial.model.feature.EntityFeatures;
import io.perennial.model.feature.EntityFeatures.Side;
import io.perennial.model.feature.FeatureTable;
import io.perennial.model.feature.FeatureTables;
import io.perennial.model.feature.RawFeatures;
import io.perennial.model.feature.TagColumn;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.BooleanType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.DateType;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.TimestampNTZType;
import org.apache.spark.sql.types.TimestampType;
import org.apache.spark.storage.StorageLevel;

/**
 * Reads the tables of features as they are now, and keeps what it read until it is closed, so that
 * a night that trains twice sees the same.
 */
public final class FeatureReader implements AutoCloseable {
  private static final String ID = "id";
  private final SparkSession spark;
  private final List<Dataset<Row>> kept = new ArrayList<>();

  public FeatureReader(SparkSession spark) {
    this.spark = spark;
  }

  /**
   * Reads what a pipeline file declares.
   *
   * @param indexedItems adds the column item_index to rows with the columns user_id (null) and
   *     item_id
   * @param users indices of users: columns id and index
   * @throws UnreadableSourceException where a table or a column is missing, a column has another
   *     type than its part needs, or an id has several rows
   */
  public EntityFeatures read(
      FeatureTables tables, UnaryOperator<Dataset<Row>> indexedItems, Dataset<Row> users) {
    return new EntityFeatures(
        tables.items().map(table -> items(table, indexedItems)),
        tables.users().map(table -> users(table, users)));
  }

  private Side items(FeatureTable table, UnaryOperator<Dataset<Row>> indexed) {
    Dataset<Row> rows =
        keyed(table, "features.items")
            .withColumnRenamed(ID, EventColumns.ITEM)
            .withColumn(EventColumns.USER, lit(null).cast(DataTypes.StringType));
    return new Side(
        table, kept(indexed.apply(rows).withColumnRenamed(EventColumns.ITEM_INDEX, "index")));
  }

  private Side users(FeatureTable table, Dataset<Row> indices) {
    return new Side(table, kept(keyed(table, "features.users").join(indices, ID)));
  }

  private Dataset<Row> kept(Dataset<Row> rows) {
    Dataset<Row> those =
        rows.select(
                col("index").cast(DataTypes.IntegerType).as("index"),
                col("categories"),
                col("numbers"),
                col("tags"))
            .persist(StorageLevel.MEMORY_AND_DISK());
    kept.add(those);
    return those;
  }

  /** Natural id and features of every entity of a table; texts as keys. */
  private Dataset<Row> keyed(FeatureTable table, String section) {
    NamedTable rows = NamedTable.open(spark, table.table(), "feature table", section);
    Column id = rows.column(table.id()).cast(DataTypes.StringType);
    List<Column> categories = new ArrayList<>();
    for (String column : table.categorical()) {
      Column value = rows.column(column);
      check(table, section, column, "categorical", "a text, a number, a date", rows.type(column));
      categories.add(key(value.cast(DataTypes.StringType)));
    }
    List<Column> numbers = new ArrayList<>();
    for (String column : table.numeric()) {
      Column value = rows.column(column);
      check(table, section, column, "numeric", "a number", rows.type(column));
      numbers.add(value.try_cast(DataTypes.DoubleType));
    }
    List<Column> tags = new ArrayList<>();
    for (TagColumn tag : table.tags()) {
      tags.add(transform(texts(table, section, rows, tag), one -> key(trim(one))));
    }
    Dataset<Row> features =
        rows.rows()
            .select(
                id.as(ID),
                list(categories, DataTypes.LongType).as("categories"),
                list(numbers, DataTypes.DoubleType).as("numbers"),
                list(tags, DataTypes.createArrayType(DataTypes.LongType)).as("tags"))
            .where(trim(col(ID)).notEqual(""))
            .distinct()
            .persist(StorageLevel.MEMORY_AND_DISK());
    kept.add(features);
    refuseTwice(features, table, section);
    return features;
  }

  private static Column list(List<Column> columns, DataType type) {
    return array(columns.toArray(Column[]::new)).cast(DataTypes.createArrayType(type));
  }

  /** A key from 1 to {@link RawFeatures#MOST_KEY}; null of what is missing or blank. */
  private static Column key(Column text) {
    return when(
        text.isNotNull().and(trim(text).notEqual("")),
        greatest(lit(1L), xxhash64(text).bitwiseAND(lit(RawFeatures.MOST_KEY))));
  }

  private static Column texts(FeatureTable table, String section, NamedTable rows, TagColumn tag) {
    Column value = rows.column(tag.column());
    DataType type = rows.type(tag.column());
    boolean list = type instanceof ArrayType array && array.elementType() instanceof StringType;
    if (!list && !(type instanceof StringType)) {
      throw refused(table, section, tag.column(), "tags", "a text or a list of texts", type);
    }
    if (list) {
      if (tag.separator().isPresent()) {
        throw new UnreadableSourceException(
            "The column '"
                + tag.column()
                + "' of the feature table "
                + table.table()
                + " is a list already (section "
                + section
                + "): leave its separator out.");
      }
      return value;
    }
    return tag.separator()
        .map(separator -> split(value, Pattern.quote(separator)))
        .orElseGet(() -> array(value));
  }

  private static void check(
      FeatureTable table, String section, String column, String part, String needs, DataType type) {
    boolean number =
        type instanceof NumericType || type instanceof BooleanType || type instanceof StringType;
    boolean time =
        type instanceof DateType
            || type instanceof TimestampType
            || type instanceof TimestampNTZType;
    if (!number && !(time && part.equals("categorical"))) {
      throw refused(table, section, column, part, needs, type);
    }
  }

  private static UnreadableSourceException refused(
      FeatureTable table, String section, String column, String part, String needs, DataType type) {
    return new UnreadableSourceException(
        "The column '"
            + column
            + "' of the feature table "
            + table.table()
            + " stands under "
            + section
            + "."
            + part
            + ", which needs "
            + needs
            + ", but its type is "
            + type.simpleString()
            + ". Name a view that has it as such, or leave it out.");
  }

  /** Rows that say the same are one; others would make features depend on their order. */
  private static void refuseTwice(Dataset<Row> features, FeatureTable table, String section) {
    features
        .groupBy(ID)
        .agg(count(lit(1)).as("rows"))
        .where(col("rows").gt(1))
        .orderBy(ID)
        .takeAsList(1)
        .forEach(
            twice -> {
              throw new UnreadableSourceException(
                  "The feature table "
                      + table.table()
                      + " (section "
                      + section
                      + ") has "
                      + twice.getLong(1)
                      + " different rows of "
                      + table.id()
                      + " '"
                      + twice.getString(0)
                      + "'. Name a view with one row for each.");
            });
  }

  @Override
  public void close() {
    kept.forEach(rows -> rows.unpersist(false));
  }
}
