package io.perennial.registry;

import io.perennial.model.history.HistoryRows;
import io.perennial.model.history.HistoryTable;
import io.perennial.model.history.InteractionHistory;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** The history of a registered version; its rows are read when asked for. */
record StoredHistoryTable(NewestRows stored) implements HistoryTable {
  @Override
  public InteractionHistory rows(int[] sortedUsers) {
    return sortedUsers.length == 0
        ? InteractionHistory.empty()
        : HistoryRows.collect(stored.of(sortedUsers));
  }

  @Override
  public Dataset<Row> dataset() {
    return stored.all();
  }
}
