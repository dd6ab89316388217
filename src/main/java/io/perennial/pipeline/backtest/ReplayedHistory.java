package io.perennial.pipeline.backtest;

import io.perennial.model.history.HistoryBuilder;
import io.perennial.model.history.HistoryRows;
import io.perennial.model.history.HistoryTable;
import io.perennial.model.history.InteractionHistory;
import java.util.Arrays;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * What every user did so far, in the driver's memory: a night costs what its users did, not what
 * all did.
 */
final class ReplayedHistory implements HistoryTable {
  private final SparkSession spark;
  private final HistoryBuilder builder;
  private InteractionHistory[] byUser = new InteractionHistory[1024];

  ReplayedHistory(SparkSession spark, HistoryBuilder builder) {
    this.spark = spark;
    this.builder = builder;
  }

  /** Takes the base, all at once. */
  void begin(Dataset<Row> events) {
    keep(HistoryRows.collect(builder.fromScratch(events)));
  }

  /**
   * Adds a night.
   *
   * @param users of its events, increasing
   */
  void add(int[] users, Dataset<Row> events) {
    keep(builder.merge(rows(users), events));
  }

  private void keep(InteractionHistory changed) {
    for (int n = 0; n < changed.users().length; n++) {
      int user = changed.users()[n];
      if (user >= byUser.length) {
        byUser = Arrays.copyOf(byUser, Math.max(2 * byUser.length, user + 1));
      }
      int from = changed.offsets()[n];
      int to = changed.offsets()[n + 1];
      byUser[user] =
          new InteractionHistory(
              new int[] {user},
              new int[] {0, to - from},
              Arrays.copyOfRange(changed.items(), from, to),
              Arrays.copyOfRange(changed.counts(), from, to),
              Arrays.copyOfRange(changed.values(), from, to),
              Arrays.copyOfRange(changed.events(), from, to),
              Arrays.copyOfRange(changed.lastTimes(), from, to));
    }
  }

  @Override
  public InteractionHistory rows(int[] sortedUsers) {
    int[] users =
        Arrays.stream(sortedUsers)
            .filter(user -> user < byUser.length && byUser[user] != null)
            .toArray();
    int[] offsets = new int[users.length + 1];
    for (int n = 0; n < users.length; n++) {
      offsets[n + 1] = Math.addExact(offsets[n], byUser[users[n]].pairs());
    }
    int pairs = offsets[users.length];
    int[] items = new int[pairs];
    float[] counts = new float[pairs];
    float[] values = new float[pairs];
    int[] events = new int[pairs];
    long[] lastTimes = new long[pairs];
    for (int n = 0; n < users.length; n++) {
      InteractionHistory one = byUser[users[n]];
      System.arraycopy(one.items(), 0, items, offsets[n], one.pairs());
      System.arraycopy(one.counts(), 0, counts, offsets[n], one.pairs());
      System.arraycopy(one.values(), 0, values, offsets[n], one.pairs());
      System.arraycopy(one.events(), 0, events, offsets[n], one.pairs());
      System.arraycopy(one.lastTimes(), 0, lastTimes, offsets[n], one.pairs());
    }
    return new InteractionHistory(users, offsets, items, counts, values, events, lastTimes);
  }

  @Override
  public Dataset<Row> dataset() {
    int[] everybody = java.util.stream.IntStream.range(0, byUser.length).toArray();
    return HistoryRows.dataset(spark, rows(everybody));
  }
}
