package io.perennial.model;

import static org.apache.spark.sql.types.DataTypes.FloatType;
import static org.apache.spark.sql.types.DataTypes.IntegerType;
import static org.apache.spark.sql.types.DataTypes.createArrayType;

import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.StructType;

/**
 * All rows of one side of a model, wherever they lie: in memory, or in the warehouse with rows of
 * tonight laid over them.
 */
public interface FactorTable {
  /** Schema of {@link #dataset()}: dense index, vector, number of events. */
  StructType SCHEMA =
      new StructType()
          .add("index", IntegerType, false)
          .add("factor", createArrayType(FloatType, false), false)
          .add("event_count", FloatType, false);

  int rank();

  /** Number of rows. */
  long size();

  /** One past the highest index, 0 where there are no rows; a Spark job where they lie far away. */
  default int capacity() {
    Row highest = dataset().agg(functions.max("index")).head();
    return highest.isNullAt(0) ? 0 : highest.getInt(0) + 1;
  }

  /** The rows of these indices, those that exist, in memory. */
  FactorRows rows(int[] sortedIndices);

  /** Every row in memory: only where a caller knows that they are few, or that they lie there. */
  FactorRows all();

  /** Every row, distributed, in no order, with {@link #SCHEMA}. */
  Dataset<Row> dataset();
}
