package io.perennial.registry;

import static org.apache.spark.sql.functions.col;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.api.java.UDF2;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * The rows that a version is made of: of the partitions that it lists, newest first, the newest row
 * of each index. Which partition holds an index' newest row ({@link Ownership}) is found out once,
 * from the index column of the deltas alone, and sent to every executor; the rows themselves are
 * then read in one pass without a shuffle.
 */
final class NewestRows {
  /** Up to so many indices are looked up through the statistics of row groups. */
  private static final int FEW = 64;

  private final SparkSession spark;
  private final Dataset<Row> table;
  private final List<Long> versions;
  private final StructType schema;
  private final Map<OwnershipKey, Once<Ownership>> known;
  private final OwnershipKey key;

  /**
   * @param table rows of one pipeline, with columns version, index and those of the schema
   * @param versions row versions, newest first, at least one
   * @param schema columns of the result
   * @param key names the table, the pipeline and the versions
   * @param known ownerships found out before: the partitions of a version never change
   */
  NewestRows(
      SparkSession spark,
      Dataset<Row> table,
      List<Long> versions,
      StructType schema,
      OwnershipKey key,
      Map<OwnershipKey, Once<Ownership>> known) {
    this.key = key;
    this.known = known;
    this.spark = spark;
    this.table = table;
    this.versions = List.copyOf(versions);
    this.schema = schema;
  }

  /** Every row, in no order. */
  Dataset<Row> all() {
    return columns(owned(table.where(col("version").isin(versions.toArray()))));
  }

  /** The rows of these indices that exist. */
  Dataset<Row> of(int[] sortedIndices) {
    Dataset<Row> listed = table.where(col("version").isin(versions.toArray()));
    Column index = col("index");
    if (sortedIndices.length == 0) {
      return columns(listed.where(functions.lit(false)));
    }
    Column wanted;
    if (sortedIndices.length <= FEW) {
      wanted = index.isin(Arrays.stream(sortedIndices).boxed().toArray());
    } else {
      int last = sortedIndices[sortedIndices.length - 1];
      wanted =
          index
              .between(sortedIndices[0], last)
              .and(
                  functions
                      .udf(member(broadcast(sortedIndices)), DataTypes.BooleanType)
                      .apply(index));
    }
    return columns(owned(listed.where(wanted)));
  }

  private Dataset<Row> columns(Dataset<Row> rows) {
    Column[] columns =
        Arrays.stream(schema.fieldNames()).map(functions::col).toArray(Column[]::new);
    return rows.select(columns);
  }

  private Dataset<Row> owned(Dataset<Row> rows) {
    if (versions.size() == 1) {
      return rows;
    }
    return rows.where(
        functions
            .udf(owner(broadcast(ownership())), DataTypes.BooleanType)
            .apply(col("version"), col("index")));
  }

  private Ownership ownership() {
    return known.computeIfAbsent(key, k -> new Once<>()).get(() -> Ownership.of(table, versions));
  }

  /** A value that is found out when it is first asked for. */
  static final class Once<T> {
    private T value;

    private synchronized T get(Supplier<T> source) {
      if (value == null) {
        value = source.get();
      }
      return value;
    }
  }

  /**
   * What an ownership is of.
   *
   * @param name of the rows, in a table that holds rows of several names; else empty
   */
  record OwnershipKey(Tables table, String name, String pipeline, List<Long> versions) {}

  private <T> Broadcast<T> broadcast(T value) {
    return JavaSparkContext.fromSparkContext(spark.sparkContext()).broadcast(value);
  }

  private static UDF1<Integer, Boolean> member(Broadcast<int[]> sorted) {
    return index -> Arrays.binarySearch(sorted.value(), index) >= 0;
  }

  private static UDF2<Long, Integer, Boolean> owner(Broadcast<Ownership> ownership) {
    return (version, index) -> ownership.value().owns(version, index);
  }
}
