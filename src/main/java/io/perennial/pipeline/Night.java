package io.perennial.pipeline;

import io.perennial.Place;
import io.perennial.Progress;
import io.perennial.SideBySide;
import io.perennial.config.PipelineDefinition;
import io.perennial.evaluation.Comparison;
import io.perennial.evaluation.EvaluationWindow;
import io.perennial.evaluation.Evidence;
import io.perennial.evaluation.InputProfile;
import io.perennial.evaluation.Measurement;
import io.perennial.evaluation.ProfileBuilder;
import io.perennial.evaluation.Subject;
import io.perennial.evaluation.UserCase;
import io.perennial.evaluation.WindowBuilder;
import io.perennial.gate.DriftOptions;
import io.perennial.gate.Finding;
import io.perennial.gate.GateDecision;
import io.perennial.gate.GateInput;
import io.perennial.gate.PromotionGate;
import io.perennial.model.Model;
import io.perennial.model.ModelFamily;
import io.perennial.model.ModelState;
import io.perennial.model.Scorer;
import io.perennial.model.TrainingTask;
import io.perennial.model.history.HistoryBuilder;
import io.perennial.model.history.HistoryTable;
import io.perennial.model.history.InteractionHistory;
import io.perennial.model.history.ItemStatistics;
import io.perennial.model.history.ItemStatisticsBuilder;
import io.perennial.model.history.LoadedHistory;
import io.perennial.registry.ModelRegistry;
import io.perennial.registry.ModelVersion;
import io.perennial.registry.NightRecord;
import io.perennial.registry.OpenedRun;
import io.perennial.registry.SliceState;
import io.perennial.slice.ChronologicalSplit;
import io.perennial.slice.EventSlice;
import io.perennial.slice.Watermark;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.roaringbitmap.RoaringBitmap;

/**
 * One attempt of a night, stage by stage: measure the champion on what it has not seen, cut, train,
 * compare, look back, judge, absorb, register.
 */
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
  private final NightMeasurement measurement;
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
    this.measurement = new NightMeasurement(spark, pipeline, family.decay());
    this.histories = new HistoryBuilder(family.decay(), pipeline.zone());
    this.itemCounts = new ItemStatisticsBuilder(family.decay().aggregate());
    this.rows = new LinkedHashMap<>(events.counts());
  }

  RunOutcome run() {
    phases.run("ids", "giving new users and items their index", () -> resolveIds());
    Before<M> before = phases.run("read_parent", "reading the champion", () -> before());
    Prequential prequential =
        phases.run(
            "prequential",
            "measuring the champion on events it has not seen",
            () -> prequential(before));
    ChronologicalSplit split = phases.run("split", "cutting fit and validation", () -> split());
    M candidate =
        phases.run(
            "train", "training the candidate", () -> train(split.fit(), before, split.cut()));
    Validation<M> validation =
        phases.run(
            "validate",
            "comparing candidate, champion and baselines",
            () -> validate(candidate, before, split));
    List<Comparison> frozen =
        phases.run(
            "forgetting", "looking back at earlier nights", () -> frozen(before, validation));
    GateDecision decision =
        phases.run("gate", "judging", () -> judge(before, validation, frozen, prequential));
    Kept<M> kept =
        phases.run(
            "absorb",
            "learning the whole slice",
            () -> absorb(candidate, decision, before, validation, split));
    return phases.run(
        "register",
        "writing the version",
        () -> register(before, prequential, split, validation, frozen, kept));
  }

  /**
   * A version as it ranks: its model, as kept and as served tonight, the scores of tonight's users
   * by the vectors that it keeps of them, and its blend.
   */
  private record Ranker<M>(M model, M served, Scorer scorer, NightBlend blend) {}

  /**
   * What was there before the night.
   *
   * @param place where its users and events are worked on
   * @param users whose vectors and histories the driver holds: all of the night, or of a big night
   *     those on whom it is measured
   */
  private record Before<M>(
      Place place,
      int[] users,
      Optional<Ranker<M>> champion,
      Optional<Ranker<M>> previous,
      Optional<LoadedHistory> history,
      Optional<ItemStatistics> statistics,
      List<EvaluationWindow> frozen,
      Earlier earlier) {
    Optional<HistoryTable> historyTable() {
      return history.map(h -> h);
    }

    /** What {@code users} had done. */
    InteractionHistory loaded() {
      return history.map(LoadedHistory::loaded).orElseGet(InteractionHistory::empty);
    }
  }

  /** What the gate looks back at, newest first. */
  private record Earlier(List<Evidence> evidence, List<InputProfile> profiles) {}

  /** The champion on what it had not seen, and the shape of that. */
  private record Prequential(Optional<Comparison> comparison, Optional<InputProfile> profile) {}

  private record Validation<M>(
      EvaluationWindow window,
      Comparison comparison,
      Ranker<M> candidate,
      ItemStatistics statistics) {}

  /** The model that is registered, and the gate's word with the absorption's. */
  private record Kept<M>(
      M model, NightBlend blend, List<Finding> findings, boolean promoted, Watermark until) {}

  private Void resolveIds() {
    events.resolveIds(registry, pipeline.name(), run.runId());
    return null;
  }

  private Before<M> before() {
    RoaringBitmap everybody = events.users();
    rows.put("users", everybody.getLongCardinality());
    Place place = Place.of(spark, events.learnable(), everybody.getLongCardinality());
    int[] users = place == Place.DRIVER ? everybody.toArray() : measured();
    if (attempt.champion().isEmpty()) {
      return new Before<>(
          place,
          users,
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          List.of(),
          new Earlier(List.of(), List.of()));
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
          reading.begin(() -> previous(champion, users, known));
      return new Before<>(
          place,
          users,
          Optional.of(ranker(champion, everybody(users, frozen), known)),
          previous.get(),
          Optional.of(history.get()),
          Optional.of(known),
          frozen,
          earlier.get());
    }
  }

  /** The users of the night's windows: a sample of each, whatever the night's size. */
  private int[] measured() {
    ChronologicalSplit split = split();
    return Stream.of(events.onTime(), split.fit(), split.validation())
        .flatMapToInt(part -> Arrays.stream(measurement.users(part)))
        .sorted()
        .distinct()
        .toArray();
  }

  private Optional<Ranker<M>> previous(
      ModelVersion champion, int[] users, ItemStatistics statistics) {
    return champion
        .parent()
        .flatMap(parent -> registry.version(pipeline.name(), parent))
        .filter(registry::hasRows)
        .map(parent -> ranker(parent, users, statistics));
  }

  private Earlier earlier(ModelVersion champion) {
    int nights = pipeline.gate().drift().map(DriftOptions::recentNights).orElse(0);
    return new Earlier(
        registry.evidence(pipeline.name(), champion, pipeline.gate().pooledNights()),
        registry.profiles(pipeline.name(), champion, nights));
  }

  private Ranker<M> ranker(ModelVersion version, int[] users, ItemStatistics statistics) {
    M model = family.codec().decode(registry.open(version));
    M served = family.asOf(model, statistics, events.begin());
    return new Ranker<>(
        model,
        served,
        served.scorer(users),
        NightBlend.of(pipeline.rankedBy(), version.arrays(), pipeline.seed()));
  }

  private static int[] everybody(int[] users, List<EvaluationWindow> windows) {
    return IntStream.concat(
            Arrays.stream(users),
            windows.stream().flatMapToInt(w -> w.cases().stream().mapToInt(c -> c.user())))
        .sorted()
        .distinct()
        .toArray();
  }

  private Prequential prequential(Before<M> before) {
    if (before.champion().isEmpty() || events.onTimeRows() == 0) {
      return new Prequential(Optional.empty(), Optional.empty());
    }
    Dataset<Row> unseen = events.onTime();
    Instant begin = events.begin();
    EvaluationWindow window =
        measurement.window(
            "prequential",
            unseen,
            before.historyTable(),
            Optional.empty(),
            before.statistics(),
            begin);
    ItemStatistics statistics = before.statistics().get();
    Ranker<M> champion = before.champion().get();
    List<Subject> models = new ArrayList<>();
    models.add(new Subject(Subject.PARENT, over(champion, window, statistics, begin)));
    before
        .previous()
        .map(ranker -> over(ranker, window, statistics, begin))
        .ifPresent(scorer -> models.add(new Subject(Subject.PREVIOUS, scorer)));
    if (champion.blend().learns()) {
      models.add(new Subject(Subject.MODEL, served(champion, window, begin)));
    }
    Comparison comparison =
        measurement.compare(
            window, models, statistics, histories(before), begin, "prequential/" + run.version());
    return new Prequential(
        Optional.of(comparison),
        ProfileBuilder.profile(
            unseen, before.statistics(), Optional.of(window), begin, before.place()));
  }

  private static List<InteractionHistory> histories(Before<?> before) {
    return before.history().map(LoadedHistory::loaded).map(List::of).orElse(List.of());
  }

  private ChronologicalSplit split() {
    ChronologicalSplit split = events.split(pipeline.split());
    rows.put("fit", split.fitRows());
    rows.put("validation", split.validationRows());
    return split;
  }

  private M train(Dataset<Row> learnt, Before<M> before, Instant now) {
    Optional<M> parent =
        attempt.parent().isPresent() ? before.champion().map(Ranker::model) : Optional.empty();
    Optional<HistoryTable> history =
        attempt.parent().isPresent() ? before.historyTable() : Optional.empty();
    return family
        .trainer()
        .train(
            new TrainingTask<>(
                learnt,
                parent,
                history,
                now,
                run.seed(),
                progress,
                parent.isPresent() ? before.statistics() : Optional.empty()));
  }

  private Validation<M> validate(M candidate, Before<M> before, ChronologicalSplit split) {
    boolean rebuild = attempt.parent().isEmpty();
    Optional<HistoryTable> history = rebuild ? Optional.empty() : before.historyTable();
    Optional<ItemStatistics> earlier = rebuild ? Optional.empty() : before.statistics();
    ItemStatistics statistics =
        before.place() == Place.DRIVER || earlier.isEmpty()
            ? itemCounts.after(earlier.orElse(ItemStatistics.NONE), split.fit(), before.loaded())
            : itemCounts.afterDistributed(earlier.get(), split.fit(), before.history().get());
    EvaluationWindow window =
        measurement.window(
            "validation",
            split.validation(),
            history,
            Optional.of(split.fit()),
            earlier,
            split.cut());
    M served = family.asOf(candidate, statistics, split.cut());
    Ranker<M> ranker =
        new Ranker<>(
            candidate,
            served,
            served.scorer(everybody(before.users(), before.frozen())),
            blend(before, split));
    List<Subject> models = new ArrayList<>();
    models.add(new Subject(Subject.CANDIDATE, over(ranker, window, statistics, split.cut())));
    before
        .champion()
        .map(champion -> over(champion, window, statistics, split.cut()))
        .ifPresent(champion -> models.add(new Subject(Subject.PARENT, champion)));
    List<InteractionHistory> rated = new ArrayList<>(histories(before));
    if (!pipeline.evaluation().primaryMetric().isRanking()) {
      Dataset<Row> ratings =
          before.place() == Place.DRIVER
              ? split.fit()
              : NightEvents.ofUsers(split.fit(), before.users());
      rated.add(histories.merge(InteractionHistory.empty(), ratings));
    }
    Comparison comparison =
        measurement.compare(
            window, models, statistics, rated, split.cut(), "validation/" + run.version());
    return new Validation<>(window, comparison, ranker, statistics);
  }

  private Scorer over(
      Ranker<M> ranker, EvaluationWindow window, ItemStatistics statistics, Instant begin) {
    return ranker
        .blend()
        .over(served(ranker, window, begin), ranker.served().items(), window, statistics, begin);
  }

  /** The model's scores for the users of a window, as they would be served at its begin. */
  private Scorer served(Ranker<M> ranker, EvaluationWindow window, Instant begin) {
    return family.serving(ranker.served(), begin).isEmpty()
        ? ranker.scorer()
        : family.served(
            ranker.served(),
            window.cases().stream().mapToInt(UserCase::user).toArray(),
            window.cases().stream().map(UserCase::past).toList(),
            begin);
  }

  /**
   * The champion's blend after the fit part, which was chosen with nothing of tonight in sight: the
   * champion's model, histories and item counts are those of before. A rebuild's fit part holds
   * what the champion has seen, so there is nothing to learn from it.
   */
  private NightBlend blend(Before<M> before, ChronologicalSplit split) {
    if (before.champion().isEmpty()) {
      return NightBlend.untaught(pipeline.rankedBy(), pipeline.seed());
    }
    Ranker<M> champion = before.champion().get();
    if (!champion.blend().learns() || attempt.parent().isEmpty()) {
      return champion.blend();
    }
    EvaluationWindow chosen =
        measurement.window(
            "fit",
            split.fit(),
            before.historyTable(),
            Optional.empty(),
            before.statistics(),
            events.begin());
    return after(champion, chosen, before.statistics().get(), events.begin());
  }

  private NightBlend after(
      Ranker<M> ranker, EvaluationWindow window, ItemStatistics statistics, Instant begin) {
    return ranker
        .blend()
        .after(served(ranker, window, begin), ranker.served().items(), window, statistics, begin);
  }

  private List<Comparison> frozen(Before<M> before, Validation<M> validation) {
    if (before.champion().isEmpty()) {
      return List.of();
    }
    List<Comparison> comparisons = new ArrayList<>();
    for (int n = before.frozen().size() - 1; n >= 0; n--) {
      comparisons.add(
          measurement.compareFrozen(
              before.frozen().get(n),
              validation.candidate().scorer(),
              before.champion().get().scorer(),
              validation.statistics()));
    }
    return comparisons;
  }

  private GateDecision judge(
      Before<M> before,
      Validation<M> validation,
      List<Comparison> frozen,
      Prequential prequential) {
    return PromotionGate.decide(
        new GateInput(
            validation.comparison(),
            frozen,
            before.earlier().evidence(),
            prequential.profile(),
            before.earlier().profiles(),
            novelty(before, validation)),
        pipeline.gate(),
        pipeline.evaluation(),
        pipeline.feedback());
  }

  /** Share of what the candidate has learnt that its line had not. */
  private double novelty(Before<M> before, Validation<M> validation) {
    double known = before.statistics().map(ItemStatistics::events).orElse(0.0);
    double learnt = validation.statistics().events();
    return learnt > known ? 1 - known / learnt : 0;
  }

  private Kept<M> absorb(
      M candidate,
      GateDecision decision,
      Before<M> before,
      Validation<M> validation,
      ChronologicalSplit split) {
    List<Finding> findings = new ArrayList<>(decision.findings());
    boolean promoted = decision instanceof GateDecision.Promoted;
    Watermark end = attempt.slice().to();
    NightBlend blend = validation.candidate().blend();
    if (split.validationRows() == 0) {
      return new Kept<>(candidate, blend, findings, promoted, end);
    }
    Watermark cut = new Watermark(end.commit(), split.cut());
    if (!promoted || !pipeline.absorb()) {
      return new Kept<>(candidate, blend, findings, promoted, cut);
    }
    M absorbed = train(events.all(), before, end.eventTime());
    Ranker<M> ranked = validation.candidate();
    Finding check =
        Absorption.check(
            ranked.served() == ranked.model()
                ? ranked.scorer()
                : ranked.model().scorer(before.users()),
            absorbed.scorer(before.users()),
            absorbed.isFinite() ? Absorption.Finiteness.FINITE : Absorption.Finiteness.NOT_FINITE,
            before.users());
    findings.add(check);
    boolean passed = check.outcome() == Finding.Outcome.PASSED;
    return passed
        ? new Kept<>(absorbed, learntAll(validation, split), findings, true, end)
        : new Kept<>(candidate, blend, findings, false, cut);
  }

  /** The candidate's blend after the validation part too, once it was measured there. */
  private NightBlend learntAll(Validation<M> validation, ChronologicalSplit split) {
    return after(validation.candidate(), validation.window(), validation.statistics(), split.cut());
  }

  private RunOutcome register(
      Before<M> before,
      Prequential prequential,
      ChronologicalSplit split,
      Validation<M> validation,
      List<Comparison> frozen,
      Kept<M> kept) {
    Dataset<Row> learnt = kept.until().equals(attempt.slice().to()) ? events.all() : split.fit();
    boolean rebuild = attempt.parent().isEmpty();
    Dataset<Row> history = rebuild ? histories.fromScratch(learnt) : mergedHistory(before, learnt);
    Dataset<Row> statistics =
        rebuild ? itemCounts.fromScratch(learnt) : mergedStatistics(before, learnt);
    List<Measurement> measurements = new ArrayList<>();
    prequential.comparison().ifPresent(c -> measurements.addAll(c.measurements()));
    measurements.addAll(validation.comparison().measurements());
    frozen.forEach(c -> measurements.addAll(c.measurements()));
    List<Evidence> evidence =
        prequential.comparison().stream()
            .flatMap(c -> c.evidence().stream())
            .filter(e -> e.older().equals(Subject.PREVIOUS))
            .toList();
    String frozenName = "frozen:" + run.version();
    Optional<EvaluationWindow> window =
        validation.window().cases().isEmpty()
            ? Optional.empty()
            : Optional.of(
                WindowBuilder.bounded(
                    validation.window(),
                    frozenName,
                    pipeline.evaluation().frozenUsers(),
                    pipeline.seed()));
    ModelState state = family.codec().encode(kept.model());
    registry.register(
        new NightRecord(
            version(kept, state),
            state,
            history,
            statistics,
            window,
            measurements,
            evidence,
            profiles(prequential, split, validation),
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

  /** Tonight's shape; of a line's first version, the shapes of its last days. */
  private List<InputProfile> profiles(
      Prequential prequential, ChronologicalSplit split, Validation<M> validation) {
    if (attempt.champion().isPresent()) {
      return prequential.profile().map(List::of).orElse(List.of());
    }
    return pipeline
        .gate()
        .drift()
        .map(
            drift ->
                ProfileBuilder.days(
                    events.onTime(),
                    validation.statistics(),
                    validation.window(),
                    split.cut(),
                    drift.recentNights()))
        .orElse(List.of());
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
