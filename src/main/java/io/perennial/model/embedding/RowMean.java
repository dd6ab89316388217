package io.perennial.model.embedding;

import io.perennial.model.FactorRows;
import java.io.Serializable;

/**
 * Mean row of a side, each row weighed by the events that it learnt from: where new rows begin.
 * Kept as a sum, which a night corrects by the rows that it changed.
 *
 * @param sum Σ events·row
 * @param weight Σ events
 */
public record RowMean(double[] sum, double weight) implements Serializable {
  /** Of no rows. */
  public static RowMean zero(int width) {
    return new RowMean(new double[width], 0);
  }

  /** Of some rows. */
  public static RowMean of(FactorRows rows) {
    RowMean mean = zero(rows.rank());
    double weight = 0;
    for (int n = 0; n < rows.size(); n++) {
      mean.add(rows.values(), n * rows.rank(), rows.eventCounts()[n]);
      weight += rows.eventCounts()[n];
    }
    return new RowMean(mean.sum, weight);
  }

  private void add(float[] values, int at, double events) {
    for (int c = 0; c < sum.length; c++) {
      sum[c] += events * values[at + c];
    }
  }

  /** The sum of both. */
  public RowMean plus(RowMean other) {
    double[] both = sum.clone();
    for (int c = 0; c < both.length; c++) {
      both[c] += other.sum[c];
    }
    return new RowMean(both, weight + other.weight);
  }

  /** The sum of this and the other with its sign changed. */
  public RowMean minus(RowMean other) {
    double[] both = sum.clone();
    for (int c = 0; c < both.length; c++) {
      both[c] -= other.sum[c];
    }
    return new RowMean(both, weight - other.weight);
  }

  /** Whether there is a mean. */
  boolean any() {
    return weight > 0;
  }

  /** The mean of a coordinate. */
  float at(int coordinate) {
    return (float) (sum[coordinate] / weight);
  }
}
