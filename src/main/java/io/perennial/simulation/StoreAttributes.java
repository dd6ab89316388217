package io.perennial.simulation;

import static org.apache.spark.sql.types.DataTypes.DoubleType;
import static org.apache.spark.sql.types.DataTypes.IntegerType;
import static org.apache.spark.sql.types.DataTypes.StringType;

import io.perennial.simulation.RandomStream.Purpose;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/**
 * What the shop knows of its items and users, as Parquet tables beside the raw files: attributes
 * that tell something of planted features and tastes, not all, and are wrong or missing now and
 * then.
 */
public final class StoreAttributes {
  /** Folder under {@code attributes/}: one row an item, those that are launched later too. */
  public static final String ITEMS = "items";

  /** Folder under {@code attributes/}: one row a user, those who come later too. */
  public static final String USERS = "users";

  /**
   * Columns of {@link #ITEMS}: {@code department} is the direction in which the item's features
   * point most, wrong for one item in ten; {@code price} grows with its first feature, one price in
   * fifty is missing; {@code tags} are those of all directions in which they point, joined by
   * {@code |}.
   */
  public static final StructType ITEM_COLUMNS =
      new StructType()
          .add("item_id", StringType, false)
          .add("department", StringType, false)
          .add("price", DoubleType, true)
          .add("tags", StringType, false);

  /**
   * Columns of {@link #USERS}: {@code segment} is the direction in which the user's taste points
   * most on his first day, wrong for one user in ten; {@code age} says nothing.
   */
  public static final StructType USER_COLUMNS =
      new StructType()
          .add("user_id", StringType, false)
          .add("segment", StringType, false)
          .add("age", IntegerType, false);

  private static final double WRONG = 0.1;
  private static final double MISSING = 0.02;
  private static final int PER_TASK = 50_000;

  private StoreAttributes() {}

  static void write(
      SparkSession spark, Broadcast<Store> store, StoreDefinition definition, StoreFolder folder) {
    save(items(spark, store, definition), folder.attributes(ITEMS));
    save(users(spark, store, definition), folder.attributes(USERS));
  }

  private static void save(Dataset<Row> rows, String folder) {
    rows.write().mode(SaveMode.Overwrite).parquet(folder);
  }

  static Dataset<Row> items(
      SparkSession spark, Broadcast<Store> store, StoreDefinition definition) {
    int count = definition.launched(definition.days() - 1);
    return spark.createDataFrame(
        rows(spark, count, item -> item(store.value(), item)), ITEM_COLUMNS);
  }

  static Dataset<Row> users(
      SparkSession spark, Broadcast<Store> store, StoreDefinition definition) {
    int count = definition.population(definition.days() - 1);
    return spark.createDataFrame(
        rows(spark, count, user -> user(store.value(), user)), USER_COLUMNS);
  }

  private static JavaRDD<Row> rows(SparkSession spark, int count, Function<Integer, Row> row) {
    return spark
        .range(0, count, 1, 1 + count / PER_TASK)
        .toJavaRDD()
        .map(index -> row.call((int) (long) index));
  }

  private static Row item(Store store, int item) {
    RandomStream stream =
        RandomStream.of(store.definition().seed(), Purpose.ITEM_ATTRIBUTES, item, 0, 0);
    float[] features = store.catalogue().features(item);
    double[] direction = new double[features.length];
    List<String> tags = new ArrayList<>();
    double typical = 1 / StrictMath.sqrt(features.length);
    for (int k = 0; k < features.length; k++) {
      direction[k] = features[k];
      if (Math.abs(features[k]) > typical / 2) {
        tags.add(name(k, features[k]));
      }
    }
    String department = told(direction, stream);
    double price =
        Math.rint(100 * StrictMath.exp(2.5 + features[0] + 0.3 * stream.nextGaussian())) / 100;
    return RowFactory.create(
        ItemCatalogue.id(item),
        department,
        stream.nextUnit() < MISSING ? null : price,
        String.join("|", tags));
  }

  private static Row user(Store store, int user) {
    RandomStream stream =
        RandomStream.of(store.definition().seed(), Purpose.USER_ATTRIBUTES, user, 0, 0);
    double[] taste = store.shoppers().taste(user, store.shoppers().firstDay(user));
    return RowFactory.create(Shoppers.id(user), told(taste, stream), 18 + stream.nextBelow(60));
  }

  /** Where a direction points most, or anywhere. */
  private static String told(double[] direction, RandomStream stream) {
    boolean wrong = stream.nextUnit() < WRONG;
    int any = stream.nextBelow(2 * direction.length);
    if (wrong) {
      return name(any / 2, any % 2 == 0 ? 1 : -1);
    }
    int most = 0;
    for (int k = 1; k < direction.length; k++) {
      most = Math.abs(direction[k]) > Math.abs(direction[most]) ? k : most;
    }
    return name(most, direction[most]);
  }

  private static String name(int k, double sign) {
    return (sign > 0 ? "more-" : "less-") + k;
  }
}
