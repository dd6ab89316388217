package io.perennial.registry;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.when;

import io.delta.exceptions.DeltaConcurrentModificationException;
import io.delta.tables.DeltaTable;
import io.perennial.SessionSettings;
import io.perennial.Warehouse;
import io.perennial.model.ModelState;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Deletes what a pipeline keeps of single users, in all of its versions: what they did, as it is
 * remembered, counted and measured on; what was learnt of them; what they were recommended. Rows of
 * others stay as they are. Sums over all users stay too, and so does the id itself, whose index is
 * never given to another.
 *
 * <p>One commit a table, and none where there is nothing. Files that hold the rows stay for seven
 * days, until {@link Compaction} deletes them.
 */
public final class Forgetting {
  /** How the rows of a table say whose they are. */
  private enum Owner {
    NATURAL_ID,
    DENSE_INDEX
  }

  /** A table with rows of users, and its column that says whose. */
  private record Place(Tables table, String column, Owner owner) {}

  /**
   * In the order in which rows go. Vectors go before what is read with them, so that versions can
   * be read while it is done, and where it died half way.
   */
  private static final List<Place> PLACES =
      List.of(
          new Place(Tables.RECOMMENDATIONS, "user", Owner.NATURAL_ID),
          new Place(Tables.RECOMMENDATION_PARTS, "user", Owner.NATURAL_ID),
          new Place(Tables.FROZEN_WINDOWS, "user", Owner.DENSE_INDEX),
          new Place(Tables.EXEMPLARS, "user_index", Owner.DENSE_INDEX),
          new Place(Tables.USER_FACTORS, "index", Owner.DENSE_INDEX),
          new Place(Tables.COMPANIONS, "index", Owner.DENSE_INDEX),
          new Place(Tables.USER_HISTORY, "index", Owner.DENSE_INDEX));

  private final SparkSession spark;
  private final Warehouse warehouse;
  private final DeltaTables tables;

  public Forgetting(SparkSession spark, Warehouse warehouse) {
    this.spark = spark;
    this.warehouse = warehouse;
    this.tables = new DeltaTables(spark, warehouse, WriteListener.NONE);
  }

  /**
   * What is kept of a user.
   *
   * @param user his id
   * @param known whether the pipeline has ever seen the id
   * @param rows by table; all that are looked at, also those without any
   */
  public record Kept(String user, boolean known, Map<String, Long> rows) {
    /** Rows in all tables. */
    public long total() {
      return rows.values().stream().mapToLong(Long::longValue).sum();
    }
  }

  /** Names of the tables that hold rows of single users. */
  public static List<String> tables() {
    return PLACES.stream().map(place -> place.table.tableName()).toList();
  }

  /** What a pipeline keeps of users, each once, in their order. */
  public List<Kept> look(String pipeline, List<String> users) {
    Names.pipeline(pipeline);
    return look(pipeline, users, indices(pipeline, users));
  }

  /**
   * Deletes it; the caller holds the pipeline's lease. Doing it again finds nothing.
   *
   * @return what there was
   * @throws RegistryConflictException where another process, such as a recommendation, wrote the
   *     same rows meanwhile; what was deleted stays deleted
   */
  public List<Kept> forget(String pipeline, List<String> users) {
    Names.pipeline(pipeline);
    Map<String, Integer> indices = indices(pipeline, users);
    List<Kept> kept = look(pipeline, users, indices);
    for (Place place : PLACES) {
      String table = place.table.tableName();
      if (kept.stream().anyMatch(one -> one.rows.get(table) > 0)) {
        Column his = his(place, users, indices);
        if (place.table == Tables.FROZEN_WINDOWS) {
          deleteCases(pipeline, his);
        } else {
          delete(place.table, pipeline, his);
        }
      }
    }
    return kept;
  }

  private Map<String, Integer> indices(String pipeline, List<String> users) {
    return new EntityIds(tables, EntityIds.FEW).indices(pipeline, EntityIds.USER, users);
  }

  private List<Kept> look(String pipeline, List<String> users, Map<String, Integer> indices) {
    Map<Tables, Map<Object, Long>> counts = new EnumMap<>(Tables.class);
    for (Place place : PLACES) {
      Map<Object, Long> byUser = new HashMap<>();
      tables
          .read(place.table, pipeline)
          .where(his(place, users, indices))
          .groupBy(place.column)
          .count()
          .collectAsList()
          .forEach(row -> byUser.put(row.get(0), row.getLong(1)));
      counts.put(place.table, byUser);
    }
    List<Kept> kept = new ArrayList<>();
    for (String user : new LinkedHashSet<>(users)) {
      Map<String, Long> rows = new LinkedHashMap<>();
      for (Place place : PLACES) {
        Object key = place.owner == Owner.NATURAL_ID ? user : indices.get(user);
        rows.put(
            place.table.tableName(),
            key == null ? 0L : counts.get(place.table).getOrDefault(key, 0L));
      }
      kept.add(new Kept(user, indices.containsKey(user), rows));
    }
    return kept;
  }

  /** Which rows of a table are theirs. */
  private static Column his(Place place, List<String> users, Map<String, Integer> indices) {
    Column theirs =
        col(place.column)
            .isin(place.owner == Owner.NATURAL_ID ? users.toArray() : indices.values().toArray());
    return place.table == Tables.COMPANIONS
        ? theirs.and(col("name").startsWith(ModelState.OF_USERS))
        : theirs;
  }

  private void delete(Tables table, String pipeline, Column rows) {
    try {
      SessionSettings.during(
          spark,
          Map.of(CommitNote.SETTING, CommitNote.of(pipeline, "forget").json()),
          () -> {
            DeltaTable.forPath(spark, warehouse.table(table.tableName()))
                .delete(col("pipeline").equalTo(pipeline).and(rows));
            return table;
          });
    } catch (DeltaConcurrentModificationException raced) {
      throw new RegistryConflictException(
          "Cannot delete from "
              + table.tableName()
              + ": another process wrote the same rows of "
              + pipeline
              + " meanwhile. Run the same command again when it has ended; what was deleted stays"
              + " deleted.",
          raced);
    }
  }

  /** A window's first row holds what is of the whole window: it goes to the next that stays. */
  private void deleteCases(String pipeline, Column rows) {
    List<Object> versions = new ArrayList<>();
    for (Row row :
        tables
            .read(Tables.FROZEN_WINDOWS, pipeline)
            .where(rows)
            .select("version")
            .distinct()
            .collectAsList()) {
      versions.add(row.getLong(0));
    }
    tables.transact(
        Tables.FROZEN_WINDOWS,
        DeltaTables.partition(pipeline, "version", versions),
        CommitNote.of(pipeline, "forget"),
        seen -> {
          Dataset<Row> before = seen.dataset();
          Dataset<Row> whole =
              before
                  .where(col("old_items").isNotNull())
                  .select(col("version"), col("old_items").as("whole"));
          Dataset<Row> rest = before.where(not(rows));
          Dataset<Row> first = rest.groupBy("version").agg(min("user").as("first"));
          return new DeltaTables.Change(
              new Content.Query(
                  rest.drop("old_items")
                      .join(whole, new String[] {"version"}, "left")
                      .join(first, new String[] {"version"}, "left")
                      .withColumn(
                          "old_items",
                          when(col("user").equalTo(col("first")), col("whole"))
                              .otherwise(lit(null)))
                      .repartition(col("version"))
                      .sortWithinPartitions("version", "user")),
              DeltaTables.Scope.REPLACE);
        });
  }
}
