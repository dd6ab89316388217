package io.perennial.evaluation;

import io.perennial.model.Scorer;
import java.util.Map;
import java.util.TreeMap;

/** Scores written down by hand, user by user. */
public final class TableScorer implements Scorer {
  private static final long serialVersionUID = 1L;
  private final int itemCount;
  private final TreeMap<Integer, float[]> rows;

  public TableScorer(int itemCount, Map<Integer, float[]> rows) {
    this.itemCount = itemCount;
    this.rows = new TreeMap<>(rows);
  }

  @Override
  public int itemCount() {
    return itemCount;
  }

  @Override
  public boolean knowsUser(int user) {
    return rows.containsKey(user);
  }

  @Override
  public boolean knowsItem(int item) {
    return item >= 0
        && item < itemCount
        && rows.values().stream().anyMatch(row -> !Float.isNaN(row[item]));
  }

  @Override
  public void score(int[] users, float[] out) {
    for (int n = 0; n < users.length; n++) {
      float[] row = rows.get(users[n]);
      for (int item = 0; item < itemCount; item++) {
        out[n * itemCount + item] = row == null ? Float.NaN : row[item];
      }
    }
  }
}
