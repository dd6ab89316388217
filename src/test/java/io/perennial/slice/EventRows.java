package io.perennial.slice;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.types.DataTypes.LongType;
import static org.apache.spark.sql.types.DataTypes.StringType;

import io.perennial.event.EventColumns;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.StructType;

/** A small events table that a test writes to, one commit a call. */
final class EventRows {
  private static final StructType SCHEMA =
      new StructType().add("item_id", StringType).add("micros", LongType);

  private final SparkSession spark;
  private final String path;
  private final Feed feed;

  /** Whether the table records row changes. */
  enum Feed {
    ON,
    OFF
  }

  EventRows(SparkSession spark, String path) {
    this(spark, path, Feed.ON);
  }

  EventRows(SparkSession spark, String path, Feed feed) {
    this.spark = spark;
    this.path = path;
    this.feed = feed;
  }

  /** An event of item {@code item}. */
  static Row row(String item, String time) {
    return RowFactory.create(item, ChronoUnit.MICROS.between(Instant.EPOCH, Instant.parse(time)));
  }

  void append(Row... rows) {
    spark
        .createDataFrame(List.of(rows), SCHEMA)
        .select(
            lit("u").as(EventColumns.USER),
            col("item_id"),
            lit("view").as(EventColumns.TYPE),
            lit(1.0).as(EventColumns.VALUE),
            functions.timestamp_micros(col("micros")).as(EventColumns.TIME),
            functions.timestamp_micros(col("micros")).cast("date").as(EventColumns.DATE),
            lit("test").as(EventColumns.SOURCE),
            lit("run").as(EventColumns.INGEST_RUN))
        .coalesce(1)
        .write()
        .format("delta")
        .mode("append")
        .partitionBy(EventColumns.DATE)
        .option("delta.enableChangeDataFeed", feed == Feed.ON ? "true" : "false")
        .save(path);
  }

  void delete(String item) {
    io.delta.tables.DeltaTable.forPath(spark, path).delete(col("item_id").equalTo(lit(item)));
  }

  /** Removes the table's folder. */
  void drop() throws IOException {
    try (Stream<Path> files = Files.walk(Path.of(path))) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
    org.apache.spark.sql.delta.DeltaLog.clearCache();
  }

  static List<String> items(Dataset<Row> events) {
    return events.select("item_id").collectAsList().stream().map(r -> r.getString(0)).toList();
  }
}
