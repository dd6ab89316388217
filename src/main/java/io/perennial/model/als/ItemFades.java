package io.perennial.model.als;

import io.perennial.model.FactorRows;
import io.perennial.model.history.ItemStatistics;
import java.io.Serializable;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;

/**
 * How much of each item's vector is left at an instant. Sent to executors where items lie there: 4
 * bytes an item.
 *
 * @param factors by dense index; items beyond have not faded
 */
record ItemFades(float[] factors) implements Serializable {
  /**
   * Since somebody took an item last, or since its line was learnt from scratch.
   *
   * @param begun when the line was learnt from scratch, epoch milliseconds
   */
  static ItemFades of(ItemStatistics statistics, long begun, Duration halfLife, Instant now) {
    float[] factors = new float[statistics.capacity()];
    Arrays.fill(factors, 1);
    for (int item = 0; item < factors.length; item++) {
      if (statistics.eventCounts()[item] > 0) {
        long since = Math.max(begun, statistics.lastTimes()[item]);
        double age = Math.max(0, now.toEpochMilli() - since);
        factors[item] = (float) Math.pow(0.5, age / halfLife.toMillis());
      }
    }
    return new ItemFades(factors);
  }

  /** Rows as they are left. */
  FactorRows of(FactorRows rows) {
    int rank = rows.rank();
    float[] values = rows.values().clone();
    for (int n = 0; n < rows.size(); n++) {
      int item = rows.indices()[n];
      if (item < factors.length) {
        for (int c = n * rank; c < (n + 1) * rank; c++) {
          values[c] *= factors[item];
        }
      }
    }
    return new FactorRows(rank, rows.indices(), values, rows.eventCounts());
  }
}
