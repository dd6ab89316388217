package io.perennial.model.history;

import static org.apache.spark.sql.functions.col;

import java.util.Arrays;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;

/**
 * Histories in a dataset, read when asked for.
 *
 * @param dataset with {@link HistoryTable#SCHEMA}, each user once
 */
public record DatasetHistoryTable(Dataset<Row> dataset) implements HistoryTable {
  @Override
  public InteractionHistory rows(int[] sortedUsers) {
    if (sortedUsers.length == 0) {
      return InteractionHistory.empty();
    }
    Broadcast<int[]> wanted =
        JavaSparkContext.fromSparkContext(dataset.sparkSession().sparkContext())
            .broadcast(sortedUsers);
    return HistoryRows.collect(
        dataset
            .where(col("index").between(sortedUsers[0], sortedUsers[sortedUsers.length - 1]))
            .where(functions.udf(member(wanted), DataTypes.BooleanType).apply(col("index"))));
  }

  private static UDF1<Integer, Boolean> member(Broadcast<int[]> sorted) {
    return index -> Arrays.binarySearch(sorted.value(), index) >= 0;
  }
}
