package io.perennial.pipeline.backtest;

import io.perennial.config.PipelineDefinition;
import io.perennial.evaluation.Comparison;
import io.perennial.evaluation.EvaluationWindow;
import io.perennial.evaluation.Evaluator;
import io.perennial.evaluation.Segment;
import io.perennial.evaluation.Subject;
import io.perennial.evaluation.WindowBuilder;
import io.perennial.evaluation.baseline.PopularityScorer;
import io.perennial.model.history.DecayPolicy;
import io.perennial.pipeline.backtest.Arm.Retention;
import io.perennial.registry.BacktestRow;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Scores the arms of a replay: on tonight, and on what was kept of early nights. */
final class NightScoring {
  private static final List<Segment> SEGMENTS =
      List.of(
          Segment.ALL,
          Segment.RETURNING,
          Segment.FIRST_TIME,
          Segment.REPEAT,
          Segment.NEW,
          Segment.SECOND_NIGHT);

  private final PipelineDefinition pipeline;
  private final List<Arm> arms;
  private final WindowBuilder windows;
  private final Evaluator evaluator;
  private final Map<LocalDate, EvaluationWindow> frozen = new LinkedHashMap<>();

  NightScoring(SparkSession spark, PipelineDefinition pipeline, DecayPolicy decay, List<Arm> arms) {
    this.pipeline = pipeline;
    this.arms = arms;
    this.windows =
        new WindowBuilder(
            pipeline.evaluation().maximalUsers(), decay, pipeline.seed(), pipeline.judged());
    this.evaluator =
        new Evaluator(
            JavaSparkContext.fromSparkContext(spark.sparkContext()),
            pipeline.evaluation(),
            pipeline.feedback());
  }

  /** Scores every arm on a night that none has learnt. */
  void score(Replay replay, Dataset<Row> night, LocalDate day, NightFigures figures) {
    figures.add(
        BacktestRow.PREQUENTIAL,
        compare(replay, night, day, arms, SEGMENTS),
        pipeline.evaluation());
  }

  /**
   * Some arms on a night that none has learnt.
   *
   * @param paired segments whose replicates are kept
   */
  Comparison compare(
      Replay replay, Dataset<Row> night, LocalDate day, List<Arm> some, List<Segment> paired) {
    EvaluationWindow window = window(replay, night, day);
    List<Subject> subjects =
        subjects(
            some, Audience.of(window, replay.statistics(), replay.begin(day), replay.histories()));
    return evaluator.compare(
        window,
        subjects,
        PopularityScorer.recent(replay.statistics(), replay.begin(day)),
        replay.statistics(),
        pipeline.seed(),
        "backtest/" + day,
        paired);
  }

  private EvaluationWindow window(Replay replay, Dataset<Row> night, LocalDate day) {
    return windows.build(
        BacktestRow.PREQUENTIAL,
        night,
        Optional.of(replay.history()),
        Optional.empty(),
        Optional.of(replay.statistics()),
        replay.begin(day));
  }

  private static List<Subject> subjects(List<Arm> arms, Audience audience) {
    return arms.stream().map(arm -> new Subject(arm.name(), arm.scorer(audience))).toList();
  }

  /** Keeps the events of some users of a night, to be looked back at. */
  void freeze(Replay replay, Dataset<Row> night, LocalDate day) {
    frozen.put(
        day,
        WindowBuilder.bounded(
            window(replay, night, day),
            BacktestRow.FROZEN + day,
            pipeline.evaluation().frozenUsers(),
            pipeline.seed()));
  }

  /** The models, and popularity, on the frozen window of tonight before it is learnt. */
  void lookAtUnlearnt(Replay replay, LocalDate day, NightFigures figures) {
    Instant now = replay.begin(day);
    EvaluationWindow window = frozen.get(day);
    List<Subject> subjects = new ArrayList<>(models(replay, window, now));
    if (subjects.isEmpty()) {
      return;
    }
    if (pipeline.evaluation().primaryMetric().isRanking()) {
      subjects.add(new Subject(Subject.POPULARITY, PopularityScorer.of(replay.statistics())));
    }
    figures.addPrimary(
        BacktestRow.UNLEARNT + day, compare(replay, window, subjects), pipeline.evaluation());
  }

  /** The models on every frozen window so far, after tonight was learnt. */
  void lookBack(Replay replay, LocalDate day, NightFigures figures) {
    frozen.forEach(
        (of, window) -> {
          List<Subject> subjects = models(replay, window, replay.begin(day.plusDays(1)));
          if (!subjects.isEmpty()) {
            figures.addPrimary(
                BacktestRow.FROZEN + of, compare(replay, window, subjects), pipeline.evaluation());
          }
        });
  }

  private List<Subject> models(Replay replay, EvaluationWindow window, Instant now) {
    Audience audience = Audience.of(window, replay.statistics(), now, replay.histories());
    return arms.stream()
        .filter(arm -> arm.retention() == Retention.MEASURED)
        .map(arm -> new Subject(arm.name(), arm.remembered(audience)))
        .toList();
  }

  private Comparison compare(Replay replay, EvaluationWindow window, List<Subject> subjects) {
    return evaluator.compare(
        window,
        subjects,
        PopularityScorer.of(replay.statistics()),
        replay.statistics(),
        pipeline.seed(),
        window.name(),
        List.of());
  }
}
