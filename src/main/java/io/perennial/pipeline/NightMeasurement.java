package io.perennial.pipeline;

import io.perennial.config.PipelineDefinition;
import io.perennial.evaluation.Comparison;
import io.perennial.evaluation.EvaluationWindow;
import io.perennial.evaluation.Evaluator;
import io.perennial.evaluation.Subject;
import io.perennial.evaluation.WindowBuilder;
import io.perennial.evaluation.baseline.BiasScorer;
import io.perennial.evaluation.baseline.FrequencyScorer;
import io.perennial.evaluation.baseline.PopularityScorer;
import io.perennial.model.Scorer;
import io.perennial.model.history.DecayPolicy;
import io.perennial.model.history.HistoryTable;
import io.perennial.model.history.InteractionHistory;
import io.perennial.model.history.ItemStatistics;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Builds the windows of a night and compares models with baselines on them. */
final class NightMeasurement {
  private final PipelineDefinition pipeline;
  private final Evaluator evaluator;
  private final WindowBuilder windows;

  NightMeasurement(SparkSession spark, PipelineDefinition pipeline, DecayPolicy decay) {
    this.pipeline = pipeline;
    this.evaluator =
        new Evaluator(
            JavaSparkContext.fromSparkContext(spark.sparkContext()),
            pipeline.evaluation(),
            pipeline.feedback());
    this.windows =
        new WindowBuilder(
            pipeline.evaluation().maximalUsers(), decay, pipeline.seed(), pipeline.judged());
  }

  /**
   * A window over some events of the night.
   *
   * @param history what users did before the night; empty on the first
   * @param earlier events of the night before the window
   * @param statistics items as of the night's begin; empty on the first
   */
  EvaluationWindow window(
      String name,
      Dataset<Row> events,
      Optional<HistoryTable> history,
      Optional<Dataset<Row>> earlier,
      Optional<ItemStatistics> statistics,
      Instant begin) {
    return windows.build(name, events, history, earlier, statistics, begin);
  }

  /** The users on whom a window over these events is measured. */
  int[] users(Dataset<Row> events) {
    return windows.users(events);
  }

  /**
   * Compares models with every baseline on a window of this night. Users whom a model does not know
   * count with what {@code recommend} would show them: what is popular lately.
   *
   * @param models the first is compared with each other one
   * @param statistics items as of the window's begin
   * @param rated rated pairs from before the window, for the baseline of explicit feedback
   */
  Comparison compare(
      EvaluationWindow window,
      List<Subject> models,
      ItemStatistics statistics,
      List<InteractionHistory> rated,
      Instant begin,
      String night) {
    PopularityScorer recent = PopularityScorer.recent(statistics, begin);
    List<Subject> subjects = new ArrayList<>(models);
    if (!pipeline.evaluation().primaryMetric().isRanking()) {
      subjects.add(new Subject(Subject.BIAS, BiasScorer.of(rated, statistics.capacity())));
    } else {
      subjects.add(new Subject(Subject.POPULARITY, PopularityScorer.of(statistics)));
      subjects.add(new Subject(Subject.RECENT_POPULARITY, recent));
      subjects.add(new Subject(Subject.FREQUENCY, FrequencyScorer.of(window, statistics, begin)));
    }
    return evaluator.compare(window, subjects, recent, statistics, pipeline.seed(), night);
  }

  /** Compares a candidate with its parent on a frozen window of an earlier night. */
  Comparison compareFrozen(
      EvaluationWindow window, Scorer candidate, Scorer parent, ItemStatistics statistics) {
    return evaluator.compare(
        window,
        List.of(new Subject(Subject.CANDIDATE, candidate), new Subject(Subject.PARENT, parent)),
        PopularityScorer.of(statistics),
        statistics,
        pipeline.seed(),
        window.name());
  }
}
