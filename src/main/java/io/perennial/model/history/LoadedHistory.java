package io.perennial.model.history;

import java.util.Arrays;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * A history table of which the rows of some users are in memory: those are read once, however often
 * they are asked for.
 */
public final class LoadedHistory implements HistoryTable {
  private final HistoryTable table;
  private final int[] users;
  private final InteractionHistory loaded;

  private LoadedHistory(HistoryTable table, int[] users, InteractionHistory loaded) {
    this.table = table;
    this.users = users;
    this.loaded = loaded;
  }

  /** Reads the rows of these users now. */
  public static LoadedHistory of(HistoryTable table, int[] sortedUsers) {
    return new LoadedHistory(table, sortedUsers, table.rows(sortedUsers));
  }

  /** The rows of the users that were loaded. */
  public InteractionHistory loaded() {
    return loaded;
  }

  @Override
  public InteractionHistory rows(int[] sortedUsers) {
    if (Arrays.equals(users, sortedUsers)) {
      return loaded;
    }
    for (int user : sortedUsers) {
      if (Arrays.binarySearch(users, user) < 0) {
        return table.rows(sortedUsers);
      }
    }
    return subset(sortedUsers);
  }

  @Override
  public Dataset<Row> dataset() {
    return table.dataset();
  }

  private InteractionHistory subset(int[] wanted) {
    int found = 0;
    int pairs = 0;
    int[] positions = new int[wanted.length];
    for (int user : wanted) {
      int at = loaded.position(user);
      if (at >= 0) {
        positions[found++] = at;
        pairs += loaded.offsets()[at + 1] - loaded.offsets()[at];
      }
    }
    int[] rowUsers = new int[found];
    int[] offsets = new int[found + 1];
    int[] items = new int[pairs];
    float[] counts = new float[pairs];
    float[] values = new float[pairs];
    int[] events = new int[pairs];
    long[] lastTimes = new long[pairs];
    for (int n = 0; n < found; n++) {
      int from = loaded.offsets()[positions[n]];
      int length = loaded.offsets()[positions[n] + 1] - from;
      rowUsers[n] = loaded.users()[positions[n]];
      offsets[n + 1] = offsets[n] + length;
      System.arraycopy(loaded.items(), from, items, offsets[n], length);
      System.arraycopy(loaded.counts(), from, counts, offsets[n], length);
      System.arraycopy(loaded.values(), from, values, offsets[n], length);
      System.arraycopy(loaded.events(), from, events, offsets[n], length);
      System.arraycopy(loaded.lastTimes(), from, lastTimes, offsets[n], length);
    }
    return new InteractionHistory(rowUsers, offsets, items, counts, values, events, lastTimes);
  }
}
