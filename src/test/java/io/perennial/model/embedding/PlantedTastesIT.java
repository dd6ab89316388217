package io.perennial.model.embedding;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.assertj.core.api.Assertions.assertThat;

import io.perennial.Progress;
import io.perennial.TestSession;
import io.perennial.model.Scorer;
import io.perennial.model.TrainingEvents;
import io.perennial.model.TrainingTask;
import io.perennial.model.embedding.replay.Replay;
import io.perennial.model.embedding.step.Adam;
import io.perennial.model.embedding.step.Objective;
import io.perennial.model.embedding.step.Recipe;
import io.perennial.model.embedding.step.Similarity;
import io.perennial.model.embedding.step.Teaching;
import io.perennial.simulation.GroundTruth;
import io.perennial.simulation.RawFormat;
import io.perennial.simulation.StoreDefinition;
import io.perennial.simulation.StoreGenerator;
import java.nio.file.Path;
import java.sql.Timestamp;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A generated store whose tastes are known: the model learns them, follows those that drift, and
 * keeps those of a group that stays away. Measured as the mean over users of the correlation, over
 * all items, between scores and how well the items truly meet the user's taste.
 */
class PlantedTastesIT {
  private static final int DAYS = 60;
  private static final int BASE = 30;
  private static final int NIGHT = 5;
  private static final LocalDate FIRST = LocalDate.of(2025, 1, 1);

  private final Map<String, Integer> users = new HashMap<>();
  private final Map<String, Integer> items = new HashMap<>();

  private static StoreDefinition store() {
    return new StoreDefinition(
        3L,
        300,
        120,
        DAYS,
        FIRST,
        ZoneOffset.UTC,
        1_500,
        4,
        1.5,
        0.3,
        0.5,
        0,
        0.05,
        0.4,
        0.2,
        0,
        0,
        0,
        8,
        0,
        0,
        0,
        1,
        1,
        StoreDefinition.Feedback.RATINGS,
        RawFormat.CSV_GZ);
  }

  private static EmbeddingFamily family(EmbeddingDistillation distillation) {
    EmbeddingOptions options = EmbeddingOptions.ratings().withEpochs(15, 5);
    Recipe recipe =
        new Recipe(
            Objective.RATING,
            Similarity.COSINE,
            8,
            true,
            1,
            32,
            1,
            Adam.DEFAULT.withLearningRate(0.01),
            1,
            0.1,
            2,
            0,
            0);
    return new EmbeddingFamily(options.with(recipe), distillation);
  }

  private EmbeddingModel learn(
      EmbeddingFamily family, Optional<EmbeddingModel> parent, int from, int count) {
    SparkSession spark = TestSession.get();
    List<Row> rows = new ArrayList<>();
    for (Row event :
        StoreGenerator.events(spark, store(), from, count)
            .select("user_id", "item_id", "value", "event_time", "event_date")
            .orderBy("event_time", "user_id", "item_id")
            .collectAsList()) {
      rows.add(
          RowFactory.create(
              users.computeIfAbsent(event.getString(0), id -> users.size()),
              items.computeIfAbsent(event.getString(1), id -> items.size()),
              event.getDouble(2),
              event.<Timestamp>getAs(3),
              event.get(4)));
    }
    return family
        .trainer()
        .train(
            new TrainingTask<>(
                spark.createDataFrame(rows, TrainingEvents.SCHEMA),
                parent,
                Optional.empty(),
                FIRST.plusDays(from + count).atStartOfDay(ZoneOffset.UTC).toInstant(),
                1,
                Progress.SILENT));
  }

  /** Mean correlation of a group's scores with how well items meet its tastes of a day. */
  private double correlation(EmbeddingModel model, Path truth, String group, int day) {
    SparkSession spark = TestSession.get();
    float[][] features = new float[items.size()][];
    for (Row row : spark.read().parquet(truth + "/" + GroundTruth.ITEMS).collectAsList()) {
      Integer item = items.get(row.getString(0));
      if (item != null) {
        features[item] = floats(row.getList(1));
      }
    }
    List<Row> tastes =
        spark
            .read()
            .parquet(truth + "/" + GroundTruth.USER_TASTES)
            .where(col("epoch").equalTo(lit(day)))
            .join(spark.read().parquet(truth + "/" + GroundTruth.USERS), "user_id")
            .where(col("user_group").equalTo(lit(group)))
            .select("user_id", "taste")
            .orderBy("user_id")
            .collectAsList();
    double sum = 0;
    int count = 0;
    for (Row row : tastes) {
      Integer user = users.get(row.getString(0));
      if (user == null) {
        continue;
      }
      Scorer scorer = model.scorer(new int[] {user});
      if (!scorer.knowsUser(user)) {
        continue;
      }
      float[] scores = new float[scorer.itemCount()];
      scorer.score(new int[] {user}, scores);
      sum += correlation(scores, features, floats(row.getList(1)));
      count++;
    }
    assertThat(count).isGreaterThan(30);
    return sum / count;
  }

  private static float[] floats(List<Float> values) {
    float[] floats = new float[values.size()];
    for (int n = 0; n < floats.length; n++) {
      floats[n] = values.get(n);
    }
    return floats;
  }

  private static double correlation(float[] scores, float[][] features, float[] taste) {
    double sx = 0;
    double sy = 0;
    double sxx = 0;
    double syy = 0;
    double sxy = 0;
    int n = 0;
    for (int item = 0; item < scores.length; item++) {
      if (Float.isNaN(scores[item])) {
        continue;
      }
      double y = 0;
      for (int c = 0; c < taste.length; c++) {
        y += taste[c] * features[item][c];
      }
      sx += scores[item];
      sy += y;
      sxx += scores[item] * scores[item];
      syy += y * y;
      sxy += scores[item] * y;
      n++;
    }
    return (sxy - sx * sy / n) / Math.sqrt((sxx - sx * sx / n) * (syy - sy * sy / n));
  }

  @Test
  void tastesAreLearntFollowedAndKept(@TempDir Path folder) {
    StoreGenerator.generate(TestSession.get(), store(), folder + "/store", Progress.SILENT);
    Path truth = folder.resolve("store/truth");
    EmbeddingFamily family =
        family(
            new EmbeddingDistillation(
                new Teaching(0, 1, 0.2, 0, 8, 4, 0),
                EmbeddingDistillation.Strength.FIXED,
                new Replay(20, Replay.Owner.USER, Replay.Selection.RESERVOIR, 1)));
    EmbeddingModel base = learn(family, Optional.empty(), 0, BASE);
    EmbeddingModel now = base;
    for (int day = BASE; day < DAYS; day += NIGHT) {
      now = learn(family, Optional.of(now), day, NIGHT);
    }
    int last = DAYS - 1;
    double learnt = correlation(base, truth, "steady", BASE - 1);
    double steady = correlation(now, truth, "steady", last);
    double stale = correlation(base, truth, "drifting", last);
    double followed = correlation(now, truth, "drifting", last);
    double retiredBefore = correlation(base, truth, "retired", BASE - 1);
    double retired = correlation(now, truth, "retired", last);
    assertThat(learnt).as("learnt").isGreaterThan(0.9);
    assertThat(steady).as("steady").isGreaterThan(0.9);
    assertThat(stale).as("drifted away from what was learnt").isLessThan(0);
    assertThat(followed).as("followed").isGreaterThan(0.6);
    assertThat(retired).as("kept").isGreaterThan(0.95 * retiredBefore);
  }
}
