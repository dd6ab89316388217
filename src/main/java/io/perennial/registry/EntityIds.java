package io.perennial.registry;

import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;

import io.perennial.event.EventColumns;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Dense indices of natural ids, per pipeline and kind. An id is a string of bytes: ids that differ
 * in case, white space or Unicode form are different ids.
 */
final class EntityIds {
  static final String USER = "user";
  static final String ITEM = "item";

  /** Up to so many distinct ids of a slice pass through the driver, which saves jobs. */
  static final int FEW = 200_000;

  private static final StructType KEYED =
      new StructType()
          .add("kind", DataTypes.StringType)
          .add("key", DataTypes.BinaryType)
          .add("index", DataTypes.IntegerType);

  private final DeltaTables tables;
  private final int few;

  EntityIds(DeltaTables tables, int few) {
    this.tables = tables;
    this.few = few;
  }

  /** See {@link ModelRegistry#indexed}. */
  Dataset<Row> indexed(String pipeline, String runId, Dataset<Row> events) {
    Dataset<Row> ids =
        events
            .select(lit(USER).as("kind"), col(EventColumns.USER).as("id"))
            .union(events.select(lit(ITEM).as("kind"), col(EventColumns.ITEM).as("id")))
            .where(col("id").isNotNull())
            .distinct()
            .persist();
    try {
      boolean fits = ids.count() <= few;
      List<Dataset<Row>> mapping = new ArrayList<>();
      tables.transact(
          Tables.ENTITY_IDS,
          Map.of("pipeline", pipeline),
          CommitNote.of(pipeline, runId),
          before -> {
            mapping.clear();
            return fits
                ? onDriver(pipeline, runId, ids, before.dataset(), mapping)
                : distributed(pipeline, runId, ids, before.dataset());
          });
      Dataset<Row> known =
          fits
              ? broadcast(mapping.get(0))
              : tables.read(Tables.ENTITY_IDS, pipeline).select("kind", "id", "index");
      return events
          .join(
              side(known, USER, "perennial_user", EventColumns.USER_INDEX),
              col(EventColumns.USER).equalTo(col("perennial_user")),
              "left")
          .join(
              side(known, ITEM, "perennial_item", EventColumns.ITEM_INDEX),
              col(EventColumns.ITEM).equalTo(col("perennial_item")),
              "left")
          .drop("perennial_user", "perennial_item");
    } finally {
      ids.unpersist();
    }
  }

  private static Dataset<Row> side(Dataset<Row> known, String kind, String id, String index) {
    return known.where(col("kind").equalTo(kind)).select(col("id").as(id), col("index").as(index));
  }

  private DeltaTables.Change onDriver(
      String pipeline,
      String runId,
      Dataset<Row> ids,
      Dataset<Row> before,
      List<Dataset<Row>> mapping) {
    List<Row> known =
        before
            .join(broadcast(ids), new String[] {"kind", "id"})
            .select(col("kind"), col("id").cast("binary").as("key"), col("index"))
            .collectAsList();
    List<Row> wanted = ids.select(col("kind"), col("id").cast("binary").as("key")).collectAsList();
    List<Row> fresh = new ArrayList<>();
    if (known.size() < wanted.size()) {
      Map<String, Set<ByteBuffer>> seen = new HashMap<>();
      for (Row row : known) {
        seen.computeIfAbsent(row.getString(0), k -> new HashSet<>())
            .add(ByteBuffer.wrap(row.<byte[]>getAs(1)));
      }
      Map<String, Integer> next = next(before);
      wanted = new ArrayList<>(wanted);
      wanted.sort(
          (a, b) -> {
            int byKind = a.getString(0).compareTo(b.getString(0));
            return byKind != 0
                ? byKind
                : Arrays.compareUnsigned(a.<byte[]>getAs(1), b.<byte[]>getAs(1));
          });
      for (Row row : wanted) {
        String kind = row.getString(0);
        byte[] key = row.getAs(1);
        if (!seen.getOrDefault(kind, Set.of()).contains(ByteBuffer.wrap(key))) {
          int index = next.merge(kind, 1, Integer::sum) - 1;
          fresh.add(RowFactory.create(kind, key, index));
        }
      }
    }
    List<Row> all = new ArrayList<>(known);
    all.addAll(fresh);
    mapping.add(strings(all));
    return fresh.isEmpty()
        ? DeltaTables.Change.NOTHING
        : DeltaTables.Change.append(rows(pipeline, runId, strings(fresh).coalesce(1)));
  }

  private Dataset<Row> strings(List<Row> keyed) {
    return tables
        .spark()
        .createDataFrame(keyed, KEYED)
        .select(col("kind"), col("key").cast("string").as("id"), col("index"));
  }

  private DeltaTables.Change distributed(
      String pipeline, String runId, Dataset<Row> ids, Dataset<Row> before) {
    Dataset<Row> fresh =
        ids.join(
                before.select("kind", "id"),
                ids.col("kind")
                    .equalTo(before.col("kind"))
                    .and(ids.col("id").equalTo(before.col("id"))),
                "left_anti")
            .orderBy("kind", "id")
            .select(col("kind"), col("id").cast("binary").as("key"))
            .persist();
    try {
      Map<String, Long> counts = new HashMap<>();
      for (Row row : fresh.groupBy("kind").count().collectAsList()) {
        counts.put(row.getString(0), row.getLong(1));
      }
      if (counts.isEmpty()) {
        return DeltaTables.Change.NOTHING;
      }
      Map<String, Integer> next = next(before);
      int firstItem = next.getOrDefault(ITEM, 0);
      int firstUser = next.getOrDefault(USER, 0);
      long items = counts.getOrDefault(ITEM, 0L);
      JavaRDD<Row> numbered =
          fresh
              .toJavaRDD()
              .zipWithIndex()
              .map(p -> numbered(p._1(), p._2(), items, firstItem, firstUser));
      Dataset<Row> rows =
          tables
              .spark()
              .createDataFrame(numbered, KEYED)
              .select(col("kind"), col("key").cast("string").as("id"), col("index"));
      return DeltaTables.Change.append(rows(pipeline, runId, rows));
    } finally {
      fresh.unpersist();
    }
  }

  /** Items come before users in the order of kinds. */
  private static Row numbered(Row row, long position, long items, int firstItem, int firstUser) {
    long index =
        row.getString(0).equals(ITEM) ? firstItem + position : firstUser + position - items;
    return RowFactory.create(row.getString(0), row.getAs(1), Math.toIntExact(index));
  }

  private static Map<String, Integer> next(Dataset<Row> before) {
    Map<String, Integer> next = new HashMap<>();
    next.put(USER, 0);
    next.put(ITEM, 0);
    for (Row row : before.groupBy("kind").agg(max("index")).collectAsList()) {
      next.put(row.getString(0), row.getInt(1) + 1);
    }
    return next;
  }

  private static Content rows(String pipeline, String runId, Dataset<Row> ids) {
    return new Content.Query(
        ids.withColumn("pipeline", lit(pipeline)).withColumn("run_id", lit(runId)));
  }

  Map<Integer, String> naturalIds(String pipeline, String kind, int[] indices) {
    Map<Integer, String> ids = new LinkedHashMap<>();
    if (indices.length == 0) {
      return ids;
    }
    List<Row> wanted = new ArrayList<>();
    for (int index : indices) {
      wanted.add(RowFactory.create(index));
    }
    for (Row row : found(pipeline, kind, "index", DataTypes.IntegerType, wanted)) {
      ids.put(row.getInt(0), row.getString(1));
    }
    return ids;
  }

  Map<String, Integer> indices(String pipeline, String kind, List<String> ids) {
    Map<String, Integer> indices = new LinkedHashMap<>();
    if (ids.isEmpty()) {
      return indices;
    }
    List<Row> wanted = ids.stream().map(id -> RowFactory.create(id)).toList();
    for (Row row : found(pipeline, kind, "id", DataTypes.StringType, wanted)) {
      indices.put(row.getString(1), row.getInt(0));
    }
    return indices;
  }

  private List<Row> found(
      String pipeline,
      String kind,
      String column,
      org.apache.spark.sql.types.DataType type,
      List<Row> wanted) {
    Dataset<Row> known = tables.read(Tables.ENTITY_IDS, pipeline).where(col("kind").equalTo(kind));
    Dataset<Row> filter =
        tables.spark().createDataFrame(wanted, new StructType().add(column, type)).distinct();
    return known.join(functions.broadcast(filter), column).select("index", "id").collectAsList();
  }
}
