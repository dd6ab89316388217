package io.perennial.registry;

import io.perennial.evaluation.Classification;
import io.perennial.evaluation.ClassificationReport;
import io.perennial.evaluation.Estimate;
import io.perennial.evaluation.EvaluationWindow;
import io.perennial.evaluation.Evidence;
import io.perennial.evaluation.InputProfile;
import io.perennial.evaluation.Measurement;
import io.perennial.evaluation.Metric;
import io.perennial.evaluation.Segment;
import io.perennial.evaluation.UserCase;
import io.perennial.gate.Finding;
import io.perennial.model.ModelState;
import io.perennial.model.ModelState.Companion;
import io.perennial.model.RememberedEvents;
import io.perennial.model.TrainingLoss;
import io.perennial.model.history.HistoryTable;
import io.perennial.model.history.ItemStatistics;
import io.perennial.model.history.Past;
import io.perennial.slice.EventSlice;
import io.perennial.slice.Watermark;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;

/** Nights for tests of the registry: every value of a row says which version wrote it. */
record Nights(SparkSession spark, ModelRegistry registry, String pipeline) {
  static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  /** What a version's rows ought to be. */
  record Truth(ModelVersion version, MemoryFactors users, MemoryFactors items) {}

  Truth promoted(long version, Truth parent, int... touched) {
    return register(version, parent, true, touched);
  }

  Truth rejected(long version, Truth parent, int... touched) {
    return register(version, parent, false, touched);
  }

  private Truth register(long version, Truth parent, boolean promote, int... touched) {
    Truth truth = plan(version, parent, promote, touched);
    registry.register(record(truth, promote, touched));
    return truth;
  }

  Truth plan(long version, Truth parent, boolean promote, int... touched) {
    MemoryFactors changed = MemoryFactors.of(spark, version, touched);
    MemoryFactors users = parent == null ? changed : parent.users.overlaidBy(changed);
    MemoryFactors items = parent == null ? changed : parent.items.overlaidBy(changed);
    Optional<ModelVersion> from = Optional.ofNullable(parent).map(Truth::version);
    ModelVersion row =
        new ModelVersion(
            pipeline,
            version,
            from.map(ModelVersion::version),
            registry.plannedRowVersions(version, from),
            promote ? ModelVersion.Status.PROMOTED : ModelVersion.Status.REJECTED,
            "als",
            slice(version),
            "run-" + version,
            40 + version,
            "digest",
            Map.of("rows", "10"),
            Map.of("gramian", new double[] {version, 0.5, 1e-9}),
            Map.of(
                "rank",
                "2",
                ModelState.ITEM_SUMS_WIDTH,
                "2",
                "companion.user_moments",
                "2",
                "remembered_events",
                "3"),
            START.plusSeconds(86_400 * version));
    return new Truth(row, users, items);
  }

  NightRecord record(Truth truth, boolean promote, int... touched) {
    long version = truth.version.version();
    boolean scratch = truth.version.parent().isEmpty();
    MemoryFactors changed = MemoryFactors.of(spark, version, touched);
    return new NightRecord(
        truth.version,
        new ModelState(
            "als",
            truth.users,
            truth.items,
            scratch ? Optional.empty() : Optional.of(changed),
            scratch ? Optional.empty() : Optional.of(changed),
            Optional.of(truth.items),
            scratch ? Optional.empty() : Optional.of(changed),
            Map.of(
                "user_moments",
                new Companion(truth.users, scratch ? Optional.empty() : Optional.of(changed))),
            Optional.of(remembered(version)),
            truth.version.arrays(),
            truth.version.attributes()),
        history(version, touched),
        statistics(version, touched),
        Optional.of(window(version)),
        List.of(
            new Measurement(
                "candidate",
                "validation",
                Segment.ALL,
                Metric.NDCG,
                OptionalInt.of(20),
                new Estimate(0.1 * version, 0.05, 0.2, 30)),
            new Measurement(
                "candidate",
                "validation",
                Segment.ALL,
                Metric.AUC,
                OptionalInt.empty(),
                new Estimate(Double.NaN, Double.NaN, Double.NaN, 0))),
        List.of(
            new Classification(
                "candidate",
                "validation",
                ClassificationReport.ofRatings(
                    new double[] {9, 2, 8, 4}, new double[] {8, 3, 5, 4}, 7))),
        List.of(evidence(version, "prequential"), evidence(version, "validation")),
        List.of(
            new InputProfile(
                LocalDate.of(2026, 1, 1).plusDays(version), 1, Map.of("rows", 10.0 + version))),
        List.of(new TrainingLoss(1, "training", 0.5), new TrainingLoss(2, "training", 0.25)),
        List.of(
            new Finding("minimum", "0.1", "0.2", Finding.Outcome.PASSED, "fine"),
            new Finding("drift", "3", "9", Finding.Outcome.FAILED, "it's \"far\" \\ off")),
        List.of(
            new SliceState(
                Long.toString(version),
                truth.version.slice(),
                promote ? SliceState.State.CONSUMED : SliceState.State.PENDING,
                version,
                truth.version.runId())),
        promote);
  }

  /** Three events with numbers that are kept only where nothing is rounded. */
  static RememberedEvents remembered(long version) {
    return new RememberedEvents(
        new int[] {1, 3, Integer.MAX_VALUE},
        new int[] {9, 0, (int) version},
        new int[] {0, 2, 1},
        new float[] {1, -0.1f, Float.MIN_VALUE},
        new long[] {-62_135_596_800_001L, version, 1_767_225_600_123L},
        new float[] {0.1f + version, -Float.MAX_VALUE, 1e-30f});
  }

  static EventSlice slice(long version) {
    return new EventSlice(
        "table",
        version == 1 ? Watermark.NOTHING : new Watermark(version - 1, START.plusSeconds(version)),
        new Watermark(version, START.plusSeconds(version + 1)));
  }

  OpenedRun run(long version) {
    return new OpenedRun(
        "run-" + version,
        pipeline,
        "retrain",
        Optional.empty(),
        version,
        version == 1 ? Optional.empty() : Optional.of(version - 1),
        slice(version),
        40 + version,
        "digest");
  }

  static Evidence evidence(long version, String window) {
    return new Evidence(
        "candidate",
        "parent",
        window,
        Segment.RETURNING,
        Metric.NDCG,
        20,
        7,
        version,
        1.5,
        new double[] {version, 2},
        new double[] {3, 4},
        new double[] {5, 6});
  }

  static EvaluationWindow window(long version) {
    BitSet old = new BitSet();
    old.set(0, 3);
    old.set(100 + (int) version);
    return new EvaluationWindow(
        "validation",
        List.of(
            new UserCase(
                3,
                new int[] {1, 9},
                new float[] {1, 2},
                new Past(new int[] {4}, new float[] {0.5f}, new int[] {2}, new long[] {version})),
            new UserCase((int) version + 10, new int[] {7}, new float[] {1}, Past.NONE)),
        99,
        old);
  }

  Dataset<Row> history(long version, int... users) {
    List<Row> rows = new ArrayList<>();
    for (int user : users) {
      rows.add(
          RowFactory.create(
              user,
              new Integer[] {1, 5},
              new Float[] {(float) version, 0.5f},
              new Float[] {1f, (float) user},
              new Integer[] {user, 3},
              new Long[] {version, version + 1}));
    }
    return spark.createDataFrame(rows, HistoryTable.SCHEMA);
  }

  Dataset<Row> statistics(long version, int... items) {
    List<Row> rows = new ArrayList<>();
    for (int item : items) {
      rows.add(
          RowFactory.create(
              item,
              (float) version,
              version + 0.5f,
              version + 0.25f,
              (int) version,
              version - 1,
              version));
    }
    return spark.createDataFrame(rows, ItemStatistics.SCHEMA);
  }
}
