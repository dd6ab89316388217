package io.perennial.example;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.pow;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.unix_millis;

import io.perennial.model.FactorRows;
import io.perennial.model.FactorTable;
import io.perennial.model.MemoryFactorTable;
import io.perennial.model.Trainer;
import io.perennial.model.TrainingLoss;
import io.perennial.model.TrainingTask;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** Adds a night's weights to the parent's. */
final class PopularityTrainer implements Trainer<PopularityModel> {
  private final Duration halfLife;

  PopularityTrainer(Duration halfLife) {
    this.halfLife = halfLife;
  }

  @Override
  public PopularityModel train(TrainingTask<PopularityModel> task) {
    Optional<PopularityModel> parent = task.parent();
    FactorRows before = parent.map(PopularityModel::items).orElse(FactorRows.empty(1));
    long begun = parent.map(PopularityModel::begun).orElse(task.now().toEpochMilli());
    FactorRows touched = touched(task.events(), before, begun);
    int[] users =
        task.events().select("user_index").distinct().orderBy("user_index").collectAsList().stream()
            .mapToInt(row -> row.getInt(0))
            .toArray();
    FactorTable tonight = new MemoryFactorTable(Everybody.of(users));
    FactorRows items = before.overlaidBy(touched);
    return new PopularityModel(
        parent
            .<FactorTable>map(p -> new MemoryFactorTable(p.users().all().overlaidBy(tonight.all())))
            .orElse(tonight),
        items,
        parent.map(p -> tonight),
        parent.map(p -> touched),
        begun,
        List.of(new TrainingLoss(1, "training", surprise(items))));
  }

  /** Weights of the items of some events, on top of what they weighed. */
  private FactorRows touched(Dataset<Row> events, FactorRows before, long begun) {
    Column age = unix_millis(col("event_time")).minus(lit(begun));
    Column weight = pow(lit(2.0), age.divide(lit((double) halfLife.toMillis())));
    List<Row> rows =
        events
            .groupBy("item_index")
            .agg(sum(weight), sum(lit(1.0)))
            .orderBy("item_index")
            .collectAsList();
    int[] indices = new int[rows.size()];
    float[] weights = new float[rows.size()];
    float[] counts = new float[rows.size()];
    for (int n = 0; n < indices.length; n++) {
      indices[n] = rows.get(n).getInt(0);
      int at = before.position(indices[n]);
      weights[n] = (float) (rows.get(n).getDouble(1) + (at < 0 ? 0 : before.values()[at]));
      counts[n] = (float) (rows.get(n).getDouble(2) + (at < 0 ? 0 : before.eventCounts()[at]));
    }
    return new FactorRows(1, indices, weights, counts);
  }

  /** Entropy of an item drawn by its weight: what an event costs that is drawn so; 0 of none. */
  private static double surprise(FactorRows items) {
    double all = 0;
    double sum = 0;
    for (float weight : items.values()) {
      all += weight;
      sum += weight > 0 ? weight * Math.log(weight) : 0;
    }
    return all > 0 ? Math.log(all) - sum / all : 0;
  }
}
