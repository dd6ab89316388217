package io.perennial.pipeline.backtest;

import io.perennial.Place;
import io.perennial.config.PipelineDefinition;
import io.perennial.evaluation.EvaluationWindow;
import io.perennial.evaluation.InputProfile;
import io.perennial.gate.DriftOptions;
import io.perennial.model.Model;
import io.perennial.model.history.HistoryBuilder;
import io.perennial.model.history.InteractionHistory;
import io.perennial.model.history.ItemStatistics;
import io.perennial.model.history.ItemStatisticsBuilder;
import io.perennial.model.history.LoadedHistory;
import io.perennial.pipeline.NightBlend;
import io.perennial.pipeline.Trial;
import io.perennial.pipeline.Trial.Before;
import io.perennial.pipeline.Trial.Earlier;
import io.perennial.pipeline.Trial.Left;
import io.perennial.pipeline.Trial.Tried;
import io.perennial.registry.Lineage;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * A champion with its line, in memory: what a registry keeps of it for later nights. What users did
 * and how often items occur is what the line has learnt, and no more.
 */
final class RememberedLine<M extends Model> {
  /** A model with its blend. */
  record Version<M>(M model, NightBlend blend) {}

  private final PipelineDefinition pipeline;
  private final ItemStatisticsBuilder itemCounts;
  private final ReplayedHistory history;

  /** Of each version, the newest first. */
  private final List<Left> left = new ArrayList<>();

  private Version<M> champion;
  private Optional<Version<M>> previous = Optional.empty();
  private ItemStatistics statistics;

  /**
   * @param builder of what users did
   * @param first version, which learnt the base
   * @param remains what it leaves
   */
  RememberedLine(
      SparkSession spark,
      PipelineDefinition pipeline,
      HistoryBuilder builder,
      Version<M> first,
      Dataset<Row> base,
      Left remains) {
    this.pipeline = pipeline;
    this.itemCounts = new ItemStatisticsBuilder(builder.policy().aggregate());
    this.history = new ReplayedHistory(spark, builder);
    this.champion = first;
    history.begin(base);
    this.statistics = itemCounts.after(ItemStatistics.NONE, base, InteractionHistory.empty());
    left.add(remains);
  }

  Version<M> champion() {
    return champion;
  }

  /** What users did that the champion has learnt. */
  ReplayedHistory history() {
    return history;
  }

  /** Items as of the champion. */
  ItemStatistics statistics() {
    return statistics;
  }

  /** What a night finds. */
  Before<M> before(Trial<M> trial, int[] users) {
    List<EvaluationWindow> windows =
        Lineage.spread(
            left.stream().flatMap(l -> l.window().stream()).toList(),
            pipeline.evaluation().frozenWindows());
    return new Before<>(
        Place.DRIVER,
        users,
        Optional.of(ranker(trial, champion, Trial.everybody(users, windows))),
        previous.map(version -> ranker(trial, version, users)),
        Optional.of(LoadedHistory.of(history, users)),
        Optional.of(statistics),
        windows,
        earlier());
  }

  private Trial.Ranker<M> ranker(Trial<M> trial, Version<M> version, int[] users) {
    return trial.ranker(version.model(), version.blend(), users, statistics);
  }

  private Earlier earlier() {
    int nights = pipeline.gate().drift().map(DriftOptions::recentNights).orElse(0);
    return new Earlier(
        left.stream()
            .map(Left::evidence)
            .filter(evidence -> !evidence.isEmpty())
            .limit(pipeline.gate().pooledNights())
            .flatMap(List::stream)
            .toList(),
        left.stream()
            .flatMap(l -> l.profiles().stream())
            .sorted(Comparator.comparing(InputProfile::night).reversed())
            .limit(nights)
            .toList());
  }

  /** A night was promoted. */
  void promote(Trial<M> trial, Before<M> before, Tried<M> tried) {
    Dataset<Row> learnt = trial.learnt(tried);
    left.add(0, trial.left(before, tried));
    statistics = itemCounts.after(statistics, learnt, before.loaded());
    history.add(before.users(), learnt);
    previous = Optional.of(champion);
    champion = new Version<>(tried.kept().model(), tried.kept().blend());
  }
}
