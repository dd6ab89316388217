package io.perennial.pipeline;

import io.perennial.Progress;
import io.perennial.QueryExecutionMode;
import io.perennial.Warehouse;
import io.perennial.config.PipelineDefinition;
import io.perennial.event.EventTable;
import io.perennial.model.ModelFamily;
import io.perennial.registry.DeltaModelRegistry;
import io.perennial.registry.Lease;
import io.perennial.registry.Leases;
import io.perennial.registry.ModelRegistry;
import io.perennial.registry.ModelVersion;
import io.perennial.registry.OpenedRun;
import io.perennial.registry.RunState;
import io.perennial.registry.SliceState;
import io.perennial.registry.WriteListener;
import io.perennial.slice.SliceReader;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;

/** One night of one pipeline, from new events to a promoted or rejected version. */
public final class RetrainingRun {
  private final SparkSession spark;
  private final Warehouse warehouse;
  private final PipelineDefinition pipeline;
  private final ModelFamily<?> family;
  private final Clock clock;
  private final Progress progress;
  private final ModelRegistry registry;
  private final Leases leases;
  private final Map<String, String> environment;

  /**
   * @param clock tells when rows were written and how long phases took; decides nothing that is
   *     learnt
   * @param listener told after each commit of the registry
   */
  public RetrainingRun(
      SparkSession spark,
      Warehouse warehouse,
      PipelineDefinition pipeline,
      Clock clock,
      Progress progress,
      WriteListener listener) {
    this.spark = spark;
    this.warehouse = warehouse;
    this.pipeline = pipeline;
    this.family = ModelFamilies.of(pipeline);
    this.clock = clock;
    this.progress = progress;
    this.registry = new DeltaModelRegistry(spark, warehouse, pipeline.keyframeEvery(), listener);
    this.leases = new Leases(spark, warehouse, clock);
    this.environment = RunEnvironment.of(spark);
  }

  /**
   * Runs the night. A rejected candidate, or nothing new, is an outcome and no error. The same
   * request again takes up a run that died, and does nothing after one that ended.
   *
   * @throws io.perennial.registry.LeaseHeldException if another run of this pipeline is alive
   * @throws PendingLimitException if too many nights in a row were rejected
   */
  public RunOutcome run(NightRequest request) {
    if (request.effect() == NightRequest.Effect.DRY_RUN) {
      return runHeld(request);
    }
    return holding(() -> runHeld(request));
  }

  /** Does some work under the pipeline's lease. */
  @SuppressWarnings("try") // the lease is held, not used
  <T> T holding(Supplier<T> work) {
    try (Lease lease = leases.acquire(pipeline.name(), pipeline.name() + "-" + owner())) {
      return work.get();
    }
  }

  /** A night of somebody who holds the lease. */
  RunOutcome runHeld(NightRequest request) {
    QueryExecutionMode mode = QueryExecutionMode.interpreted(spark);
    try {
      EventTable source = EventTable.open(spark, warehouse, pipeline.source());
      RunJournal journal = new RunJournal(pipeline, registry, clock, environment);
      boolean dry = request.effect() == NightRequest.Effect.DRY_RUN;
      Optional<RunOutcome> closed =
          dry ? Optional.empty() : journal.closePromoted(request).map(this::closedLate);
      if (closed.isPresent()) {
        return closed.get();
      }
      NightPlan plan = new NightPlanner(pipeline, registry, journal, source).plan(request);
      if (dry) {
        return described(plan, request, source);
      }
      Optional<RunOutcome> last = Optional.empty();
      for (Attempt attempt : plan.attempts()) {
        RunOutcome outcome = attempt(attempt, plan, request, journal, source, mode);
        boolean toldAlready =
            outcome.kind() == RunOutcome.Kind.NOTHING_NEW
                && last.filter(l -> l.kind() == RunOutcome.Kind.REJECTED).isPresent();
        last = toldAlready ? last : Optional.of(outcome);
        if (outcome.kind() == RunOutcome.Kind.PROMOTED
            || outcome.rows().getOrDefault("slice", 0L) == 0L) {
          break;
        }
      }
      return last.orElseGet(() -> nothingNew(plan, request, journal)).remarking(plan.remarks());
    } finally {
      mode.restore();
    }
  }

  /** Tells this process and call from any other in the lease. */
  private String owner() {
    return ProcessHandle.current().pid() + "-" + clock.instant().toEpochMilli();
  }

  private RunOutcome attempt(
      Attempt attempt,
      NightPlan plan,
      NightRequest request,
      RunJournal journal,
      EventTable source,
      QueryExecutionMode mode) {
    Optional<RunState> earlier = journal.earlier(attempt, request);
    if (earlier.isPresent() && earlier.get().closed()) {
      return judgedBefore(earlier.get(), attempt);
    }
    Phases phases = new Phases(clock, progress);
    mode.fitBytes(SliceReader.bytes(source, attempt.slice()));
    try (NightEvents events =
        phases.run("read", "reading what is new", () -> NightEvents.read(source, attempt))) {
      mode.fit(events.learnable());
      if (events.learnable() == 0 || nothingFresh(attempt, source)) {
        return nothingNew(plan, request, journal);
      }
      if (earlier.isEmpty()) {
        refuseTooManyPending(attempt);
      }
      OpenedRun run = journal.open(attempt, request);
      progress.belongsTo(run.runId(), run.version());
      RunOutcome outcome =
          night(family, phases, run, attempt, events).run().lasting(phases.seconds());
      journal.close(run, outcome.kind(), outcome.phases(), outcome.rows());
      return outcome.remarking(events.skippedDays(request.interval()).stream().toList());
    }
  }

  private <M extends io.perennial.model.Model> Night<M> night(
      ModelFamily<M> family, Phases phases, OpenedRun run, Attempt attempt, NightEvents events) {
    return new Night<>(
        spark,
        pipeline,
        family,
        registry,
        clock,
        progress,
        phases,
        run,
        attempt,
        events,
        environment);
  }

  /**
   * Pending slices alone were judged already: without a fresh event, and with the same pipeline
   * file, there is nothing to try again.
   */
  private boolean nothingFresh(Attempt attempt, EventTable source) {
    return !attempt.retried().isEmpty()
        && attempt.admitted().isEmpty()
        && attempt.parent().isPresent()
        && attempt.retried().stream().allMatch(this::judgedWithThisPipeline)
        && SliceReader.read(source, attempt.fresh()).isEmpty();
  }

  private boolean judgedWithThisPipeline(SliceState slice) {
    return registry
        .version(pipeline.name(), slice.version())
        .filter(version -> version.pipelineDigest().equals(pipeline.digest()))
        .isPresent();
  }

  private static boolean isPendingAfter(Optional<ModelVersion> parent, SliceState slice) {
    return slice.state() == SliceState.State.PENDING
        && parent
            .filter(p -> slice.slice().to().eventTime().isAfter(p.slice().to().eventTime()))
            .isPresent();
  }

  /**
   * Nights that were rejected under another pipeline file do not count: somebody has looked since.
   */
  private void refuseTooManyPending(Attempt attempt) {
    long pending =
        Stream.concat(attempt.retried().stream(), attempt.leftOut().stream())
            .filter(slice -> isPendingAfter(attempt.parent(), slice))
            .filter(this::judgedWithThisPipeline)
            .count();
    if (attempt.parent().isPresent() && pending >= pipeline.maximalPendingNights()) {
      throw new PendingLimitException(
          "Cannot go on with pipeline "
              + pipeline.name()
              + ": "
              + pending
              + " nights in a row were rejected, and maximalPendingNights is "
              + pipeline.maximalPendingNights()
              + ". Look at why with 'models show' or 'sql \"SELECT * FROM gate_findings\"'; then"
              + " mend the source, loosen the gate in the pipeline file, promote a rejected version"
              + " by hand with 'models promote', or learn everything afresh with 'retrain"
              + " --full-rebuild'.");
    }
  }

  private RunOutcome closedLate(RunState died) {
    OpenedRun run = died.opened();
    return new RunOutcome(
        pipeline.name(),
        RunOutcome.Kind.PROMOTED,
        run.interval(),
        Optional.of(run.version()),
        run.parent(),
        Optional.of(run.slice()),
        Map.of(),
        Map.of(),
        List.of(),
        List.of(),
        pipeline.name()
            + ": version "
            + run.version()
            + " is the champion; the run that made it died before it could say so, and was closed"
            + " now.");
  }

  private RunOutcome judgedBefore(RunState earlier, Attempt attempt) {
    long version = earlier.opened().version();
    String outcome = earlier.outcome().orElse("closed");
    return outcome(
        RunOutcome.Kind.NOTHING_NEW,
        earlier.opened().interval(),
        Optional.of(version),
        attempt,
        Map.of("slice", 1L),
        pipeline.name()
            + ": nothing to do: these events were learnt before as version "
            + version
            + ", which was "
            + outcome
            + (outcome.equals("rejected")
                ? ". Change the pipeline file to try them again, or go on to the next night."
                : "."));
  }

  private RunOutcome nothingNew(NightPlan plan, NightRequest request, RunJournal journal) {
    journal.nothingNew(request, plan.bounds(), plan.champion());
    String consumed =
        plan.champion()
            .map(
                c ->
                    "version "
                        + c.version()
                        + " has consumed everything before "
                        + c.slice().to().eventTime())
            .orElse("the table holds no event there");
    return new RunOutcome(
        pipeline.name(),
        RunOutcome.Kind.NOTHING_NEW,
        request.interval(),
        Optional.empty(),
        plan.champion().map(ModelVersion::version),
        Optional.of(plan.bounds()),
        Map.of("slice", 0L),
        Map.of(),
        List.of(),
        List.of(),
        pipeline.name()
            + ": nothing new"
            + request.interval().map(i -> " from " + i.from() + " to " + i.to()).orElse("")
            + ": "
            + consumed
            + ".");
  }

  private RunOutcome described(NightPlan plan, NightRequest request, EventTable source) {
    if (plan.attempts().isEmpty()) {
      return outcome(
          RunOutcome.Kind.DRY_RUN,
          request.interval(),
          Optional.empty(),
          new Attempt(
              plan.bounds(),
              plan.bounds(),
              plan.champion(),
              plan.champion(),
              List.of(),
              List.of(),
              List.of()),
          Map.of("slice", 0L),
          pipeline.name() + ": nothing new; a night would do nothing.");
    }
    Attempt attempt = plan.attempts().get(0);
    try (NightEvents events = NightEvents.read(source, attempt)) {
      return outcome(
              RunOutcome.Kind.DRY_RUN,
              request.interval(),
              Optional.empty(),
              attempt,
              events.counts(),
              pipeline.name()
                  + ": a night would learn "
                  + events.learnable()
                  + " events ("
                  + events.counts().get("late")
                  + " late) "
                  + attempt.parent().map(p -> "from version " + p.version()).orElse("from scratch")
                  + ".")
          .remarking(events.skippedDays(request.interval()).stream().toList())
          .remarking(plan.remarks());
    }
  }

  private RunOutcome outcome(
      RunOutcome.Kind kind,
      Optional<io.perennial.slice.Interval> interval,
      Optional<Long> version,
      Attempt attempt,
      Map<String, Long> rows,
      String sentence) {
    return new RunOutcome(
        pipeline.name(),
        kind,
        interval,
        version,
        attempt.champion().map(ModelVersion::version),
        Optional.of(attempt.slice()),
        rows,
        Map.of(),
        List.of(),
        List.of(),
        sentence);
  }
}
