package io.perennial.model.history;

import static org.apache.spark.sql.functions.col;

import io.perennial.model.history.HistoryPieces.UserHistory;
import java.io.Serializable;
import org.apache.spark.HashPartitioner;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * One block of the users whom some events touch, on an executor: those events, and what the users
 * did before.
 *
 * @param night sorted
 * @param before users without a history are missing
 */
record TouchedUsers(PairEvents night, InteractionHistory before) implements Serializable {

  /** As many blocks as Spark has shuffle partitions; one shuffle. */
  static JavaRDD<TouchedUsers> of(Dataset<Row> events, HistoryTable parent) {
    int blocks =
        Integer.parseInt(events.sparkSession().conf().get("spark.sql.shuffle.partitions", "200"));
    Dataset<Row> users = events.select(col("user_index").as("touched")).distinct();
    JavaPairRDD<Integer, UserHistory> histories =
        JavaPairRDD.fromJavaRDD(
            HistoryPieces.of(
                parent.dataset().join(users, col("index").equalTo(col("touched")), "left_semi"),
                blocks));
    return PairEvents.inBlocks(events, blocks)
        .cogroup(histories, new HashPartitioner(blocks))
        .values()
        .map(
            group ->
                new TouchedUsers(PairEvents.together(group._1), HistoryPieces.together(group._2)));
  }
}
