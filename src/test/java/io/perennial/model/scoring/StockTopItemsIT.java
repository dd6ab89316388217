package io.perennial.model.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.perennial.TestSession;
import io.perennial.model.FactorRows;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.spark.ml.recommendation.ALSModel;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;

/** Top-N lists against those of Spark MLlib on the same factors. */
final class StockTopItemsIT {
  private static final int RANK = 16;
  private static final int N = 20;

  private final SparkSession spark = TestSession.get();

  private static FactorRows rows(int count, long seed) {
    Random random = new Random(seed);
    float[] values = new float[count * RANK];
    for (int n = 0; n < values.length; n++) {
      values[n] = (float) random.nextGaussian();
    }
    return new FactorRows(RANK, IntStream.range(0, count).toArray(), values, new float[count]);
  }

  private Dataset<Row> dataset(FactorRows rows) {
    List<Row> all = new ArrayList<>();
    for (int n = 0; n < rows.size(); n++) {
      Float[] vector = new Float[RANK];
      for (int c = 0; c < RANK; c++) {
        vector[c] = rows.values()[n * RANK + c];
      }
      all.add(RowFactory.create(rows.indices()[n], vector));
    }
    return spark.createDataFrame(
        all,
        new StructType()
            .add("id", DataTypes.IntegerType)
            .add("features", DataTypes.createArrayType(DataTypes.FloatType, false)));
  }

  @Test
  void everybodysItemsAreThoseOfRecommendForAllUsers() {
    FactorRows users = rows(300, 1);
    FactorRows items = rows(5000, 2);
    TopRows ours =
        new TopItems(items, items.indices()).best(users.values(), 300, N, new int[300][]);

    List<Row> stock =
        new ALSModel("als", RANK, dataset(users), dataset(items))
            .setUserCol("user")
            .setItemCol("item")
            .recommendForAllUsers(N)
            .collectAsList();

    assertThat(stock).hasSize(300);
    for (Row row : stock) {
      int user = row.getInt(0);
      List<Row> list = row.getList(1);
      assertThat(ours.sizes()[user]).isEqualTo(N);
      for (int rank = 0; rank < N; rank++) {
        assertThat(ours.score(user, rank)).isCloseTo(list.get(rank).getFloat(1), within(1e-4f));
        boolean tied = rank > 0 && tied(list, rank - 1, rank);
        tied |= rank < N - 1 ? tied(list, rank, rank + 1) : true;
        if (!tied) {
          assertThat(ours.item(user, rank)).isEqualTo(list.get(rank).getInt(0));
        }
      }
    }
  }

  /** Scores so close that another order of summation can turn them round. */
  private static boolean tied(List<Row> list, int one, int other) {
    return Math.abs(list.get(one).getFloat(1) - list.get(other).getFloat(1)) < 1e-4;
  }
}
