package io.perennial.model.scoring;

import io.perennial.model.FactorRows;
import io.perennial.model.Scorer;
import org.apache.spark.api.java.JavaRDD;

/**
 * A scorer whose items lie on executors. Who measures it works there, piece by piece, or asks for
 * the {@link #scores} of a few pairs.
 *
 * <p>It can be asked for whole rows of scores like any other scorer, and can be sent to executors.
 * Then, and only then, the items come to the driver.
 */
public interface DistributedScorer extends Scorer {
  /** Every item row, on executors, in sorted pieces. */
  JavaRDD<FactorRows> pieces();

  /**
   * What scores some users on executors.
   *
   * @param known users that it knows, increasing
   */
  TileScorer tiles(int[] known);

  /**
   * Scores of some pairs, in one job, the same to the last bit as in {@link #tiles}; of an item
   * that is not known {@link Float#NaN}.
   *
   * @param known users that it knows, increasing
   * @param wanted items of each
   */
  default float[][] scores(int[] known, int[][] wanted) {
    return PairScores.of(this, known, wanted);
  }
}
