package io.perennial.model.embedding;

import io.perennial.Progress;
import io.perennial.TestSession;
import io.perennial.event.EventColumns;
import io.perennial.model.Scorer;
import io.perennial.model.TrainingEvents;
import io.perennial.model.TrainingTask;
import io.perennial.model.feature.EntityFeatures;
import io.perennial.model.feature.FeatureTable;
import io.perennial.model.feature.FeatureTables;
import io.perennial.model.feature.TagColumn;
import io.perennial.pipeline.FeatureReader;
import io.perennial.simulation.GroundTruth;
import io.perennial.simulation.RawFormat;
import io.perennial.simulation.StoreAttributes;
import io.perennial.simulation.StoreDefinition;
import io.perennial.simulation.StoreGenerator;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * A generated store whose tastes are known and to which items and users come every day: what is
 * known of them after the first night in which they occur, with features and without.
 */
public final class FirstNight {
  /** Days that the training from scratch learns. */
  private static final int BASE = 30;

  /** Days of the night. */
  private static final int NIGHT = 2;

  /** Days after the night on whose events ranks are taken. */
  private static final int AFTER = 3;

  private static final LocalDate FIRST = LocalDate.of(2025, 1, 1);

  private final SparkSession spark = TestSession.get();
  private final StoreDefinition store;
  private final Path folder;
  private final Map<String, Integer> users = new HashMap<>();
  private final Map<String, Integer> items = new HashMap<>();
  private final float[][] tastes;
  private final float[][] traits;
  private final int[] launched;
  private final int[] came;

  /**
   * What is known after the night.
   *
   * @param tonight of items that came tonight: mean over users of the correlation of their scores
   *     with how well they meet the user's taste
   * @param unseen the same of items that have no event yet; NaN where they have no row
   * @param old the same of items that came before
   * @param newcomers of users who came tonight, over old items
   * @param rank mean place, from 0 to 1, of tonight's items among all when they are taken in the
   *     days after
   */
  public record Figures(double tonight, double unseen, double old, double newcomers, double rank) {}

  /**
   * @param folder new, for the store's files
   */
  public FirstNight(StoreDefinition.Feedback feedback, Path folder) {
    this.store = store(feedback);
    this.folder = folder;
    StoreGenerator.generate(spark, store, folder.toString(), Progress.SILENT);
    List<Row> allItems = rows("truth/" + GroundTruth.ITEMS, "item_id", "features", "launched");
    traits = new float[allItems.size()][];
    launched = new int[allItems.size()];
    for (Row row : allItems) {
      int item = items.size();
      items.put(row.getString(0), item);
      traits[item] = floats(row.getList(1));
      launched[item] = day(row, 2);
    }
    List<Row> allUsers = rows("truth/" + GroundTruth.USERS, "user_id", "first_day");
    tastes = new float[allUsers.size()][];
    came = new int[allUsers.size()];
    for (Row row : allUsers) {
      came[users.size()] = day(row, 1);
      users.put(row.getString(0), users.size());
    }
    for (Row row : rows("truth/" + GroundTruth.USER_TASTES, "user_id", "taste")) {
      tastes[users.get(row.getString(0))] = floats(row.getList(1));
    }
  }

  private static StoreDefinition store(StoreDefinition.Feedback feedback) {
    return new StoreDefinition(
        5L,
        500,
        200,
        BASE + NIGHT + AFTER,
        FIRST,
        ZoneOffset.UTC,
        2_000,
        6,
        feedback == StoreDefinition.Feedback.RATINGS ? 1.5 : 6,
        0.5,
        0.5,
        5,
        0,
        0,
        0,
        12,
        0,
        0,
        6,
        0,
        0,
        0,
        1,
        60,
        feedback,
        RawFormat.CSV_GZ);
  }

  private List<Row> rows(String table, String id, String... more) {
    return spark.read().parquet(folder + "/" + table).select(id, more).orderBy(id).collectAsList();
  }

  private static int day(Row row, int column) {
    return (int) (row.getDate(column).toLocalDate().toEpochDay() - FIRST.toEpochDay());
  }

  private static float[] floats(List<Float> values) {
    float[] floats = new float[values.size()];
    for (int n = 0; n < floats.length; n++) {
      floats[n] = values.get(n);
    }
    return floats;
  }

  /** The tables of features that the store has. */
  public FeatureTables tables() {
    return new FeatureTables(
        Optional.of(
            new FeatureTable(
                folder + "/attributes/" + StoreAttributes.ITEMS,
                "item_id",
                List.of("department"),
                List.of("price"),
                List.of(new TagColumn("tags", Optional.of("|"))))),
        Optional.of(
            new FeatureTable(
                folder + "/attributes/" + StoreAttributes.USERS,
                "user_id",
                List.of("segment"),
                List.of("age"),
                List.of())));
  }

  private static Dataset<Row> table(
      SparkSession spark, Map<String, Integer> indices, String index) {
    List<Row> rows = new ArrayList<>();
    indices.forEach((id, place) -> rows.add(RowFactory.create(id, place)));
    return spark.createDataFrame(
        rows, new StructType().add("id", DataTypes.StringType).add(index, DataTypes.IntegerType));
  }

  /** Features by index, as a night reads them. */
  public EntityFeatures features(FeatureTables tables) {
    return new FeatureReader(spark)
        .read(
            tables,
            rows ->
                rows.join(
                    table(spark, items, EventColumns.ITEM_INDEX)
                        .withColumnRenamed("id", EventColumns.ITEM),
                    EventColumns.ITEM),
            table(spark, users, "index"));
  }

  private Dataset<Row> events(int from, int count) {
    List<Row> rows = new ArrayList<>();
    for (Row event :
        StoreGenerator.events(spark, store, from, count)
            .select("user_id", "item_id", "value", "event_time", "event_date")
            .orderBy("event_time", "user_id", "item_id")
            .collectAsList()) {
      rows.add(
          RowFactory.create(
              users.get(event.getString(0)),
              items.get(event.getString(1)),
              event.getDouble(2),
              event.get(3),
              event.get(4)));
    }
    return spark.createDataFrame(rows, TrainingEvents.SCHEMA);
  }

  private EmbeddingModel learn(
      EmbeddingFamily family,
      Optional<EmbeddingModel> parent,
      EntityFeatures features,
      int from,
      int count) {
    return family
        .trainer()
        .train(
            new TrainingTask<EmbeddingModel>(
                    events(from, count),
                    parent,
                    Optional.empty(),
                    FIRST.plusDays(from + count).atStartOfDay(ZoneOffset.UTC).toInstant(),
                    1,
                    Progress.SILENT)
                .with(features));
  }

  /** The training from scratch. */
  public EmbeddingModel base(EmbeddingFamily family, EntityFeatures features) {
    return learn(family, Optional.empty(), features, 0, BASE);
  }

  /** The night after it. */
  public EmbeddingModel night(
      EmbeddingFamily family, EmbeddingModel base, EntityFeatures features) {
    return learn(family, Optional.of(base), features, BASE, NIGHT);
  }

  /** Learns base and night, and measures. */
  public Figures measured(EmbeddingOptions options, FeatureTables tables) {
    EmbeddingFamily family = new EmbeddingFamily(options, EmbeddingDistillation.NONE);
    EntityFeatures features = features(tables);
    return figures(night(family, base(family, features), features));
  }

  private Figures figures(EmbeddingModel model) {
    return new Figures(
        correlation(model, 0, BASE, BASE, BASE + NIGHT),
        correlation(model, 0, BASE, BASE + NIGHT, store.days()),
        correlation(model, 0, BASE, 0, BASE),
        correlation(model, BASE, BASE + NIGHT, 0, BASE),
        rank(model));
  }

  private float[] scores(EmbeddingModel model, int user) {
    Scorer scorer = model.scorer(new int[] {user});
    float[] scores = new float[scorer.itemCount()];
    if (scorer.knowsUser(user)) {
      scorer.score(new int[] {user}, scores);
      return scores;
    }
    return new float[0];
  }

  /** Over users who came, and items that were launched, in some days. */
  private double correlation(
      EmbeddingModel model, int usersFrom, int usersTo, int itemsFrom, int itemsTo) {
    double sum = 0;
    int count = 0;
    for (int user = 0; user < tastes.length; user++) {
      if (came[user] < usersFrom || came[user] >= usersTo) {
        continue;
      }
      float[] scores = scores(model, user);
      List<double[]> pairs = new ArrayList<>();
      for (int item = 0; item < scores.length; item++) {
        if (launched[item] >= itemsFrom
            && launched[item] < itemsTo
            && Float.isFinite(scores[item])) {
          pairs.add(new double[] {scores[item], match(user, item)});
        }
      }
      if (pairs.size() > 2) {
        sum += correlation(pairs);
        count++;
      }
    }
    return count == 0 ? Double.NaN : sum / count;
  }

  private double match(int user, int item) {
    double sum = 0;
    for (int c = 0; c < tastes[user].length; c++) {
      sum += tastes[user][c] * traits[item][c];
    }
    return sum;
  }

  private static double correlation(List<double[]> pairs) {
    double[] mean = new double[2];
    for (double[] pair : pairs) {
      mean[0] += pair[0] / pairs.size();
      mean[1] += pair[1] / pairs.size();
    }
    double both = 0;
    double first = 0;
    double second = 0;
    for (double[] pair : pairs) {
      both += (pair[0] - mean[0]) * (pair[1] - mean[1]);
      first += (pair[0] - mean[0]) * (pair[0] - mean[0]);
      second += (pair[1] - mean[1]) * (pair[1] - mean[1]);
    }
    return first == 0 ? 0 : both / Math.sqrt(first * second);
  }

  private double rank(EmbeddingModel model) {
    double sum = 0;
    int count = 0;
    Map<Integer, float[]> byUser = new HashMap<>();
    for (Row event : events(BASE + NIGHT, AFTER).collectAsList()) {
      int item = event.getInt(1);
      if (launched[item] < BASE || launched[item] >= BASE + NIGHT) {
        continue;
      }
      float[] scores = byUser.computeIfAbsent(event.getInt(0), user -> scores(model, user));
      if (item < scores.length && Float.isFinite(scores[item])) {
        int better = 0;
        int all = 0;
        for (int other = 0; other < scores.length; other++) {
          if (Float.isFinite(scores[other]) && launched[other] < BASE + NIGHT) {
            all++;
            better += scores[other] > scores[item] ? 1 : 0;
          }
        }
        sum += (double) better / all;
        count++;
      }
    }
    return sum / count;
  }
}
