package io.perennial.pipeline.backtest;

import io.perennial.Progress;
import io.perennial.config.PipelineDefinition;
import io.perennial.gate.Finding;
import io.perennial.model.Model;
import io.perennial.model.ModelFamily;
import io.perennial.model.Scorer;
import io.perennial.model.blend.RankedBy;
import io.perennial.model.history.HistoryBuilder;
import io.perennial.pipeline.NightBlend;
import io.perennial.pipeline.NightRequest.Start;
import io.perennial.pipeline.Phases;
import io.perennial.pipeline.Trial;
import io.perennial.pipeline.Trial.Before;
import io.perennial.pipeline.Trial.Kept;
import io.perennial.pipeline.Trial.Tried;
import io.perennial.pipeline.TrialEvents;
import io.perennial.pipeline.backtest.RememberedLine.Version;
import io.perennial.pipeline.backtest.ReplayedNight.Span;
import io.perennial.slice.EventSlice;
import io.perennial.slice.Watermark;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.SparkSession;

/**
 * The whole product: each night is tried, judged and absorbed by the code of the real night, on
 * versions that live in memory. A rejected night leaves the champion as it is, with what it knows
 * of users and items; its events are tried again as a pipeline does. After {@code
 * maximalPendingNights} of them in a row a pipeline stops until somebody looks; here nobody does,
 * so the champion serves to the end.
 *
 * <p>Unlike a pipeline, the first version is not judged (all arms begin with the same base), has an
 * untaught blend, and users whom the champion does not know are shown what is popular by all events
 * so far, those of rejected nights too.
 */
final class GatedArm<M extends Model> implements Arm {
  /** In place of the id of a table. */
  private static final String REPLAY = "replay";

  private final String name;
  private final SparkSession spark;
  private final PipelineDefinition pipeline;
  private final ModelFamily<M> family;
  private final FirstModels first;
  private final Clock clock;
  private RememberedLine<M> line;
  private Backlog backlog;
  private long version = 1;

  GatedArm(
      String name,
      SparkSession spark,
      PipelineDefinition pipeline,
      ModelFamily<M> family,
      FirstModels first,
      Clock clock) {
    this.name = name;
    this.spark = spark;
    this.pipeline = pipeline;
    this.family = family;
    this.first = first;
    this.clock = clock;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Memory memory() {
    return Memory.EVERY_NIGHT;
  }

  /** Of the model alone: the blend looks at counts, which forget nothing. */
  @Override
  public Retention retention() {
    return Retention.NOT_MEASURED;
  }

  @Override
  public void begin(ReplayedNight base) {
    M model = first.of(family, base);
    TrialEvents events =
        events(new Span(base.events(), base.rows()), Watermark.BEGINNING_OF_TIME, base.end());
    line =
        new RememberedLine<>(
            spark,
            pipeline,
            new HistoryBuilder(family.decay(), pipeline.zone()),
            new Version<>(model, NightBlend.untaught(RankedBy.BLEND, pipeline.seed())),
            base.events(),
            trial(events, Start.FULL_REBUILD, base).first());
    backlog = new Backlog(base.end());
  }

  @Override
  public Scorer scorer(Audience audience) {
    Audience known = audience.knownBy(line.history(), family.decay(), line.statistics());
    Version<M> champion = line.champion();
    return champion
        .blend()
        .over(
            known.served(champion.model(), family),
            family.asOf(champion.model(), known.statistics(), known.now())::items,
            known.window(),
            known.statistics(),
            known.now());
  }

  @Override
  public Learnt learn(ReplayedNight night) {
    if (backlog.waiting() >= pipeline.maximalPendingNights()) {
      return new Learnt(0, 0, Verdict.stopped());
    }
    Phases phases = new Phases(clock, Progress.SILENT);
    List<String> rules = List.of();
    for (Instant begin : backlog.attempts()) {
      version++;
      Span span = night.since().apply(begin);
      TrialEvents events = events(span, begin, night.end());
      Trial<M> trial = trial(events, Start.WARM, night);
      Before<M> before = line.before(trial, events.users().toArray());
      Tried<M> tried = trial.run(before, phases);
      Kept<M> kept = tried.kept();
      if (kept.promoted()) {
        line.promote(trial, before, tried);
        Instant until = kept.until().eventTime();
        int setAside = backlog.promoted(begin, until);
        boolean whole = until.equals(night.end());
        return new Learnt(
            seconds(phases),
            whole ? span.rows() : tried.split().fitRows(),
            Verdict.promoted(setAside));
      }
      rules =
          kept.findings().stream()
              .filter(finding -> finding.outcome() == Finding.Outcome.FAILED)
              .map(Finding::rule)
              .toList();
    }
    backlog.rejected(night.end());
    return new Learnt(seconds(phases), 0, Verdict.rejected(rules));
  }

  private Trial<M> trial(TrialEvents events, Start start, ReplayedNight night) {
    return new Trial<>(
        spark,
        pipeline,
        family,
        events,
        start,
        version,
        night.seed(),
        Progress.SILENT,
        night.features());
  }

  /** No event of a replay comes late. */
  private static TrialEvents events(Span span, Instant begin, Instant end) {
    return new TrialEvents(
        span.events(),
        span.rows(),
        new EventSlice(REPLAY, new Watermark(0, begin), new Watermark(0, end)));
  }

  private static double seconds(Phases phases) {
    Map<String, Double> all = phases.seconds();
    return Trial.LEARNING.stream().mapToDouble(phase -> all.getOrDefault(phase, 0.0)).sum();
  }
}
