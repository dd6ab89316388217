package io.perennial.model.als;

import static org.apache.spark.sql.functions.col;

import io.perennial.event.EventColumns;
import io.perennial.model.DatasetFactorTable;
import io.perennial.model.FactorRows;
import io.perennial.model.TrainingTask;
import io.perennial.model.history.DecayPolicy;
import io.perennial.model.history.HistoryPieces;
import io.perennial.model.history.HistoryPieces.UserHistory;
import io.perennial.model.history.HistoryTable;
import io.perennial.model.history.InteractionHistory;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.apache.spark.HashPartitioner;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import scala.Tuple2;

/** Brings a night's pairs, the teacher's rows and histories of the touched users into blocks. */
record UserBlocks(
    int rank, int blocks, int itemLimit, PairWeighting weighting, Fading fading, long now)
    implements Serializable {

  /**
   * One block an element, in a lineage of one shuffle.
   *
   * @param history where users are solved from their whole history
   */
  JavaRDD<UserBlock> of(
      TrainingTask<AlsModel> task, DecayPolicy decay, Optional<HistoryTable> history) {
    HashPartitioner partitioner = new HashPartitioner(blocks);
    JavaPairRDD<Integer, Pairs> pairs =
        PairAggregation.pairs(task.events(), weighting, decay, task.now())
            .flatMapToPair(this::split);
    JavaSparkContext context =
        JavaSparkContext.fromSparkContext(task.events().sparkSession().sparkContext());
    JavaPairRDD<Integer, FactorRows> rows =
        task.parent()
            .map(
                parent ->
                    DatasetFactorTable.pieces(
                            touched(parent.users().dataset(), task.events()), rank)
                        .flatMapToPair(piece -> BlockSplit.of(piece, blocks)))
            .orElseGet(() -> JavaPairRDD.fromJavaRDD(context.emptyRDD()));
    JavaPairRDD<Integer, UserHistory> histories =
        history
            .map(
                table ->
                    JavaPairRDD.fromJavaRDD(
                        HistoryPieces.of(touched(table.dataset(), task.events()), blocks)))
            .orElseGet(() -> JavaPairRDD.fromJavaRDD(context.emptyRDD()));
    return pairs
        .cogroup(rows, histories, partitioner)
        .flatMap(group -> build(group._1, group._2._1(), group._2._2(), group._2._3()).iterator());
  }

  private List<UserBlock> build(
      int id,
      Iterable<Pairs> pairs,
      Iterable<FactorRows> teacher,
      Iterable<UserHistory> histories) {
    List<Pairs> pieces = new ArrayList<>();
    pairs.forEach(pieces::add);
    if (pieces.isEmpty()) {
      return List.of();
    }
    Pairs night = Pairs.concatenated(pieces);
    int[] users = night.distinctUsers();
    List<FactorRows> known = new ArrayList<>();
    teacher.forEach(known::add);
    FactorRows rows = FactorRows.together(known, rank);
    TouchedRows touched =
        TouchedRows.of(users, NightPairs.events(users, night.users(), night.events()), rows);
    InteractionHistory history = HistoryPieces.together(histories);
    Pairs all = night.after(history, itemLimit, weighting, fading, now);
    EntityBlock equations =
        EntityBlock.of(touched, all.users(), all.items(), all.counts(), all.values(), weighting);
    return List.of(UserBlock.of(id, night, equations, blocks));
  }

  private static Dataset<Row> touched(Dataset<Row> rows, Dataset<Row> events) {
    Dataset<Row> users = events.select(col(EventColumns.USER_INDEX).as("touched")).distinct();
    return rows.join(users, col("index").equalTo(col("touched")), "left_semi");
  }

  private Iterator<Tuple2<Integer, Pairs>> split(Pairs piece) {
    int[][] positions = BlockSplit.positions(piece.users(), blocks);
    List<Tuple2<Integer, Pairs>> parts = new ArrayList<>();
    for (int b = 0; b < blocks; b++) {
      if (positions[b].length > 0) {
        parts.add(new Tuple2<>(b, piece.reordered(positions[b])));
      }
    }
    return parts.iterator();
  }
}
