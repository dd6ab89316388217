package io.perennial.model.history;

import static org.apache.spark.sql.types.DataTypes.FloatType;
import static org.apache.spark.sql.types.DataTypes.IntegerType;
import static org.apache.spark.sql.types.DataTypes.LongType;
import static org.apache.spark.sql.types.DataTypes.createArrayType;

import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;

/** What every user of a version did, one row a user, wherever the rows lie. */
public interface HistoryTable {
  /** Schema of {@link #dataset()}; the arrays of a row run in parallel, items increasing. */
  StructType SCHEMA =
      new StructType()
          .add("index", IntegerType, false)
          .add("items", createArrayType(IntegerType, false), false)
          .add("counts", createArrayType(FloatType, false), false)
          .add("values", createArrayType(FloatType, false), false)
          .add("events", createArrayType(IntegerType, false), false)
          .add("last_times", createArrayType(LongType, false), false);

  /** The histories of these users, those that have one, in memory. */
  InteractionHistory rows(int[] sortedUsers);

  /** Every user, distributed, in no order, with {@link #SCHEMA}. */
  Dataset<Row> dataset();
}
