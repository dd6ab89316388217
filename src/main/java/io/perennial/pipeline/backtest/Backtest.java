package io.perennial.pipeline.backtest;

import io.perennial.Progress;
import io.perennial.Warehouse;
import io.perennial.config.BacktestArm;
import io.perennial.config.BacktestDefinition;
import io.perennial.config.PipelineDefinition;
import io.perennial.event.EventTable;
import io.perennial.model.history.DecayPolicy;
import io.perennial.pipeline.backtest.Arm.Learnt;
import io.perennial.pipeline.backtest.Replay.Skipping;
import io.perennial.registry.Backtests;
import io.perennial.registry.WriteListener;
import io.perennial.slice.Watermark;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Replays history night by night for several arms in one session. Each night every arm is scored on
 * what is to come, on the same users and over the full catalogue of the items known by then, and
 * then learns it. Touches no version, alias or slice; writes the table {@code backtests}, one
 * commit a night.
 *
 * <p>Events are read once and states stay in memory, so a night costs what the night holds (and an
 * arm that retrains on everything what that costs). A backtest that was interrupted goes on where
 * it stopped: nights that were scored are learnt again, without scoring, by the arms whose state
 * depends on every night.
 */
public final class Backtest {
  private final SparkSession spark;
  private final Warehouse warehouse;
  private final PipelineDefinition pipeline;
  private final Clock clock;
  private final Progress progress;
  private final Backtests table;

  public Backtest(
      SparkSession spark,
      Warehouse warehouse,
      PipelineDefinition pipeline,
      Clock clock,
      Progress progress,
      WriteListener listener) {
    this.spark = spark;
    this.warehouse = warehouse;
    this.pipeline = pipeline;
    this.clock = clock;
    this.progress = progress;
    this.table = new Backtests(spark, warehouse, listener);
  }

  /**
   * Says which nights a backtest would replay; writes nothing.
   *
   * @throws ImpossibleBacktestException where there is nothing to replay
   */
  public BacktestPlan plan(BacktestRequest request) {
    EventTable source = EventTable.open(spark, warehouse, pipeline.source());
    try (ReplayedEvents events = read(request, source)) {
      return plan(request, source, events);
    }
  }

  /**
   * Replays.
   *
   * @param told a sentence about each night as soon as it is written
   * @return what was replayed
   * @throws ImpossibleBacktestException where there is nothing to replay, or the events of nights
   *     that were scored before are no longer the same
   */
  public BacktestPlan run(BacktestRequest request, Consumer<String> told) {
    List<Arm> arms = Arms.of(spark, pipeline, request, clock);
    EventTable source = EventTable.open(spark, warehouse, pipeline.source());
    progress.begin("reading history", 0);
    try (ReplayedEvents events = read(request, source)) {
      BacktestPlan plan = plan(request, source, events);
      if (request.start() == BacktestRequest.Start.ANEW) {
        table.delete(pipeline.name(), plan.id());
      }
      int first = firstToScore(plan, events);
      if (first < plan.nights().size()) {
        replay(plan, first, events, arms, told);
      } else {
        told.accept(
            "Backtest " + plan.id() + ": every night was scored before. Its figures stand.");
      }
      return plan;
    } finally {
      progress.end();
    }
  }

  /**
   * Chooses the parameters of the request's arms on its nights, by successive halving; writes
   * nothing.
   *
   * @param request its nights are those that parameters are chosen on
   * @param count candidates of each arm, what the pipeline file says among them
   * @param told a sentence about each night, and about what was chosen
   * @return the pipeline's section with what was chosen
   * @throws ImpossibleBacktestException where there is nothing to replay
   */
  public BacktestDefinition tune(BacktestRequest request, int count, Consumer<String> told) {
    EventTable source = EventTable.open(spark, warehouse, pipeline.source());
    progress.begin("reading history", 0);
    try (ReplayedEvents events = read(request, source)) {
      BacktestPlan plan = plan(request, source, events);
      Tuning tuning = new Tuning(pipeline, request, count, plan.reported().size(), clock);
      DecayPolicy decay = pipeline.learner().decay();
      Replay replay = new Replay(spark, pipeline, decay, events, tuning.arms());
      NightScoring scoring = new NightScoring(spark, pipeline, decay, tuning.arms());
      progress.begin("learning the base for " + tuning.arms().size() + " candidates", 0);
      replay.begin(plan.baseEnd(), skipping(0, plan.firstReported()));
      replay.retire(tuning.failed());
      for (int n = 0; n < plan.nights().size() && !tuning.arms().isEmpty(); n++) {
        LocalDate day = plan.nights().get(n);
        progress.begin(
            "tuning, night " + day + " (" + (n + 1) + " of " + plan.nights().size() + ")",
            tuning.arms().size());
        Dataset<Row> night = replay.open(day);
        try {
          if (n >= plan.firstReported()) {
            replay.tonight(
                () ->
                    replay.retire(
                        tuning.scored(
                            scoring.compare(replay, night, day, tuning.arms(), List.of()))));
          }
          if (n + 1 < plan.nights().size()) {
            replay.learn(day, night, skipping(n + 1, plan.firstReported()), progress);
            replay.retire(tuning.failed());
          }
        } finally {
          night.unpersist(false);
        }
      }
      return chosen(tuning, told);
    } finally {
      progress.end();
    }
  }

  private BacktestDefinition chosen(Tuning tuning, Consumer<String> told) {
    Map<BacktestArm, BacktestDefinition.Arm> parameters = new EnumMap<>(BacktestArm.class);
    tuning
        .chosen()
        .forEach(
            (arm, chosen) -> {
              parameters.put(arm, chosen.parameters());
              told.accept(
                  String.format(
                      Locale.ROOT,
                      "Chosen for %s, %.4f on the nights of tuning: %s.",
                      arm.label(),
                      chosen.mean(),
                      pipeline.backtest().with(Map.of(arm, chosen.parameters())).describe(arm)));
            });
    return pipeline.backtest().with(parameters);
  }

  private void replay(
      BacktestPlan plan, int first, ReplayedEvents events, List<Arm> arms, Consumer<String> told) {
    DecayPolicy decay = pipeline.learner().decay();
    Replay replay = new Replay(spark, pipeline, decay, events, arms);
    NightScoring scoring = new NightScoring(spark, pipeline, decay, arms);
    NavigableSet<LocalDate> frozen = plan.frozen(pipeline.evaluation().frozenWindows());
    NavigableSet<LocalDate> looksBack = plan.looksBack();
    progress.begin("learning the base", 0);
    replay.begin(plan.baseEnd(), skipping(0, first));
    for (int n = 0; n < plan.nights().size(); n++) {
      LocalDate day = plan.nights().get(n);
      boolean scored = n >= first;
      progress.begin(
          (scored ? "night " : "learning again ")
              + day
              + " ("
              + (n + 1)
              + " of "
              + plan.nights().size()
              + ")",
          arms.size());
      Dataset<Row> night = replay.open(day);
      try {
        NightFigures figures = new NightFigures(day, replay.rows());
        if (scored) {
          replay.tonight(() -> scoring.score(replay, night, day, figures));
        }
        if (frozen.contains(day)) {
          replay.tonight(() -> scoring.freeze(replay, night, day));
          if (scored) {
            scoring.lookAtUnlearnt(replay, day, figures);
          }
        }
        Map<String, Learnt> took = replay.learn(day, night, skipping(n + 1, first), progress);
        if (scored) {
          if (looksBack.contains(day) || frozen.contains(day)) {
            scoring.lookBack(replay, day, figures);
          }
          table.write(pipeline.name(), plan.id(), day, figures.rows(took));
          progress.end();
          told.accept(
              "Night " + (n + 1) + " of " + plan.nights().size() + ", " + figures.sentence(took));
        }
      } finally {
        night.unpersist(false);
      }
    }
  }

  /** Whether what is learnt before the nth night is used by it, or only by later ones. */
  private static Skipping skipping(int nth, int firstToScore) {
    return nth >= firstToScore ? Skipping.NOTHING : Skipping.WHAT_NOBODY_NEEDS;
  }

  private ReplayedEvents read(BacktestRequest request, EventTable source) {
    ZoneId zone = pipeline.zone();
    Instant from =
        request
            .baseFrom()
            .or(() -> pipeline.backtest().baseFrom())
            .map(day -> day.atStartOfDay(zone).toInstant())
            .orElse(Watermark.BEGINNING_OF_TIME);
    Instant to = request.to().plusDays(1).atStartOfDay(zone).toInstant();
    if (!from.isBefore(to)) {
      throw new ImpossibleBacktestException(
          "Cannot replay nights up to "
              + request.to()
              + ": the base begins after them, on "
              + from.atZone(zone).toLocalDate()
              + ". Give an earlier --base-from.");
    }
    return ReplayedEvents.read(spark, source, from, to, pipeline.features());
  }

  private BacktestPlan plan(BacktestRequest request, EventTable source, ReplayedEvents events) {
    ZoneId zone = pipeline.zone();
    LocalDate baseTo =
        request
            .baseTo()
            .or(() -> pipeline.backtest().baseTo())
            .orElseGet(() -> request.from().minusDays(1));
    if (!baseTo.isBefore(request.from())) {
      throw new ImpossibleBacktestException(
          "Cannot report nights from "
              + request.from()
              + ": the base ends on "
              + baseTo
              + " (backtest.baseTo), and every arm has seen it. Begin after it.");
    }
    Instant baseEnd = baseTo.plusDays(1).atStartOfDay(zone).toInstant();
    int base = events.before(baseEnd);
    if (base == 0) {
      throw new ImpossibleBacktestException(
          "Cannot replay pipeline "
              + pipeline.name()
              + ": there is no event up to "
              + baseTo
              + " for the arms to begin with. Give a later --from, or an earlier --base-from.");
    }
    List<LocalDate> nights = events.days(baseTo.plusDays(1), request.to(), zone);
    int first = (int) nights.stream().filter(day -> day.isBefore(request.from())).count();
    if (first == nights.size()) {
      throw new ImpossibleBacktestException(
          "Cannot replay pipeline "
              + pipeline.name()
              + ": no day from "
              + request.from()
              + " to "
              + request.to()
              + " has an event.");
    }
    Instant end = request.to().plusDays(1).atStartOfDay(zone).toInstant();
    String id = request.id().map(Backtests::id).orElseGet(() -> id(request, source));
    return new BacktestPlan(id, baseEnd, base, nights, first, events.before(end));
  }

  /** A name that is the same for the same question about the same table. */
  private String id(BacktestRequest request, EventTable source) {
    StringBuilder asked = new StringBuilder();
    asked.append(pipeline.digest()).append('\n').append(source.tableId()).append('\n');
    asked.append(request.baseFrom()).append(pipeline.backtest().baseFrom());
    asked.append(pipeline.backtest().baseTo()).append(request.every()).append('\n');
    request
        .arms()
        .forEach(
            arm -> asked.append(arm.label()).append(pipeline.backtest().arm(arm)).append('\n'));
    request.knobs().forEach(knob -> asked.append(knob.label()).append('\n'));
    request
        .variants()
        .forEach(name -> asked.append(name).append(pipeline.backtest().variant(name)).append('\n'));
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256")
              .digest(asked.toString().getBytes(StandardCharsets.UTF_8));
      return request.from()
          + "-"
          + request.to()
          + "-"
          + HexFormat.of().formatHex(digest).substring(0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256", e);
    }
  }

  /** Place of the first reported night that was not scored before; one past the last: all were. */
  private int firstToScore(BacktestPlan plan, ReplayedEvents events) {
    Map<LocalDate, Long> scored = table.nights(pipeline.name(), plan.id());
    for (int n = plan.firstReported(); n < plan.nights().size(); n++) {
      LocalDate day = plan.nights().get(n);
      Optional<Long> before = Optional.ofNullable(scored.get(day));
      if (before.isEmpty()) {
        return n;
      }
      Instant begin = day.atStartOfDay(pipeline.zone()).toInstant();
      Instant end = day.plusDays(1).atStartOfDay(pipeline.zone()).toInstant();
      long now = events.before(end) - events.before(begin);
      if (now != before.get()) {
        throw new ImpossibleBacktestException(
            "Cannot go on with backtest "
                + plan.id()
                + ": night "
                + day
                + " had "
                + before.get()
                + " events when it was scored and has "
                + now
                + " now. Give another --id, or --anew to score every night again.");
      }
    }
    return plan.nights().size();
  }
}
