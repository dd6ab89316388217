package io.perennial.recommendation;

import static org.apache.spark.sql.functions.abs;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.length;
import static org.apache.spark.sql.functions.lit;

import io.perennial.Warehouse;
import io.perennial.event.EventColumns;
import io.perennial.event.EventSource;
import io.perennial.event.EventTable;
import io.perennial.model.history.DecayPolicy;
import io.perennial.model.history.HistoryBuilder;
import io.perennial.registry.ModelVersion;
import io.perennial.slice.EventSlice;
import io.perennial.slice.SliceReader;
import io.perennial.slice.SliceSelector;
import java.util.Optional;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** What happened after the events that a version learnt. */
final class FreshEvents {
  /** Index of items that the version does not know. */
  private static final int UNKNOWN = -1;

  private final EventSlice slice;
  private final Dataset<Row> events;

  private FreshEvents(EventSlice slice, Dataset<Row> events) {
    this.slice = slice;
    this.events = events;
  }

  /**
   * The events of a source after the watermark of a version, late ones too; empty where nothing
   * came. Events that were learnt and then removed from the source are no matter here.
   *
   * @throws io.perennial.event.SourceGapException where the table was replaced or went back
   */
  static Optional<FreshEvents> since(
      SparkSession spark, Warehouse warehouse, EventSource source, ModelVersion version) {
    EventTable table = EventTable.open(spark, warehouse, source.ignoringRemovals());
    return SliceSelector.select(
            table, version.slice().tableId(), version.slice().to(), Optional.empty())
        .map(slice -> new FreshEvents(slice, learnable(SliceReader.read(table, slice))));
  }

  /** Those that a night would learn. */
  private static Dataset<Row> learnable(Dataset<Row> events) {
    return events.where(
        length(col(EventColumns.USER))
            .gt(0)
            .and(length(col(EventColumns.ITEM)).gt(0))
            .and(col(EventColumns.TIME).isNotNull())
            .and(abs(col(EventColumns.VALUE)).leq(Double.MAX_VALUE)));
  }

  /** What was read: bounds and table. */
  EventSlice slice() {
    return slice;
  }

  /** Users with an event, by natural id: the column user. */
  Dataset<Row> users() {
    return events.select(col(EventColumns.USER).as("user")).distinct();
  }

  /**
   * What each user did, one row a user: columns user, items, counts, values, events, last_times as
   * in {@link io.perennial.model.history.HistoryTable}; an item without an index is {@value
   * #UNKNOWN}.
   *
   * @param itemIds columns id and index
   * @param wanted which users, as a column of the events
   */
  Dataset<Row> histories(
      Dataset<Row> itemIds, DecayPolicy decay, Optional<org.apache.spark.sql.Column> wanted) {
    Dataset<Row> some = wanted.map(events::where).orElse(events);
    Dataset<Row> indexed =
        some.join(
                itemIds.select(col("id").as("known_item"), col("index").as("known")),
                col(EventColumns.ITEM).equalTo(col("known_item")),
                "left")
            .withColumn(EventColumns.USER_INDEX, col(EventColumns.USER))
            .withColumn(EventColumns.ITEM_INDEX, coalesce(col("known"), lit(UNKNOWN)));
    return new HistoryBuilder(decay, java.time.ZoneOffset.UTC)
        .fromScratch(indexed)
        .withColumnRenamed("index", "user");
  }
}
