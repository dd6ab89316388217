package io.perennial.simulation;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.types.DataTypes.DateType;
import static org.apache.spark.sql.types.DataTypes.DoubleType;
import static org.apache.spark.sql.types.DataTypes.FloatType;
import static org.apache.spark.sql.types.DataTypes.IntegerType;
import static org.apache.spark.sql.types.DataTypes.LongType;
import static org.apache.spark.sql.types.DataTypes.StringType;
import static org.apache.spark.sql.types.DataTypes.createArrayType;

import java.sql.Date;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/** The truth behind a generated store, as Parquet tables beside the raw files. */
public final class GroundTruth {
  /** Folder under {@code truth/}: one row a user. */
  public static final String USERS = "users";

  /** Folder under {@code truth/}: one row a user and epoch, the taste on the epoch's first day. */
  public static final String USER_TASTES = "user_tastes";

  /** Folder under {@code truth/}: one row an item. */
  public static final String ITEMS = "items";

  /** Folder under {@code truth/}: one row a raw file. */
  public static final String DELIVERIES = "deliveries";

  /**
   * Columns of {@link #USERS}; {@code last_day} is the last day on which a retired user may come,
   * null for the others.
   */
  public static final StructType USER_COLUMNS =
      new StructType()
          .add("user_id", StringType, false)
          .add("user_group", StringType, false)
          .add("first_day", DateType, false)
          .add("last_day", DateType, true)
          .add("visit_chance", DoubleType, false);

  /** Columns of {@link #USER_TASTES}; tastes have length 1. */
  public static final StructType TASTE_COLUMNS =
      new StructType()
          .add("user_id", StringType, false)
          .add("epoch", IntegerType, false)
          .add("day", DateType, false)
          .add("taste", createArrayType(FloatType, false), false);

  /**
   * Columns of {@link #ITEMS}; features have length 1, {@code popularity} sums to 1 over all items,
   * {@code retired} is the first day off sale, null where that never comes.
   */
  public static final StructType ITEM_COLUMNS =
      new StructType()
          .add("item_id", StringType, false)
          .add("features", createArrayType(FloatType, false), false)
          .add("popularity", DoubleType, false)
          .add("launched", DateType, false)
          .add("retired", DateType, true);

  /** Columns of {@link #DELIVERIES}; {@code events} counts good rows, late ones included. */
  public static final StructType DELIVERY_COLUMNS =
      new StructType()
          .add("day", DateType, false)
          .add("file", StringType, false)
          .add("events", LongType, false)
          .add("late", LongType, false)
          .add("bad", LongType, false);

  private static final int USERS_PER_TASK = 50_000;

  private GroundTruth() {}

  static void write(
      SparkSession spark,
      Store store,
      Broadcast<Store> shared,
      List<RawDay.Delivery> deliveries,
      StoreFolder folder) {
    StoreDefinition definition = store.definition();
    int users = definition.population(definition.days() - 1);
    int tasks = 1 + users / USERS_PER_TASK;
    JavaRDD<Integer> indices =
        spark.range(0, users, 1, tasks).toJavaRDD().map(index -> (int) (long) index);
    save(spark, indices.map(user -> user(shared.value(), user)), USER_COLUMNS, folder, USERS);
    save(
        spark,
        indices.flatMap(user -> tastes(shared.value(), user)),
        TASTE_COLUMNS,
        folder,
        USER_TASTES);
    JavaRDD<Integer> items =
        spark
            .range(0, store.catalogue().count(), 1, 1 + store.catalogue().count() / USERS_PER_TASK)
            .toJavaRDD()
            .map(index -> (int) (long) index);
    save(spark, items.map(item -> item(shared.value(), item)), ITEM_COLUMNS, folder, ITEMS);
    List<Row> files = new ArrayList<>();
    for (RawDay.Delivery delivery : deliveries) {
      String path = folder.rawFile(definition, delivery.day());
      files.add(
          RowFactory.create(
              date(definition, delivery.day()),
              path.substring(path.lastIndexOf('/') + 1),
              delivery.events(),
              delivery.late(),
              delivery.bad()));
    }
    spark
        .createDataFrame(files, DELIVERY_COLUMNS)
        .coalesce(1)
        .write()
        .mode(SaveMode.Overwrite)
        .parquet(folder.truth(DELIVERIES));
  }

  /** Sums over the deliveries of a store: good rows, bad rows, late rows. */
  static Row deliveries(SparkSession spark, StoreFolder folder) {
    return spark
        .read()
        .parquet(folder.truth(DELIVERIES))
        .agg(
            coalesce(sum(col("events")), lit(0L)),
            coalesce(sum(col("bad")), lit(0L)),
            coalesce(sum(col("late")), lit(0L)))
        .first();
  }

  private static void save(
      SparkSession spark, JavaRDD<Row> rows, StructType columns, StoreFolder folder, String table) {
    spark
        .createDataFrame(rows, columns)
        .write()
        .mode(SaveMode.Overwrite)
        .parquet(folder.truth(table));
  }

  private static Row user(Store store, int user) {
    Shoppers shoppers = store.shoppers();
    Shoppers.Group group = shoppers.group(user);
    boolean leaves = group == Shoppers.Group.RETIRED;
    int last = Math.max(shoppers.firstDay(user), shoppers.retirementDay() - 1);
    return RowFactory.create(
        Shoppers.id(user),
        group.name().toLowerCase(Locale.ROOT),
        date(store.definition(), shoppers.firstDay(user)),
        leaves ? date(store.definition(), last) : null,
        shoppers.visitChance(user));
  }

  private static Iterator<Row> tastes(Store store, int user) {
    StoreDefinition definition = store.definition();
    List<Row> rows = new ArrayList<>();
    for (int day = 0; day < definition.days(); day += definition.epochDays()) {
      if (day + definition.epochDays() <= store.shoppers().firstDay(user)) {
        continue;
      }
      double[] taste = store.shoppers().taste(user, day);
      float[] values = new float[taste.length];
      for (int k = 0; k < values.length; k++) {
        values[k] = (float) taste[k];
      }
      rows.add(
          RowFactory.create(
              Shoppers.id(user), day / definition.epochDays(), date(definition, day), values));
    }
    return rows.iterator();
  }

  private static Row item(Store store, int item) {
    ItemCatalogue catalogue = store.catalogue();
    boolean stays = catalogue.retirementDay(item) == Integer.MAX_VALUE;
    return RowFactory.create(
        ItemCatalogue.id(item),
        catalogue.features(item),
        catalogue.popularity(item),
        date(store.definition(), catalogue.launchDay(item)),
        stays ? null : date(store.definition(), catalogue.retirementDay(item)));
  }

  private static Date date(StoreDefinition definition, int day) {
    return Date.valueOf(definition.firstDay().plusDays(day));
  }
}
