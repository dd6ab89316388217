package io.perennial.pipeline.backtest;

import io.perennial.Progress;
import io.perennial.QueryExecutionMode;
import io.perennial.config.PipelineDefinition;
import io.perennial.evaluation.EvaluationWindow;
import io.perennial.evaluation.WindowBuilder;
import io.perennial.model.history.DecayPolicy;
import io.perennial.model.history.HistoryBuilder;
import io.perennial.model.history.HistoryTable;
import io.perennial.model.history.InteractionHistory;
import io.perennial.model.history.ItemStatistics;
import io.perennial.model.history.ItemStatisticsBuilder;
import io.perennial.pipeline.backtest.Arm.Learnt;
import io.perennial.pipeline.backtest.Arm.Memory;
import io.perennial.pipeline.backtest.ReplayedNight.Span;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** What all arms know, as it grows from night to night. */
final class Replay {
  private final SparkSession spark;
  private final PipelineDefinition pipeline;
  private final ReplayedEvents events;
  private final List<Arm> arms;
  private final DecayPolicy decay;
  private final ItemStatisticsBuilder itemCounts;
  private final Map<DecayPolicy, ReplayedHistory> histories = new HashMap<>();
  private ItemStatistics statistics = ItemStatistics.NONE;
  private int learnt;
  private int end;
  private int number;

  /**
   * @param decay of the pipeline: how what users had before fades
   */
  Replay(
      SparkSession spark,
      PipelineDefinition pipeline,
      DecayPolicy decay,
      ReplayedEvents events,
      List<Arm> arms) {
    this.spark = spark;
    this.pipeline = pipeline;
    this.events = events;
    this.arms = new ArrayList<>(arms);
    this.decay = decay;
    this.itemCounts = new ItemStatisticsBuilder(decay.aggregate());
    histories.put(decay, history(decay));
    arms.forEach(arm -> arm.reads().ifPresent(d -> histories.computeIfAbsent(d, this::history)));
  }

  private ReplayedHistory history(DecayPolicy policy) {
    return new ReplayedHistory(spark, new HistoryBuilder(policy, pipeline.zone()));
  }

  /** What users did before tonight, as windows need it. */
  HistoryTable history() {
    return histories.get(decay);
  }

  /** What users did before tonight, by how counts fade: of every policy that an arm reads. */
  Map<DecayPolicy, HistoryTable> histories() {
    return Map.copyOf(histories);
  }

  /** Items as of before tonight. */
  ItemStatistics statistics() {
    return statistics;
  }

  /** The first instant of a day. */
  Instant begin(LocalDate day) {
    return day.atStartOfDay(pipeline.zone()).toInstant();
  }

  /**
   * Begins with all events before an instant.
   *
   * @param soon whether the first night is scored or learnt by the arms that remember one night
   *     alone
   */
  void begin(Instant baseEnd, Skipping soon) {
    end = events.before(baseEnd);
    Dataset<Row> base = events.dataset(0, end);
    try {
      ReplayedNight night =
          new ReplayedNight(
              0,
              base,
              end,
              () -> base,
              end,
              begin -> new Span(base, end),
              ItemStatistics.NONE,
              Map.of(),
              () -> choices(base, baseEnd),
              baseEnd,
              pipeline.seed(),
              events.featuresBefore(end));
      for (Arm arm : arms) {
        if (arm.memory() == Memory.EVERY_NIGHT || soon == Skipping.NOTHING) {
          sized(
              end,
              () -> {
                arm.begin(night);
                return null;
              });
        }
      }
      histories.values().forEach(history -> history.begin(base));
      statistics = itemCounts.after(statistics, base, InteractionHistory.empty());
      learnt = end;
    } finally {
      base.unpersist(false);
    }
  }

  /** Whether arms that remember the last night alone may leave a night out. */
  enum Skipping {
    NOTHING,
    WHAT_NOBODY_NEEDS
  }

  /** The events of a day, which must come after what was learnt; the caller releases them. */
  Dataset<Row> open(LocalDate day) {
    end = events.before(begin(day.plusDays(1)));
    return sized(rows(), () -> events.dataset(learnt, end));
  }

  /** Runs work on the events of the night that was opened last. */
  void tonight(Runnable work) {
    sized(
        rows(),
        () -> {
          work.run();
          return null;
        });
  }

  /** Some arms are replayed no longer. */
  void retire(List<Arm> leaving) {
    arms.removeAll(leaving);
  }

  /** Number of events of the night that was opened last. */
  long rows() {
    return end - learnt;
  }

  /** Every arm learns the night that was opened last; what it took, by arm. */
  Map<String, Learnt> learn(LocalDate day, Dataset<Row> night, Skipping skipping, Progress told) {
    number++;
    Instant nightEnd = begin(day.plusDays(1));
    Supplier<Choices> choices = once(() -> choices(night, begin(day)));
    List<Dataset<Row>> lent = new ArrayList<>();
    ReplayedNight replayed =
        new ReplayedNight(
            number,
            night,
            rows(),
            () -> events.everythingBefore(nightEnd),
            end,
            begin -> since(begin, night, lent),
            statistics,
            Map.copyOf(histories),
            choices,
            nightEnd,
            pipeline.seed(),
            events.featuresBefore(end));
    Map<String, Learnt> took = new LinkedHashMap<>();
    try {
      for (Arm arm : arms) {
        boolean everyNight = arm.memory() == Memory.EVERY_NIGHT;
        if (everyNight || skipping == Skipping.NOTHING) {
          took.put(arm.name(), sized(everyNight ? rows() : end, () -> arm.learn(replayed)));
        }
        told.advance(1);
      }
    } finally {
      lent.forEach(events -> events.unpersist(false));
    }
    int[] users = events.users(learnt, end);
    tonight(
        () -> {
          statistics = itemCounts.after(statistics, night, history().rows(users));
          histories.values().forEach(history -> history.add(users, night));
        });
    learnt = end;
    return took;
  }

  /**
   * Events up to the end of the night that was opened last: its own, or these with earlier ones.
   */
  private Span since(Instant begin, Dataset<Row> night, List<Dataset<Row>> lent) {
    int from = events.before(begin);
    if (from == learnt) {
      return new Span(night, rows());
    }
    Dataset<Row> span = events.dataset(from, end);
    lent.add(span);
    return new Span(span, end - from);
  }

  /** What users do in a night, and what is known now, before it. */
  private Choices choices(Dataset<Row> night, Instant begin) {
    EvaluationWindow window =
        new WindowBuilder(
                pipeline.evaluation().maximalUsers(), decay, pipeline.seed(), pipeline.judged())
            .build(
                "night",
                night,
                Optional.of(history()),
                Optional.empty(),
                Optional.of(statistics),
                begin);
    return new Choices(Audience.of(window, statistics, begin, histories()), window);
  }

  private static <T> Supplier<T> once(Supplier<T> work) {
    List<T> done = new ArrayList<>(1);
    return () -> {
      if (done.isEmpty()) {
        done.add(work.get());
      }
      return done.get(0);
    };
  }

  /** Interprets the queries over few rows and compiles those over many, as a night does. */
  private <T> T sized(long rows, Supplier<T> work) {
    QueryExecutionMode mode = QueryExecutionMode.interpreted(spark);
    try {
      mode.fit(rows);
      return work.get();
    } finally {
      mode.restore();
    }
  }
}
