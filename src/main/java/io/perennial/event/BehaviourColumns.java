package io.perennial.event;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.when;

import io.perennial.Behaviours;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** How events come by their behaviour and what it weighs. */
public final class BehaviourColumns {
  private BehaviourColumns() {}

  /** Place of the event type of a row; null where it is not learnt. */
  static Column place(Behaviours behaviours, Column type) {
    Column place = lit(null).cast("int");
    List<String> names = behaviours.names();
    for (int n = 0; n < names.size(); n++) {
      place = when(type.equalTo(lit(names.get(n))), lit(n)).otherwise(place);
    }
    return place;
  }

  /**
   * The rows with {@link EventColumns#WEIGHT} too; as they are where types are not told apart.
   *
   * @param rows with {@link EventColumns#BEHAVIOUR} where types are told apart
   */
  public static Dataset<Row> weighed(Behaviours behaviours, Dataset<Row> rows) {
    if (!behaviours.isPresent()) {
      return rows;
    }
    Column weight = lit(null).cast("double");
    double[] weights = behaviours.byPlace();
    for (int n = 0; n < weights.length; n++) {
      weight = when(col(EventColumns.BEHAVIOUR).equalTo(lit(n)), lit(weights[n])).otherwise(weight);
    }
    return rows.withColumn(EventColumns.WEIGHT, weight);
  }
}
