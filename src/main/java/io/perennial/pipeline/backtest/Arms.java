package io.perennial.pipeline.backtest;

import io.perennial.config.BacktestArm;
import io.perennial.config.BacktestDefinition;
import io.perennial.config.PipelineDefinition;
import io.perennial.evaluation.baseline.FrequencyScorer;
import io.perennial.evaluation.baseline.PopularityScorer;
import io.perennial.model.Feedback;
import io.perennial.model.ModelFamily;
import io.perennial.model.history.DecayPolicy;
import java.time.Clock;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.spark.sql.SparkSession;

/** Makes the arms of a pipeline, with the parameters that its file gives them. */
final class Arms {
  private static final Set<BacktestArm> RANKING_ONLY =
      EnumSet.of(
          BacktestArm.OURS,
          BacktestArm.ITEM_KNN,
          BacktestArm.POPULARITY,
          BacktestArm.RECENT_POPULARITY,
          BacktestArm.USER_FREQUENCY);

  private Arms() {}

  /**
   * The arms of a request, in its order.
   *
   * @throws ImpossibleBacktestException where an arm cannot answer what the pipeline measures
   */
  static List<Arm> of(
      SparkSession spark, PipelineDefinition pipeline, BacktestRequest request, Clock clock) {
    FirstModels first = new FirstModels();
    Stopwatch watch = new Stopwatch(clock);
    List<Arm> arms = new ArrayList<>();
    for (BacktestArm arm : request.arms()) {
      BacktestDefinition.Arm with = pipeline.backtest().arm(arm);
      requireAnswer(arm, pipeline);
      arms.add(
          arm == BacktestArm.OURS
              ? new GatedArm<>(arm.label(), spark, pipeline, with.learner().family(), first, clock)
              : arm(arm, arm.label(), with, pipeline, request.every(), first, watch));
    }
    for (Knob knob : request.knobs()) {
      knob.variants(pipeline.backtest()).forEach(v -> arms.add(variant(v, first, watch)));
    }
    for (String name : request.variants()) {
      ModelFamily<?> family = pipeline.backtest().variant(name).learner().family();
      arms.add(new WarmArm<>(name, family, first, watch));
    }
    return arms;
  }

  private static void requireAnswer(BacktestArm arm, PipelineDefinition pipeline) {
    if (pipeline.feedback() == Feedback.EXPLICIT && RANKING_ONLY.contains(arm)) {
      throw new ImpossibleBacktestException(
          "Cannot replay the arm "
              + arm.label()
              + ": it ranks, and pipeline "
              + pipeline.name()
              + " predicts ratings. Leave it out of --arms.");
    }
  }

  /** All history counts alike where the pipeline file says so, or where the family lets it. */
  private static void requireAlike(
      String name, BacktestDefinition.Arm with, PipelineDefinition pipeline) {
    DecayPolicy decay = with.learner().decay();
    DecayPolicy alike = new DecayPolicy(Optional.empty(), decay.aggregate());
    if (decay.halfLife().isPresent() && with.learner().fading(alike).isEmpty()) {
      throw new ImpossibleBacktestException(
          "Cannot replay the arm "
              + name
              + ": it learns all history alike, and the model family "
              + pipeline.family()
              + " fades it by a half-life of "
              + decay.halfLife().get()
              + ", whatever it is told. Leave it out of --arms; full-retrain-decayed is there.");
    }
  }

  private static Arm variant(Knob.Variant variant, FirstModels first, Stopwatch watch) {
    return new WarmArm<>(
        variant.name(),
        variant.parameters().learner().family(),
        variant.rebuildEvery(),
        first,
        watch);
  }

  /**
   * One arm to be tuned, under a name of its own. Without a gate: how well parameters learn is to
   * be seen on every night that there is, at the cost of learning it once.
   */
  static Arm arm(
      BacktestArm arm,
      String name,
      BacktestDefinition.Arm with,
      PipelineDefinition pipeline,
      int every,
      FirstModels first,
      Stopwatch watch) {
    requireAnswer(arm, pipeline);
    ModelFamily<?> family = with.learner().family();
    ModelFamily<?> alone = with.learner().untaught().family();
    DecayPolicy alike = new DecayPolicy(Optional.empty(), family.decay().aggregate());
    return switch (arm) {
      case OURS -> new BlendArm(new WarmArm<>(name, family, first, watch), pipeline.seed(), watch);
      case OURS_MODEL, FINE_TUNE -> new WarmArm<>(name, family, first, watch);
      case FULL_RETRAIN -> {
        requireAlike(name, with, pipeline);
        yield new FullRetrainArm<>(name, alone, watch);
      }
      case FULL_RETRAIN_DECAYED -> new FullRetrainArm<>(name, alone, watch);
      case MLLIB_FULL_RETRAIN -> StockRetrainArm.of(name, with.learner(), pipeline.zone(), watch);
      case FROZEN -> new FrozenArm<>(name, alone, first);
      case FOLD_IN -> new FoldInArm<>(name, alone, pipeline.zone(), first, watch);
      case ITEM_KNN ->
          new NeighbourArm(
              name, with.neighbours(), family.decay().aggregate(), pipeline.zone(), every, watch);
      case POPULARITY ->
          new CountingArm(name, Optional.empty(), a -> PopularityScorer.of(a.statistics()));
      case RECENT_POPULARITY ->
          new CountingArm(
              name, Optional.empty(), a -> PopularityScorer.recent(a.statistics(), a.now()));
      case USER_FREQUENCY ->
          new CountingArm(
              name,
              Optional.of(alike),
              a -> FrequencyScorer.of(a.counted(alike), a.statistics(), a.now()));
    };
  }
}
