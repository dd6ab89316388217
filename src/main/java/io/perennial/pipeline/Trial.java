package io.perennial.pipeline;

import io.perennial.Place;
import io.perennial.Progress;
import io.perennial.config.PipelineDefinition;
import io.perennial.evaluation.Comparison;
import io.perennial.evaluation.EvaluationWindow;
import io.perennial.evaluation.Evidence;
import io.perennial.evaluation.InputProfile;
import io.perennial.evaluation.ProfileBuilder;
import io.perennial.evaluation.Subject;
import io.perennial.evaluation.UserCase;
import io.perennial.evaluation.WindowBuilder;
import io.perennial.gate.Finding;
import io.perennial.gate.GateDecision;
import io.perennial.gate.GateInput;
import io.perennial.gate.PromotionGate;
import io.perennial.model.Model;
import io.perennial.model.ModelFamily;
import io.perennial.model.Scorer;
import io.perennial.model.TrainingTask;
import io.perennial.model.feature.EntityFeatures;
import io.perennial.model.history.HistoryBuilder;
import io.perennial.model.history.HistoryTable;
import io.perennial.model.history.InteractionHistory;
import io.perennial.model.history.ItemStatistics;
import io.perennial.model.history.ItemStatisticsBuilder;
import io.perennial.model.history.LoadedHistory;
import io.perennial.pipeline.NightRequest.Start;
import io.perennial.slice.ChronologicalSplit;
import io.perennial.slice.Watermark;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * What a night does with events to come to a verdict: measure the champion on what it has not seen,
 * cut, train, compare, look back, judge, absorb. Reads no registry and writes nothing, so that a
 * real night and a replayed one decide by the same code.
 */
public final class Trial<M extends Model> {
  /** The phases in which something is learnt. */
  public static final List<String> LEARNING = List.of("train", "blend", "absorb");

  private final PipelineDefinition pipeline;
  private final ModelFamily<M> family;
  private final TrialEvents events;
  private final Start start;
  private final long version;
  private final long seed;
  private final Progress progress;
  private final EntityFeatures features;
  private final NightMeasurement measurement;
  private final HistoryBuilder histories;
  private final ItemStatisticsBuilder itemCounts;
  private ChronologicalSplit split;

  /**
   * @param start warm, from the champion, or from scratch
   * @param version number of the version that may come of it
   * @param seed of every random choice of the training
   * @param features what is known of users and items beside events
   */
  public Trial(
      SparkSession spark,
      PipelineDefinition pipeline,
      ModelFamily<M> family,
      TrialEvents events,
      Start start,
      long version,
      long seed,
      Progress progress,
      EntityFeatures features) {
    this.pipeline = pipeline;
    this.family = family;
    this.events = events;
    this.start = start;
    this.version = version;
    this.seed = seed;
    this.progress = progress;
    this.features = features;
    this.measurement = new NightMeasurement(spark, pipeline, family.decay());
    this.histories = new HistoryBuilder(family.decay(), pipeline.zone());
    this.itemCounts = new ItemStatisticsBuilder(family.decay().aggregate());
  }

  /**
   * A version as it ranks: its model, as kept and as served tonight, the scores of tonight's users
   * by the vectors that it keeps of them, and its blend.
   */
  public record Ranker<M>(M model, M served, Scorer scorer, NightBlend blend) {}

  /**
   * What was there before the night.
   *
   * @param place where its users and events are worked on
   * @param users whose vectors and histories the driver holds, increasing: all of the night, or of
   *     a big night those on whom it is measured
   * @param champion that knows them, and the users of the frozen windows
   * @param previous the champion's parent
   * @param history what users had done, with the rows of tonight's loaded
   * @param statistics items as of the champion
   * @param frozen windows of earlier nights, newest first
   */
  public record Before<M>(
      Place place,
      int[] users,
      Optional<Ranker<M>> champion,
      Optional<Ranker<M>> previous,
      Optional<LoadedHistory> history,
      Optional<ItemStatistics> statistics,
      List<EvaluationWindow> frozen,
      Earlier earlier) {
    /** Before a line's first version. */
    static <M> Before<M> nothing(Place place, int[] users) {
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

    Optional<HistoryTable> historyTable() {
      return history.map(h -> h);
    }

    /** What {@code users} had done. */
    public InteractionHistory loaded() {
      return history.map(LoadedHistory::loaded).orElseGet(InteractionHistory::empty);
    }
  }

  /** What the gate looks back at, newest first. */
  public record Earlier(List<Evidence> evidence, List<InputProfile> profiles) {}

  /** The champion on what it had not seen, and the shape of that. */
  public record Prequential(Optional<Comparison> comparison, Optional<InputProfile> profile) {}

  /** Candidate, champion and baselines on the validation window, and items as of its begin. */
  public record Validation<M>(
      EvaluationWindow window,
      Comparison comparison,
      Ranker<M> candidate,
      ItemStatistics statistics) {}

  /**
   * The model that a night ends with, up to where it has learnt, and the gate's word with the
   * absorption's.
   */
  public record Kept<M>(
      M model, NightBlend blend, List<Finding> findings, boolean promoted, Watermark until) {}

  /** Everything that was found out, stage by stage. */
  public record Tried<M>(
      Prequential prequential,
      ChronologicalSplit split,
      Validation<M> validation,
      List<Comparison> frozen,
      Kept<M> kept) {}

  /**
   * What a night leaves for later ones of its line.
   *
   * @param window its validation window, to be looked back at; empty where nobody is in it
   * @param evidence of the champion against its parent, on what neither had seen
   * @param profiles tonight's shape; of a line's first version, the shapes of its last days
   */
  public record Left(
      Optional<EvaluationWindow> window, List<Evidence> evidence, List<InputProfile> profiles) {}

  /** A version as it would rank tonight. */
  public Ranker<M> ranker(M model, NightBlend blend, int[] users, ItemStatistics statistics) {
    M served = family.asOf(model, statistics, events.begin());
    return new Ranker<>(model, served, served.scorer(users), blend);
  }

  /** The users of the night's windows, increasing: a sample of each, whatever the night's size. */
  int[] measured() {
    return Stream.of(events.onTime(), split().fit(), split().validation())
        .flatMapToInt(part -> Arrays.stream(measurement.users(part)))
        .sorted()
        .distinct()
        .toArray();
  }

  private ChronologicalSplit split() {
    if (split == null) {
      split = events.split(pipeline.split());
    }
    return split;
  }

  /** Tonight's users and those of some windows, increasing. */
  public static int[] everybody(int[] users, List<EvaluationWindow> windows) {
    return IntStream.concat(
            Arrays.stream(users),
            windows.stream().flatMapToInt(w -> w.cases().stream().mapToInt(c -> c.user())))
        .sorted()
        .distinct()
        .toArray();
  }

  /** Goes through all stages; each is a phase. */
  public Tried<M> run(Before<M> before, Phases phases) {
    Prequential prequential =
        phases.run(
            "prequential",
            "measuring the champion on events it has not seen",
            () -> prequential(before));
    ChronologicalSplit split = phases.run("split", "cutting fit and validation", this::split);
    M candidate =
        phases.run(
            "train", "training the candidate", () -> train(split.fit(), before, split.cut()));
    NightBlend blend = phases.run("blend", "teaching the blend", () -> blend(before, split));
    Validation<M> validation =
        phases.run(
            "validate",
            "comparing candidate, champion and baselines",
            () -> validate(candidate, blend, before, split));
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
    return new Tried<>(prequential, split, validation, frozen, kept);
  }

  /** The events that the model which a night ends with has learnt. */
  public Dataset<Row> learnt(Tried<M> tried) {
    return tried.kept().until().equals(events.end()) ? events.all() : tried.split().fit();
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
            window, models, statistics, histories(before), begin, "prequential/" + version);
    return new Prequential(
        Optional.of(comparison),
        ProfileBuilder.profile(
            unseen, before.statistics(), Optional.of(window), begin, before.place()));
  }

  private static List<InteractionHistory> histories(Before<?> before) {
    return before.history().map(LoadedHistory::loaded).map(List::of).orElse(List.of());
  }

  private M train(Dataset<Row> learnt, Before<M> before, Instant now) {
    boolean warm = start == Start.WARM;
    Optional<M> parent = warm ? before.champion().map(Ranker::model) : Optional.empty();
    Optional<HistoryTable> history = warm ? before.historyTable() : Optional.empty();
    return family
        .trainer()
        .train(
            new TrainingTask<>(
                learnt,
                parent,
                history,
                now,
                seed,
                progress,
                parent.isPresent() ? before.statistics() : Optional.empty(),
                features));
  }

  private Validation<M> validate(
      M candidate, NightBlend blend, Before<M> before, ChronologicalSplit split) {
    ItemStatistics statistics = statistics(before, split);
    EvaluationWindow window = window(before, split);
    M served = family.asOf(candidate, statistics, split.cut());
    Ranker<M> ranker =
        new Ranker<>(
            candidate, served, served.scorer(everybody(before.users(), before.frozen())), blend);
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
              : TrialEvents.ofUsers(split.fit(), before.users());
      rated.add(histories.merge(InteractionHistory.empty(), ratings));
    }
    Comparison comparison =
        measurement.compare(
            window, models, statistics, rated, split.cut(), "validation/" + version);
    return new Validation<>(window, comparison, ranker, statistics);
  }

  /** Items as of the begin of validation. */
  private ItemStatistics statistics(Before<M> before, ChronologicalSplit split) {
    Optional<ItemStatistics> earlier =
        start == Start.FULL_REBUILD ? Optional.empty() : before.statistics();
    return before.place() == Place.DRIVER || earlier.isEmpty()
        ? itemCounts.after(earlier.orElse(ItemStatistics.NONE), split.fit(), before.loaded())
        : itemCounts.afterDistributed(earlier.get(), split.fit(), before.history().get());
  }

  private EvaluationWindow window(Before<M> before, ChronologicalSplit split) {
    boolean rebuild = start == Start.FULL_REBUILD;
    return measurement.window(
        "validation",
        split.validation(),
        rebuild ? Optional.empty() : before.historyTable(),
        Optional.of(split.fit()),
        rebuild ? Optional.empty() : before.statistics(),
        split.cut());
  }

  private Scorer over(
      Ranker<M> ranker, EvaluationWindow window, ItemStatistics statistics, Instant begin) {
    return ranker
        .blend()
        .over(served(ranker, window, begin), ranker.served()::items, window, statistics, begin);
  }

  /** The model's scores for the users of a window, as they would be served at its begin. */
  private Scorer served(Ranker<M> ranker, EvaluationWindow window, Instant begin) {
    return !family.servesFresh(ranker.served(), begin)
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
    if (!champion.blend().learns() || start == Start.FULL_REBUILD) {
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
        .after(served(ranker, window, begin), ranker.served()::items, window, statistics, begin);
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
    Watermark end = events.end();
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

  /** What this night leaves. */
  public Left left(Before<M> before, Tried<M> tried) {
    Validation<M> validation = tried.validation();
    List<Evidence> evidence =
        tried.prequential().comparison().stream()
            .flatMap(c -> c.evidence().stream())
            .filter(e -> e.older().equals(Subject.PREVIOUS))
            .toList();
    return new Left(
        kept(validation.window()),
        evidence,
        before.champion().isPresent()
            ? tried.prequential().profile().map(List::of).orElse(List.of())
            : lastDays(validation.statistics(), validation.window(), tried.split().cut()));
  }

  /** What a line's first version leaves, whoever trained it: its events alone say that. */
  public Left first() {
    Before<M> nothing = Before.nothing(Place.DRIVER, new int[0]);
    EvaluationWindow window = window(nothing, split());
    return new Left(
        kept(window), List.of(), lastDays(statistics(nothing, split()), window, split().cut()));
  }

  private Optional<EvaluationWindow> kept(EvaluationWindow window) {
    return window.cases().isEmpty()
        ? Optional.empty()
        : Optional.of(
            WindowBuilder.bounded(
                window, "frozen:" + version, pipeline.evaluation().frozenUsers(), pipeline.seed()));
  }

  private List<InputProfile> lastDays(
      ItemStatistics statistics, EvaluationWindow window, Instant cut) {
    return pipeline
        .gate()
        .drift()
        .map(
            drift ->
                ProfileBuilder.days(events.onTime(), statistics, window, cut, drift.recentNights()))
        .orElse(List.of());
  }
}
