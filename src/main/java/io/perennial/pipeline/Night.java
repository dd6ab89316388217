package io.perennial.pipeline;

import io.perennial.Place;
import io.perennial.Progress;
import io.perennial.SideBySide;
import io.perennial.config.PipelineDefinition;
import io.perennial.evaluation.Comparison;
import io.perennial.evaluation.EvaluationWindow;
import io.perennial.evaluation.Measurement;
import io.perennial.gate.DriftOptions;
import io.perennial.gate.Finding;
import io.perennial.model.Model;
import io.perennial.model.ModelFamily;
import io.perennial.model.ModelState;
import io.perennial.model.feature.EntityFeatures;
import io.perennial.model.history.HistoryBuilder;
import io.perennial.model.history.ItemStatistics;
import io.perennial.model.history.ItemStatisticsBuilder;
import io.perennial.model.history.LoadedHistory;
import io.perennial.pipeline.NightRequest.Start;
import io.perennial.pipeline.Trial.Before;
import io.perennial.pipeline.Trial.Earlier;
import io.perennial.pipeline.Trial.Kept;
import io.perennial.pipeline.Trial.Left;
import io.perennial.pipeline.Trial.Ranker;
import io.perennial.pipeline.Trial.Tried;
import io.perennial.registry.ModelRegistry;
import io.perennial.registry.ModelVersion;
import io.perennial.registry.NightRecord;
import io.perennial.registry.OpenedRun;
import io.perennial.registry.SliceState;
import io.perennial.slice.EventSlice;
import io.perennial.slice.Watermark;
import java.time.Clock;
import java.time.Instant;
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
import org.roaringbitmap.RoaringBitmap;

/** One attempt of a night: read the champion, try the events on it, register what came of it. */
final class Night<M extends Model> {
  /** Begin of the names of a version's facts that hold row sums. */
  static final String ROWS = "rows.";

  /** Begin of the names of a version's facts that hold seconds by phase. */
  static final String SECONDS = "seconds.";

  private final SparkSession spark;
  private final PipelineDefinition pipeline;
  private final ModelFamily<M> family;
  private final ModelRegistry registry;
  private final Clock clock;
  private final Progress progress;
  private final Phases phases;
  private final OpenedRun run;
  private final Attempt attempt;
  private final NightEvents events;
  private final Map<String, String> environment;
  private final HistoryBuilder histories;
  private final ItemStatisticsBuilder itemCounts;
  private final Map<String, Long> rows;

  Night(
      SparkSession spark,
      PipelineDefinition pipeline,
      ModelFamily<M> family,
      ModelRegistry registry,
      Clock clock,
      Progress progress,
      Phases phases,
      OpenedRun run,
      Attempt attempt,
      NightEvents events,
      Map<String, String> environment) {
    this.spark = spark;
    this.pipeline = pipeline;
    this.family = family;
    this.registry = registry;
    this.clock = clock;
    this.progress = progress;
    this.phases = phases;
    this.run = run;
    this.attempt = attempt;
    this.events = events;
    this.environment = environment;
    this.histories = new HistoryBuilder(family.decay(), pipeline.zone());
    this.itemCounts = new ItemStatisticsBuilder(family.decay().aggregate());
    this.rows = new LinkedHashMap<>(events.counts());
  }

  RunOutcome run() {
    TrialEvents tonight =
        phases.run(
            "ids",
            "giving new users and items their index",
            () -> events.resolveIds(registry, pipeline.name(), run.runId()));
    try (FeatureReader reader = new FeatureReader(spark)) {
      return run(tonight, features(reader));
    }
  }

  /** Items that have features get an index before they have an event. */
  private EntityFeatures features(FeatureReader reader) {
    return pipeline.features().any()
        ? phases.run(
            "features",
            "reading features",
            () ->
                reader.read(
                    pipeline.features(),
                    items -> registry.indexed(pipeline.name(), run.runId(), items),
                    registry.ids(pipeline.name(), "user")))
        : EntityFeatures.NONE;
  }

  private RunOutcome run(TrialEvents tonight, EntityFeatures features) {
    Trial<M> trial =
        new Trial<>(
            spark,
            pipeline,
            family,
            tonight,
            attempt.parent().isPresent() ? Start.WARM : Start.FULL_REBUILD,
            run.version(),
            run.seed(),
            progress,
            features);
    Before<M> before =
        phases.run("read_parent", "reading the champion", () -> before(trial, tonight));
    Tried<M> tried = trial.run(before, phases);
    rows.put("fit", tried.split().fitRows());
    rows.put("validation", tried.split().validationRows());
    return phases.run("register", "writing the version", () -> register(trial, before, tried));
  }

  private Before<M> before(Trial<M> trial, TrialEvents tonight) {
    RoaringBitmap everybody = tonight.users();
    rows.put("users", everybody.getLongCardinality());
    Place place = Place.of(spark, events.learnable(), everybody.getLongCardinality());
    int[] users = place == Place.DRIVER ? everybody.toArray() : trial.measured();
    if (attempt.champion().isEmpty()) {
      return Before.nothing(place, users);
    }
    ModelVersion champion = attempt.champion().get();
    try (SideBySide reading = new SideBySide()) {
      Supplier<List<EvaluationWindow>> windows =
          reading.begin(
              () ->
                  registry.frozenWindows(
                      pipeline.name(), champion, pipeline.evaluation().frozenWindows()));
      Supplier<LoadedHistory> history =
          reading.begin(() -> LoadedHistory.of(registry.history(champion), users));
      Supplier<ItemStatistics> statistics = reading.begin(() -> registry.itemStatistics(champion));
      Supplier<Earlier> earlier = reading.begin(() -> earlier(champion));
      List<EvaluationWindow> frozen = windows.get();
      ItemStatistics known = statistics.get();
      Supplier<Optional<Ranker<M>>> previous =
          reading.begin(() -> previous(trial, champion, users, known));
      return new Before<>(
          place,
          users,
          Optional.of(ranker(trial, champion, Trial.everybody(users, frozen), known)),
          previous.get(),
          Optional.of(history.get()),
          Optional.of(known),
          frozen,
          earlier.get());
    }
  }

  private Optional<Ranker<M>> previous(
      Trial<M> trial, ModelVersion champion, int[] users, ItemStatistics statistics) {
    return champion
        .parent()
        .flatMap(parent -> registry.version(pipeline.name(), parent))
        .filter(registry::hasRows)
        .map(parent -> ranker(trial, parent, users, statistics));
  }

  private Earlier earlier(ModelVersion champion) {
    int nights = pipeline.gate().drift().map(DriftOptions::recentNights).orElse(0);
    return new Earlier(
        registry.evidence(pipeline.name(), champion, pipeline.gate().pooledNights()),
        registry.profiles(pipeline.name(), champion, nights));
  }

  private Ranker<M> ranker(
      Trial<M> trial, ModelVersion version, int[] users, ItemStatistics statistics) {
    return trial.ranker(
        family.codec().decode(registry.open(version)),
        NightBlend.of(pipeline.rankedBy(), version.arrays(), pipeline.seed()),
        users,
        statistics);
  }

  private RunOutcome register(Trial<M> trial, Before<M> before, Tried<M> tried) {
    Kept<M> kept = tried.kept();
    Dataset<Row> learnt = trial.learnt(tried);
    boolean rebuild = attempt.parent().isEmpty();
    Dataset<Row> history = rebuild ? histories.fromScratch(learnt) : mergedHistory(before, learnt);
    Dataset<Row> statistics =
        rebuild ? itemCounts.fromScratch(learnt) : mergedStatistics(before, learnt);
    List<Comparison> comparisons = new ArrayList<>();
    tried.prequential().comparison().ifPresent(comparisons::add);
    comparisons.add(tried.validation().comparison());
    comparisons.addAll(tried.frozen());
    List<Measurement> measurements =
        comparisons.stream().flatMap(c -> c.measurements().stream()).toList();
    Left left = trial.left(before, tried);
    ModelState state = family.codec().encode(kept.model());
    registry.register(
        new NightRecord(
            version(kept, state),
            state,
            history,
            statistics,
            left.window(),
            measurements,
            comparisons.stream().flatMap(c -> c.classifications().stream()).toList(),
            left.evidence(),
            left.profiles(),
            kept.model().losses(),
            kept.findings(),
            slices(kept),
            kept.promoted()));
    return outcome(kept, measurements);
  }

  private Dataset<Row> mergedHistory(Before<M> before, Dataset<Row> learnt) {
    LoadedHistory parent = before.history().get();
    return before.place() == Place.DRIVER
        ? histories.merge(parent, learnt)
        : histories.mergeDistributed(parent, learnt);
  }

  private Dataset<Row> mergedStatistics(Before<M> before, Dataset<Row> learnt) {
    ItemStatistics parent = before.statistics().get();
    return before.place() == Place.DRIVER
        ? itemCounts.merge(parent, learnt, before.loaded())
        : itemCounts.mergeDistributed(parent, learnt, before.history().get());
  }

  private ModelVersion version(Kept<M> kept, ModelState state) {
    Map<String, String> facts = new HashMap<>(environment);
    pipeline.text().forEach((key, value) -> facts.put("pipeline." + key, value));
    rows.forEach((key, value) -> facts.put(ROWS + key, Long.toString(value)));
    phases.seconds().forEach((key, value) -> facts.put(SECONDS + key, Double.toString(value)));
    facts.put("events_digest", events.digest());
    facts.put(
        "measured",
        kept.promoted() && pipeline.absorb()
            ? "before absorption of the validation window"
            : "as registered");
    if (!attempt.admitted().isEmpty()) {
      facts.put(
          "admitted_slices",
          String.join(",", attempt.admitted().stream().map(SliceState::sliceId).toList()));
    }
    EventSlice slice =
        new EventSlice(attempt.slice().tableId(), attempt.slice().from(), kept.until());
    return new ModelVersion(
        pipeline.name(),
        run.version(),
        attempt.parent().map(ModelVersion::version),
        registry.plannedRowVersions(run.version(), attempt.parent()),
        kept.promoted() ? ModelVersion.Status.PROMOTED : ModelVersion.Status.REJECTED,
        family.name(),
        slice,
        run.runId(),
        run.seed(),
        pipeline.digest(),
        facts,
        arrays(state, kept.blend()),
        state.attributes(),
        clock.instant());
  }

  private static Map<String, double[]> arrays(ModelState state, NightBlend blend) {
    Map<String, double[]> arrays = new HashMap<>(state.arrays());
    arrays.putAll(blend.arrays());
    return arrays;
  }

  private List<SliceState> slices(Kept<M> kept) {
    String id =
        registry.slices(pipeline.name()).stream()
            .filter(s -> s.slice().equals(attempt.fresh()))
            .map(SliceState::sliceId)
            .findFirst()
            .orElse(Long.toString(run.version()));
    List<SliceState> states = new ArrayList<>();
    if (!kept.promoted()) {
      states.add(state(id, attempt.fresh(), SliceState.State.PENDING));
      return states;
    }
    states.add(state(id, untilLearnt(attempt.fresh(), kept.until()), SliceState.State.CONSUMED));
    for (SliceState retried : attempt.retried()) {
      states.add(state(retried.sliceId(), retried.slice(), SliceState.State.CONSUMED));
    }
    for (SliceState left : attempt.leftOut()) {
      states.add(state(left.sliceId(), left.slice(), SliceState.State.SET_ASIDE));
    }
    for (SliceState admitted : attempt.admitted()) {
      states.add(state(admitted.sliceId(), admitted.slice(), SliceState.State.ADMITTED));
    }
    return states;
  }

  /** Without absorption a slice ends where validation began; the rest is the next night's. */
  private static EventSlice untilLearnt(EventSlice fresh, Watermark until) {
    Instant end =
        until.eventTime().isBefore(fresh.from().eventTime())
            ? fresh.from().eventTime()
            : until.eventTime();
    return new EventSlice(fresh.tableId(), fresh.from(), new Watermark(until.commit(), end));
  }

  private SliceState state(String id, EventSlice slice, SliceState.State state) {
    return new SliceState(id, slice, state, run.version(), run.runId());
  }

  private RunOutcome outcome(Kept<M> kept, List<Measurement> measurements) {
    RunOutcome.Kind kind = kept.promoted() ? RunOutcome.Kind.PROMOTED : RunOutcome.Kind.REJECTED;
    return new RunOutcome(
        pipeline.name(),
        kind,
        run.interval(),
        Optional.of(run.version()),
        attempt.champion().map(ModelVersion::version),
        Optional.of(attempt.slice()),
        rows,
        phases.seconds(),
        kept.findings(),
        measurements,
        sentence(kept));
  }

  private String sentence(Kept<M> kept) {
    String learnt = "version " + run.version() + " learnt " + events.learnable() + " events";
    if (kept.promoted()) {
      return pipeline.name()
          + ": "
          + learnt
          + attempt.parent().map(p -> " from version " + p.version()).orElse(" from scratch")
          + " and is the champion.";
    }
    List<String> failed =
        kept.findings().stream()
            .filter(f -> f.outcome() == Finding.Outcome.FAILED)
            .map(f -> f.rule() + " (" + f.detail() + ")")
            .toList();
    return pipeline.name()
        + ": "
        + learnt
        + " and was rejected by "
        + String.join("; ", failed)
        + attempt
            .champion()
            .map(c -> " Version " + c.version() + " stays the champion; the events stay pending.")
            .orElse("");
  }
}
