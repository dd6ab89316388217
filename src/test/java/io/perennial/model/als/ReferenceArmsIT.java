package io.perennial.model.als;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.datediff;
import static org.apache.spark.sql.functions.lit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.perennial.Progress;
import io.perennial.TestSession;
import io.perennial.distillation.DistillationOptions;
import io.perennial.distillation.DistillationOptions.Update;
import io.perennial.model.Scorer;
import io.perennial.model.TrainingEvents;
import io.perennial.model.TrainingTask;
import io.perennial.model.als.AlsHyperparameters.Confidence;
import io.perennial.model.als.AlsHyperparameters.RegScaling;
import io.perennial.model.als.AlsHyperparameters.Solver;
import io.perennial.model.history.DecayPolicy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * UCI Online Retail, nights of days 150 to 164 after a base of 150 days, arm by arm against {@code
 * als_reference.py} with BASE = REPORT = 150 and the events of days below 165, which prints
 * (NDCG@20 of returning users, mean of 11 nights): frozen 0.2340, fine-tune 0.0484, distil 0.2360,
 * distil-shrink 0.2223, exact-users 0.2409. First factors are other random numbers than there.
 */
class ReferenceArmsIT {
  private static final Path DATA = Path.of("../shared/data/online-retail");
  private static final Path DATA_BESIDE = Path.of("../../shared/data/online-retail");
  private static final int BASE = 150;
  private static final int END = 165;
  private static final int TOP = 20;
  private static final double TOLERANCE = 0.006;
  private static List<TrainingEvents.Event> events;
  private static AlsModel baseModel;

  @BeforeAll
  static void trainBase() {
    Path folder = Files.isDirectory(DATA) ? DATA : DATA_BESIDE;
    Assumptions.assumeTrue(Files.isDirectory(folder), "needs " + DATA + ", which is absent");
    List<Row> rows =
        TestSession.get()
            .read()
            .option("header", "true")
            .csv(folder.toString())
            .where(
                col("CustomerID")
                    .isNotNull()
                    .and(col("Quantity").cast("int").gt(0))
                    .and(col("UnitPrice").cast("double").gt(0)))
            .select(
                col("CustomerID"),
                col("StockCode"),
                datediff(col("InvoiceDate").cast("date"), lit("2010-12-01").cast("date")).as("day"))
            .where(col("day").lt(END))
            .distinct()
            .orderBy("day", "CustomerID", "StockCode")
            .collectAsList();
    Map<String, Integer> users = new HashMap<>();
    Map<String, Integer> items = new HashMap<>();
    events = new ArrayList<>();
    for (Row row : rows) {
      int user = users.computeIfAbsent(row.getString(0), id -> users.size());
      int item = items.computeIfAbsent(row.getString(1), id -> items.size());
      events.add(new TrainingEvents.Event(user, item, 1.0, row.getInt(2)));
    }
    baseModel =
        new AlsTrainer(parameters(1, Optional.empty()), DistillationOptions.NONE)
            .train(
                new TrainingTask<>(
                    between(0, BASE).dataset(2),
                    Optional.empty(),
                    Optional.empty(),
                    TrainingEvents.day(BASE),
                    0,
                    Progress.SILENT));
  }

  private static AlsHyperparameters parameters(int nightlySweeps, Optional<Duration> halfLife) {
    return new AlsHyperparameters(
        32,
        10,
        nightlySweeps,
        0.001,
        RegScaling.COUNT_AND_CATALOGUE,
        true,
        2.0,
        Confidence.LOG,
        4.0,
        new DecayPolicy(halfLife, DecayPolicy.Aggregate.DAY),
        2,
        Solver.LOCAL,
        0.1);
  }

  /** Events of the days [from, to). */
  private static TrainingEvents between(int from, int to) {
    TrainingEvents some = new TrainingEvents();
    for (TrainingEvents.Event e : events) {
      if (e.day() >= from && e.day() < to) {
        some.add(e.user(), e.item(), e.value(), e.day());
      }
    }
    return some;
  }

  private static double replay(Optional<AlsTrainer> trainer, Optional<Duration> halfLife) {
    AlsModel model = baseModel;
    double sum = 0;
    int nights = 0;
    Set<Integer> known = new HashSet<>();
    between(0, BASE).events().forEach(e -> known.add(e.user()));
    TreeSet<Integer> launched = new TreeSet<>();
    between(0, BASE).events().forEach(e -> launched.add(e.item()));
    for (int day = BASE; day < END; day++) {
      TrainingEvents night = between(day, day + 1);
      if (night.events().isEmpty()) {
        continue;
      }
      sum += ndcg(model, night, known, launched);
      nights++;
      if (trainer.isPresent()) {
        DecayPolicy decay = new DecayPolicy(halfLife, DecayPolicy.Aggregate.DAY);
        model =
            trainer
                .get()
                .train(
                    new TrainingTask<>(
                        night.dataset(1),
                        Optional.of(model),
                        Optional.of(between(0, day).history(decay)),
                        TrainingEvents.day(day + 1),
                        0,
                        Progress.SILENT));
      }
      night.events().forEach(e -> known.add(e.user()));
      night.events().forEach(e -> launched.add(e.item()));
    }
    assertThat(nights).isEqualTo(11);
    return sum / nights;
  }

  private static double ndcg(
      AlsModel model, TrainingEvents night, Set<Integer> known, TreeSet<Integer> launched) {
    Map<Integer, Set<Integer>> wanted = new HashMap<>();
    for (TrainingEvents.Event e : night.events()) {
      if (known.contains(e.user())) {
        wanted.computeIfAbsent(e.user(), user -> new HashSet<>()).add(e.item());
      }
    }
    int[] users = wanted.keySet().stream().mapToInt(Integer::intValue).sorted().toArray();
    Scorer scorer = model.scorer(users);
    float[] scores = new float[users.length * scorer.itemCount()];
    scorer.score(users, scores);
    double sum = 0;
    for (int n = 0; n < users.length; n++) {
      int from = n * scorer.itemCount();
      Set<Integer> bought = wanted.get(users[n]);
      float[] byItem = new float[launched.last() + 1];
      for (int item : launched) {
        // Items that the model does not know score 0, as in the reference.
        byItem[item] = scorer.knowsItem(item) ? scores[from + item] : 0;
      }
      List<Integer> ranked = new ArrayList<>(launched);
      ranked.sort((a, b) -> Float.compare(byItem[b], byItem[a]));
      double gain = 0;
      double ideal = 0;
      for (int rank = 0; rank < TOP; rank++) {
        double discount = Math.log(2) / Math.log(rank + 2);
        gain += bought.contains(ranked.get(rank)) ? discount : 0;
        ideal += rank < bought.size() ? discount : 0;
      }
      sum += gain / ideal;
    }
    return sum / users.length;
  }

  private static double distilled(double beta, double shrink) {
    DistillationOptions options =
        new DistillationOptions(beta, 0, 20, Update.DISTILLED, Update.DISTILLED, shrink, 0);
    return replay(
        Optional.of(new AlsTrainer(parameters(2, Optional.empty()), options)), Optional.empty());
  }

  @Test
  void frozenModelScoresLikeTheReference() {
    assertThat(replay(Optional.empty(), Optional.empty())).isCloseTo(0.2340, within(TOLERANCE));
  }

  @Test
  void fineTuningForgetsLikeTheReference() {
    assertThat(distilled(0, 0)).isCloseTo(0.0484, within(0.012));
  }

  @Test
  void distillationScoresLikeTheReference() {
    assertThat(distilled(1, 0)).isCloseTo(0.2360, within(TOLERANCE));
  }

  @Test
  void distillationWithShrinkingScoresLikeTheReference() {
    assertThat(distilled(1, 1.0 / 3)).isCloseTo(0.2223, within(TOLERANCE));
  }

  @Test
  void exactUsersScoreLikeTheReference() {
    Optional<Duration> halfLife = Optional.of(Duration.ofDays(60));
    AlsTrainer trainer = new AlsTrainer(parameters(1, halfLife), DistillationOptions.DEFAULT);
    assertThat(replay(Optional.of(trainer), halfLife)).isCloseTo(0.2409, within(TOLERANCE));
  }
}
